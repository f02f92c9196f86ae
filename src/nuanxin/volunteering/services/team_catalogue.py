"""Kinds of posts, sources and criteria are a city's own to edit; the files shipped are only where it starts."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.people.models import Role
from nuanxin.places.models import Entry
from nuanxin.places.services.catalogue import CODE, NotAnIcon, icon_names
from nuanxin.volunteering.models import PostKind, ReserveCriterion, VolunteerSource
from nuanxin.volunteering.queries.team_catalogue import TEAM_CATALOGUE

SHIPPED: tuple[tuple[type[Entry], str], ...] = (
    (PostKind, "post_kinds.csv"),
    (VolunteerSource, "volunteer_sources.csv"),
    (ReserveCriterion, "reserve_criteria.csv"),
)


@dataclass(frozen=True, slots=True)
class KindData:
    """A kind of post as it is filled in."""

    name_zh: str
    name_en: str
    icon: str
    family: str = ""
    tasks: str = ""
    area: str = "community"
    role: str = ""
    training: str = ""
    term_months: int = 12
    sort: int = 0
    is_active: bool = True


def load_team_catalogue() -> int:
    """Put the shipped rows in; what a city has edited stays. Returns how many were new."""
    new = 0
    with transaction.atomic():
        for model, name in SHIPPED:
            known = set(model._default_manager.values_list("pk", flat=True))
            rows = [
                model(**_values(row), sort=10 * number)
                for number, row in enumerate(_rows(name), start=1)
                if row["code"] not in known
            ]
            model._default_manager.bulk_create(rows)
            new += len(rows)
        if new:
            TEAM_CATALOGUE.changed()
    return new


def _rows(name: str) -> list[dict[str, str]]:
    text = files("nuanxin.volunteering").joinpath("reference", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _values(row: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = dict(row)
    if "term_months" in values:
        values["term_months"] = int(values["term_months"])
    return values


def put_post_kind(*, actor: Actor, code: str, data: KindData, is_new: bool, now: datetime) -> PostKind:
    """Add a kind of post, or change one; posts that there are keep what they were set up with.

    Raises `NotAllowed`, `NotFound`, `NotAnIcon`, `Conflict`, `Invalid`.
    """
    if not policy.permits(actor, "volunteering.post_kinds"):
        raise NotAllowed
    _check(code, data)
    with transaction.atomic():
        found = PostKind.objects.select_for_update().filter(pk=code).first()
        if is_new and found is not None:
            raise Conflict(_("这个代码已经有了。"), hint=_("换一个代码，或者去改原来那一行。"))
        if not is_new and found is None:
            raise NotFound
        row = found or PostKind(code=code)
        for name in KindData.__dataclass_fields__:
            setattr(row, name, getattr(data, name))
        row.save(force_insert=found is None)
        TEAM_CATALOGUE.changed()
        audit.record(
            actor=actor, action="volunteering.put_post_kind", object_type="volunteering.post_kind", object_id=code,
            detail={"is_new": is_new, "is_active": data.is_active}, now=now,
        )  # fmt: skip
    return row


def _check(code: str, data: KindData) -> None:
    if not CODE.fullmatch(code):
        raise Invalid(fields={"code": _("代码只用小写字母、数字和下划线，以字母开头。")})
    if not (data.name_zh.strip() and data.name_en.strip()):
        raise Invalid(fields={"name_en": _("中文和英文名称都要有。")})
    if data.icon not in icon_names():
        raise NotAnIcon(fields={"icon": NotAnIcon.default_hint})
    if data.role and not Role.objects.filter(pk=data.role, kind="helper").exists():
        raise Invalid(fields={"role": _("这里只能选聘任群众的岗位。")})
