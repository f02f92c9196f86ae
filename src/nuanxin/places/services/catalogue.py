"""Types, facilities, services and classes are a city's own to edit; the files shipped are only where it starts."""

import csv
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from django.contrib.staticfiles import finders
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.places.models import (
    CheckPoint,
    Entry,
    Facility,
    FriendlyClass,
    KitchenPoint,
    OfferKind,
    OfferTag,
    PlaceType,
    SceneType,
    ServiceItem,
    StockItem,
)
from nuanxin.places.queries.catalogue import CATALOGUE, KINDS

SHIPPED: tuple[tuple[type[Entry], str], ...] = (
    (FriendlyClass, "friendly_classes.csv"),
    (PlaceType, "place_types.csv"),
    (Facility, "facilities.csv"),
    (ServiceItem, "service_items.csv"),
    (CheckPoint, "check_points.csv"),
    (StockItem, "stock_items.csv"),
    (OfferKind, "offer_kinds.csv"),
    (OfferTag, "offer_tags.csv"),
    (SceneType, "scene_types.csv"),
    (KitchenPoint, "kitchen_points.csv"),
)
FLAGS = {"is_filter", "has_expiry", "is_medical", "is_good"}
SPRITE = "vendor/tabler-icons/icons.svg"
CODE = re.compile(r"[a-z][a-z0-9_]{1,31}")


class NotAnIcon(Invalid):
    default_message = _("没有这个图标。")
    default_hint = _("请从下面的图标里选一个。")


@dataclass(frozen=True, slots=True)
class EntryData:
    """`extra`: what only this kind has: `site_kind` of a type, `is_filter` of a facility, `group` of a service,
    `kind` and units of what is kept in stock.
    """

    name_zh: str
    name_en: str
    icon: str
    sort: int = 0
    is_active: bool = True
    extra: tuple[tuple[str, str | bool], ...] = ()


def load_catalogue() -> int:
    """Put the shipped rows in; what a city has edited stays. Returns how many were new."""
    new = 0
    with transaction.atomic():
        for model, name in SHIPPED:
            known = set(model._default_manager.values_list("pk", flat=True))
            rows = [
                _shipped(model, row, 10 * number)
                for number, row in enumerate(_rows(name), start=1)
                if row["code"] not in known
            ]
            model._default_manager.bulk_create(rows)
            new += len(rows)
        if new:
            CATALOGUE.changed()
    return new


def _rows(name: str) -> list[dict[str, str]]:
    text = files("nuanxin.places").joinpath("reference", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _shipped(model: type[Entry], row: dict[str, str], sort: int) -> Entry:
    values: dict[str, str | bool] = dict(row)
    for flag in FLAGS & set(values):
        values[flag] = values[flag] == "1"
    return model(**values, sort=sort)


def put_entry(*, actor: Actor, kind: str, code: str, data: EntryData, is_new: bool, now: datetime) -> Entry:
    """Add a line, or change one; what is switched off stays where it is used and cannot be chosen any more.

    Raises `NotAllowed`, `NotFound`, `NotAnIcon`, `Conflict`, `Invalid`.
    """
    if not policy.permits(actor, "places.catalogue"):
        raise NotAllowed
    if kind not in KINDS:
        raise NotFound
    _check(code, data)
    model = KINDS[kind]
    with transaction.atomic():
        found = model._default_manager.select_for_update().filter(pk=code).first()
        if is_new and found is not None:
            raise Conflict(_("这个代码已经有了。"), hint=_("换一个代码，或者去改原来那一行。"))
        if not is_new and found is None:
            raise NotFound
        row = found or model(code=code)
        row.name_zh, row.name_en = data.name_zh.strip(), data.name_en.strip()
        row.icon, row.sort, row.is_active = data.icon, data.sort, data.is_active
        for name, value in data.extra:
            setattr(row, name, value)
        row.save(force_insert=found is None)
        CATALOGUE.changed()
        audit.record(
            actor=actor, action="places.put_entry", object_type=f"places.{kind}", object_id=code,
            detail={"is_new": is_new, "is_active": data.is_active}, now=now,
        )  # fmt: skip
    return row


def _check(code: str, data: EntryData) -> None:
    if not CODE.fullmatch(code):
        raise Invalid(fields={"code": _("代码只用小写字母、数字和下划线，以字母开头。")})
    if not (data.name_zh.strip() and data.name_en.strip()):
        raise Invalid(fields={"name_en": _("中文和英文名称都要有。")})
    if data.icon not in icon_names():
        raise NotAnIcon(fields={"icon": NotAnIcon.default_hint})


@cache
def icon_names() -> tuple[str, ...]:
    """The icons of the set that is shipped."""
    found = finders.find(SPRITE)
    text = Path(str(found)).read_text(encoding="utf-8") if found else ""
    return tuple(sorted(re.findall(r'<symbol id="([^"]+)"', text)))
