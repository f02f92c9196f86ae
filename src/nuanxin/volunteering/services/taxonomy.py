"""Kinds and tags of activities are a city's own to edit; the files shipped are only where it starts."""

import csv
import re
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.places.services.catalogue import NotAnIcon, icon_names
from nuanxin.volunteering.enums import TagGroup
from nuanxin.volunteering.models import ActivityKind, ActivityTag
from nuanxin.volunteering.queries.taxonomy import LISTS, TAXONOMY

CODE = re.compile(r"[a-z][a-z0-9_]{1,31}")
FLAGS = ("is_volunteering", "is_outdoor", "is_risky")


@dataclass(frozen=True, slots=True, kw_only=True)
class TermData:
    """`group` of a tag; `line` and the flags of a kind."""

    name_zh: str
    name_en: str
    icon: str
    sort: int = 0
    is_active: bool = True
    group: str = ""
    line: str = ""
    is_volunteering: bool = True
    is_outdoor: bool = False
    is_risky: bool = False


def load_taxonomy() -> int:
    """Put the shipped rows in; what a city has edited stays. Returns how many were new."""
    with transaction.atomic():
        new = _load(ActivityTag, "activity_tags.csv") + _load(ActivityKind, "activity_kinds.csv")
        if new:
            TAXONOMY.changed()
    return new


def _load(model: type[ActivityTag] | type[ActivityKind], name: str) -> int:
    text = files("nuanxin.volunteering").joinpath("reference", name).read_text(encoding="utf-8")
    known = set(model._default_manager.values_list("pk", flat=True))
    rows = []
    for number, row in enumerate(csv.DictReader(text.splitlines()), start=1):
        if row["code"] in known:
            continue
        values: dict[str, str | bool] = {**row, **{flag: row[flag] == "1" for flag in FLAGS if flag in row}}
        if "line" in values:
            values["line_id"] = values.pop("line")
        rows.append(model(sort=10 * number, **values))
    model._default_manager.bulk_create(rows)  # type: ignore[arg-type]  # of the one model
    return len(rows)


def put_term(*, actor: Actor, kind: str, code: str, data: TermData, is_new: bool, now: datetime) -> None:
    """Add a kind or a tag, or change one; what is switched off stays where it is used and cannot be chosen any more.

    Raises `NotAllowed`, `NotFound`, `NotAnIcon`, `Conflict`, `Invalid`.
    """
    if not policy.permits(actor, "volunteering.taxonomy"):
        raise NotAllowed
    if kind not in LISTS:
        raise NotFound
    _check(kind, code, data)
    model = LISTS[kind]
    with transaction.atomic():
        found = model._default_manager.filter(pk=code).first()
        if is_new and found is not None:
            raise Conflict(_("这个代码已经有了。"), hint=_("换一个代码，或者去改原来那一行。"))
        if not is_new and found is None:
            raise NotFound
        row = found or model(code=code)
        row.name_zh, row.name_en = data.name_zh.strip(), data.name_en.strip()
        row.icon, row.sort, row.is_active = data.icon, data.sort, data.is_active
        if isinstance(row, ActivityTag):
            row.group = data.group
        else:
            row.line_id = data.line
            for flag in FLAGS:
                setattr(row, flag, getattr(data, flag))
        row.save(force_insert=found is None)
        TAXONOMY.changed()
        audit.record(
            actor=actor, action="volunteering.put_term", object_type=f"volunteering.{kind}", object_id=code,
            detail={"is_new": is_new, "is_active": data.is_active}, now=now,
        )  # fmt: skip


def _check(kind: str, code: str, data: TermData) -> None:
    if not CODE.fullmatch(code):
        raise Invalid(fields={"code": _("代码只用小写字母、数字和下划线，以字母开头。")})
    if not (data.name_zh.strip() and data.name_en.strip()):
        raise Invalid(fields={"name_en": _("中文和英文名称都要有。")})
    if data.icon not in icon_names():
        raise NotAnIcon(fields={"icon": NotAnIcon.default_hint})
    if kind == "tags" and data.group not in TagGroup.values:
        raise Invalid(fields={"group": _("请选一类。")})
    if kind == "kinds" and not ActivityTag.objects.filter(pk=data.line, group=TagGroup.LINE).exists():
        raise Invalid(fields={"line": _("请选一条活动线。")})
