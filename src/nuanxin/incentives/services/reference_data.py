"""What a city fills in: rules of holds, kinds of honour, levels of the rating, tip-off programmes. Never back.

Every change keeps a row with what was and what is (`ReferenceChange`) and an audit entry.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from nuanxin.incentives.enums import HoldReason, HonourState, ReferenceKind
from nuanxin.incentives.models import HoldRule, Honour, HonourKind, RatingLevel, ReferenceChange, TipProgramme
from nuanxin.incentives.queries.reference_data import (
    HOLD_COLUMNS,
    KIND_COLUMNS,
    LEVEL_COLUMNS,
    PROGRAMME_COLUMNS,
    ReferenceNotFound,
    bounds_of,
    is_department,
)
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, permits
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.people.queries.communities import home_territory

LEAST_PUBLICITY, MOST_PUBLICITY, MOST_MONTHS = 5, 30, 60
IN_HAND = (HonourState.NOMINATED, HonourState.VERIFIED, HonourState.PUBLICITY)
RESERVED = "new"  # stands in an address


@dataclass(frozen=True, slots=True, kw_only=True)
class KindData:
    name_zh: str
    name_en: str
    about_zh: str
    about_en: str
    icon: str
    is_nomination_only: bool
    publicity_days: int
    display_months: int
    sort: int
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelData:
    minutes: int
    courses: int
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeData:
    name_zh: str
    name_en: str
    department_id: int
    reward: str
    how: str
    is_active: bool


def set_hold_rule(
    *, actor: Actor, reason: str, is_on: bool, now: datetime, limit: int | None = None
) -> HoldRule:
    """What makes an award wait, and from which number on. What waits already is decided by a person.

    Raises `NotAllowed`, `ReferenceNotFound`, `Invalid` for a limit that no rule can have.
    """
    _may(actor)
    with transaction.atomic():
        found = HoldRule.objects.select_for_update().filter(reason=reason).first()
        if found is None:
            raise ReferenceNotFound
        low, high = bounds_of(HoldReason(reason))
        if limit is not None and not low <= limit <= high:
            raise Invalid(fields={"limit": _("界限请填 %(low)s 到 %(high)s。") % {"low": low, "high": high}})
        given = {"limit": found.limit if limit is None else limit, "is_on": is_on}
        _put(actor, ReferenceKind.HOLD_RULE, reason, found, given, HOLD_COLUMNS, now)
    return found


def put_honour_kind(*, actor: Actor, code: str, data: KindData, is_new: bool, now: datetime) -> HonourKind:
    """A kind of honour, new or changed: for nominations and displays from now on. Raises `NotAllowed`,
    `ReferenceNotFound`, `Invalid`.
    """
    _may(actor)
    if not LEAST_PUBLICITY <= data.publicity_days <= MOST_PUBLICITY:
        raise Invalid(fields={"publicity_days": _("公示要 5 到 30 个工作日。")})
    if not 1 <= data.display_months <= MOST_MONTHS:
        raise Invalid(fields={"display_months": _("展示要 1 到 60 个月。")})
    _both_names(data.name_zh, data.name_en)
    with transaction.atomic():
        found = HonourKind.objects.select_for_update().filter(code=code).first()
        _check_code(code, is_new=is_new, is_known=found is not None)
        if found is None:
            found = HonourKind(code=code)
        elif found.is_nomination_only != data.is_nomination_only:
            waiting = Honour.objects.filter(kind=found, state__in=IN_HAND).count()
            if waiting:
                words = _("还有 %s 件提名在办，办完才能改“只提名”。") % waiting
                raise Invalid(fields={"is_nomination_only": words})
        _put(actor, ReferenceKind.HONOUR_KIND, code, found, asdict(data), KIND_COLUMNS, now, is_new=is_new)
    return found


def put_rating_level(*, actor: Actor, level: int, data: LevelData, now: datetime) -> RatingLevel:
    """One of the five: for the quarters that are worked out from now on; the first always asks for nothing.

    Raises `NotAllowed`, `ReferenceNotFound`, `Invalid` where it asks for less than the one below.
    """
    _may(actor)
    _both_names(data.name_zh, data.name_en)
    with transaction.atomic():
        known = {each.level: each for each in RatingLevel.objects.select_for_update().order_by("level")}
        if level not in known:
            raise ReferenceNotFound
        if level == min(known) and (data.minutes or data.courses):
            raise Invalid(fields={"minutes": _("最低一档不设条件，谁都有：两项都填 0。")})
        below, above = known.get(level - 1), known.get(level + 1)
        if below is not None and (data.minutes <= below.minutes or data.courses < below.courses):
            words = _("要比低一档的多：低一档是 %(minutes)s 分钟、%(courses)s 门课。")
            raise Invalid(fields={"minutes": words % {"minutes": below.minutes, "courses": below.courses}})
        if above is not None and (data.minutes >= above.minutes or data.courses > above.courses):
            words = _("要比高一档的少：高一档是 %(minutes)s 分钟、%(courses)s 门课。")
            raise Invalid(fields={"minutes": words % {"minutes": above.minutes, "courses": above.courses}})
        found = known[level]
        _put(actor, ReferenceKind.RATING_LEVEL, str(level), found, asdict(data), LEVEL_COLUMNS, now)
    return found


def put_tip_programme(
    *, actor: Actor, code: str, data: ProgrammeData, is_new: bool, now: datetime
) -> TipProgramme:
    """A department's own reward, in its own words; clues that are registered keep theirs. Raises `NotAllowed`,
    `ReferenceNotFound`, `Invalid`.
    """
    _may(actor)
    _both_names(data.name_zh, data.name_en)
    if "积分" in data.reward or "point" in data.reward.lower():
        raise Invalid(
            fields={
                "reward": _("举报奖励由部门在这里以外发，和积分无关。请写部门自己的话，例如：每条 50 元。")
            }
        )
    if not is_department(data.department_id):
        raise Invalid(fields={"department_id": _("请选一个有人能核实线索的部门。")})
    with transaction.atomic():
        found = TipProgramme.objects.select_for_update().filter(code=code).first()
        _check_code(code, is_new=is_new, is_known=found is not None)
        if found is None:
            found = TipProgramme(code=code, scope_code=home_territory())
        _put(
            actor,
            ReferenceKind.TIP_PROGRAMME,
            code,
            found,
            asdict(data),
            PROGRAMME_COLUMNS,
            now,
            is_new=is_new,
        )
    return found


def _may(actor: Actor) -> None:
    if not permits(actor, "incentives.reference"):
        raise NotAllowed


def _both_names(chinese: str, english: str) -> None:
    if not chinese.strip():
        raise Invalid(fields={"name_zh": _("请填中文名称。")})
    if not english.strip():
        raise Invalid(fields={"name_en": _("请填英文名称：不懂中文的小哥靠它。")})


def _check_code(code: str, *, is_new: bool, is_known: bool) -> None:
    if is_new and (is_known or code == RESERVED):
        raise Invalid(fields={"code": _("这个代码有了，请换一个，或者到列表里改它。")})
    if not is_new and not is_known:
        raise ReferenceNotFound


def _put(
    actor: Actor, kind: ReferenceKind, code: str, found: models.Model, given: dict[str, Any],
    columns: tuple[str, ...], now: datetime, *, is_new: bool = False,
) -> None:  # fmt: skip
    """Nothing is written where nothing differs: the same submission again is the same."""
    before = {} if is_new else {name: getattr(found, name) for name in columns}
    after = {name: given[name] for name in columns}
    if before == after:
        return
    for name, value in after.items():
        setattr(found, name, value)
    found.save()
    if actor.assignment_id is not None:  # what a command sets up is in the audit alone
        ReferenceChange.objects.create(
            kind=kind, code=code, before=before, after=after, at=now, by_id=actor.assignment_id
        )
    audit.record(
        actor=actor, action=f"incentives.{kind}", object_type=str(kind), object_id=code,
        detail={"changed": sorted(name for name in columns if before.get(name) != after[name])}, now=now,
    )  # fmt: skip
