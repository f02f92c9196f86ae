"""Why a clock stands where it stands: every counted and uncounted interval, in the reader's language."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.worktime.calendar import DAY, MINUTE, WorkCalendar, to_datetime, to_local, year_of
from nuanxin.kernel.worktime.clock import NEVER, Pause, counting_start
from nuanxin.kernel.worktime.limits import Limit, LimitKind

LATEST_LUNCH = 14 * 60 * MINUTE

FESTIVALS = (
    gettext_noop("元旦"),
    gettext_noop("春节"),
    gettext_noop("清明节"),
    gettext_noop("劳动节"),
    gettext_noop("端午节"),
    gettext_noop("中秋节"),
    gettext_noop("国庆节"),
)


class Reason(TextChoices):
    CONTINUOUS = "continuous", _("连续计时")
    NATURAL_DAY = "natural_day", _("自然日")
    WORKING_HOURS = "working_hours", _("工作时间")
    MAKEUP_WORKDAY = "makeup_workday", _("调休上班")
    UNPUBLISHED_WORKDAY = "unpublished_workday", _("工作时间（放假安排未公布，暂定）")
    ARRIVAL_DAY = "arrival_day", _("受理当日不计")
    OFF_HOURS = "off_hours", _("下班时间")
    BREAK = "break", _("午休")
    WEEKEND = "weekend", _("周末")
    HOLIDAY = "holiday", _("放假")
    PAUSED = "paused", _("暂停计时")


COUNTED = frozenset(
    {
        Reason.CONTINUOUS,
        Reason.NATURAL_DAY,
        Reason.WORKING_HOURS,
        Reason.MAKEUP_WORKDAY,
        Reason.UNPUBLISHED_WORKDAY,
    }
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of one reason. `code` is a `Reason` value; `label` is ready to show."""

    start: datetime
    end: datetime
    counted: bool
    code: str
    label: str

    @property
    def duration(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    reason: Reason
    detail: str = ""  # a festival's name, a pause's reason


def explain(
    start: datetime,
    limit: Limit,
    calendar: WorkCalendar,
    pauses: Iterable[Pause] = (),
    *,
    until: datetime,
) -> list[Interval]:
    """Intervals without gap or overlap from `start` to `until`; neighbours differ in reason or name.

    The counted ones before the end of the limit add up to the whole limit. A pause hides what lies under it,
    and one without an end lasts until `until`.
    """
    begin, last = to_local(start), to_local(until)
    if last < begin:
        raise ValueError(f"nothing to explain from {start} to {until}")
    base = _pieces(begin, last, limit.kind, calendar)
    pieces = _merged(_overlaid(base, _pause_pieces(pauses, begin, last)))
    return [
        Interval(
            to_datetime(piece.start),
            to_datetime(piece.end),
            piece.reason in COUNTED,
            piece.reason.value,
            _label(piece),
        )
        for piece in pieces
    ]


def festival_name(name: str) -> str:
    """A holiday's name in the active language; the notice joins two that fall together by 、."""
    return gettext("、").join(gettext(part) for part in name.split("、") if part)


def _label(piece: _Piece) -> str:
    match piece.reason:
        case Reason.HOLIDAY if piece.detail:
            return gettext("%(festival)s放假") % {"festival": festival_name(piece.detail)}
        case Reason.MAKEUP_WORKDAY if piece.detail:
            return gettext("%(festival)s调休上班") % {"festival": festival_name(piece.detail)}
        case Reason.PAUSED if piece.detail:
            return gettext("暂停：%(reason)s") % {"reason": piece.detail}
    return str(piece.reason.label)


def _pieces(begin: int, last: int, kind: LimitKind, calendar: WorkCalendar) -> Iterator[_Piece]:
    """Reasons without pauses, contiguous from `begin` to `last`."""
    counts_from = min(counting_start(begin, kind), last)
    if counts_from > begin:
        yield _Piece(begin, counts_from, Reason.ARRIVAL_DAY)
    if kind.counts_working_time:
        for day in range(counts_from // DAY, -(-last // DAY)):
            yield from _clipped(_day_pieces(day, calendar), counts_from, last)
    elif counts_from < last:
        reason = Reason.NATURAL_DAY if kind == LimitKind.NATURAL_DAY else Reason.CONTINUOUS
        yield _Piece(counts_from, last, reason)


def _day_pieces(day: int, calendar: WorkCalendar) -> Iterator[_Piece]:
    midnight = day * DAY
    rule = calendar.rule_on(day)
    name = rule.name if rule else ""
    if not calendar.works(day):
        yield _Piece(midnight, midnight + DAY, Reason.HOLIDAY if rule else Reason.WEEKEND, name)
        return
    if rule:
        working = Reason.MAKEUP_WORKDAY
    elif calendar.is_published(year_of(day)):
        working = Reason.WORKING_HOURS
    else:
        working = Reason.UNPUBLISHED_WORKDAY
    reached = 0
    for opens, closes in calendar.spans_on(day):
        closed = Reason.BREAK if 0 < reached < LATEST_LUNCH else Reason.OFF_HOURS
        yield _Piece(midnight + reached, midnight + opens, closed)
        yield _Piece(midnight + opens, midnight + closes, working, name)
        reached = closes
    yield _Piece(midnight + reached, midnight + DAY, Reason.OFF_HOURS)


def _clipped(pieces: Iterable[_Piece], first: int, last: int) -> Iterator[_Piece]:
    for piece in pieces:
        yield _Piece(max(piece.start, first), min(piece.end, last), piece.reason, piece.detail)


def _pause_pieces(pauses: Iterable[Pause], begin: int, last: int) -> list[_Piece]:
    """Pauses inside the window, sorted and disjoint: of two that overlap the first keeps the shared part."""
    spans = sorted((to_local(p.start), NEVER if p.end is None else to_local(p.end), p.reason) for p in pauses)
    pieces = []
    reached = begin
    for start, end, reason in spans:
        piece = _Piece(max(start, reached), min(end, last), Reason.PAUSED, reason)
        if piece.start < piece.end:
            pieces.append(piece)
            reached = piece.end
    return pieces


def _overlaid(pieces: Iterable[_Piece], above: list[_Piece]) -> Iterator[_Piece]:
    """`pieces` where nothing lies above them, and what lies above, in order."""
    waiting = iter(above)
    top = next(waiting, None)
    for piece in pieces:
        at = piece.start
        while top is not None and top.start < piece.end:
            yield _Piece(at, top.start, piece.reason, piece.detail)
            yield _Piece(max(at, top.start), min(top.end, piece.end), top.reason, top.detail)
            at = max(at, min(top.end, piece.end))
            if top.end > piece.end:
                break
            top = next(waiting, None)
        yield _Piece(at, piece.end, piece.reason, piece.detail)


def _merged(pieces: Iterable[_Piece]) -> list[_Piece]:
    """Without the empty ones, neighbours of one reason joined."""
    result: list[_Piece] = []
    for piece in pieces:
        if piece.start >= piece.end:
            continue
        if result and (result[-1].reason, result[-1].detail) == (piece.reason, piece.detail):
            result[-1] = _Piece(result[-1].start, piece.end, piece.reason, piece.detail)
        else:
            result.append(piece)
    return result
