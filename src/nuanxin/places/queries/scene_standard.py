"""The checklist by versions, and what a set of grades comes to. Pure but for the reading."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.worktime import Limit, due_at
from nuanxin.kernel.worktime.services import calendar_for
from nuanxin.places.models import SceneStandard, StandardItem

FULL = 2


class NoStandard(NotFound):
    default_message = _("还没有认定标准。")
    default_hint = _("请管理点位类型的人先发布一版标准。")


def standard_in_force() -> SceneStandard:
    """The latest version. Raises `NoStandard`."""
    found = SceneStandard.objects.order_by("-version").first()
    if found is None:
        raise NoStandard
    return found


def standards() -> list[SceneStandard]:
    return list(SceneStandard.objects.all())


def standard_version(version: int) -> SceneStandard:
    """Raises `NoStandard`."""
    found = SceneStandard.objects.filter(version=version).first()
    if found is None:
        raise NoStandard
    return found


def items_of(standard: SceneStandard, type_code: str = "") -> list[StandardItem]:
    """The checklist of a version; for one type of scene only what is asked of it."""
    rows = StandardItem.objects.filter(standard=standard).select_related("friendly_class")
    return [each for each in rows if not (type_code and each.types) or type_code in each.types.split()]


def title_of(item: StandardItem) -> str:
    return item.title_en if (get_language() or "").startswith("en") else item.title_zh


@dataclass(frozen=True, slots=True)
class Mark:
    """`grade`: 0, 1, 2, or None where it does not apply."""

    code: str
    grade: int | None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """`classes`: code of a friendly class -> per cent of what applies; `missed`: codes of musts that are not met."""

    score: int
    classes: Mapping[str, int]
    missed: tuple[str, ...]
    is_met: bool
    friendly: tuple[str, ...]


def weigh(items: Iterable[StandardItem], grades: Mapping[str, int | None], *, minimum: int) -> Result:
    """Full marks are the weight, partly is half of it; what does not apply is not counted at all.

    Met: the minimum of the whole, and every must in full. Friendly in a class: its own share reaches the minimum.
    Halves are rounded down, so that the minimum is never reached by rounding.
    """
    got: dict[str, int] = {}
    most: dict[str, int] = {}
    missed = []
    for item in items:
        grade = grades.get(item.code)
        if item.is_must and grade != FULL:
            missed.append(item.code)
        if grade is None:
            continue
        of = item.friendly_class_id
        got[of] = got.get(of, 0) + item.weight * grade
        most[of] = most.get(of, 0) + item.weight * FULL
    total = sum(most.values())
    score = 100 * sum(got.values()) // total if total else 0
    shares = {code: 100 * got[code] // most[code] for code in most}
    friendly = tuple(code for code, share in shares.items() if share >= minimum)
    return Result(score, shares, tuple(missed), not missed and score >= minimum, friendly)


def working_days_on(now: datetime, days: int, scope_code: str) -> datetime:
    """The end of the N-th working day after `now`, by the calendar of the territory."""
    return due_at(now, Limit.work_days(days), calendar_for(scope_code, timezone.localdate(now))).at
