"""Where the time of a case went, clock by clock and stage by stage: from what is stored, never from today's rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import OVER_STATES, CaseState, ClockChangeKind, ClockKind, ClockOutcome
from nuanxin.cases.models import Case, CaseLog, Clock, ClockChange
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.counting import calendar_in_force, pauses_of
from nuanxin.cases.queries.detail import tasks_of
from nuanxin.cases.queries.discretion import coarse_case, given_at, may_explain, own_clocks, reads_coarsely
from nuanxin.kernel.access import Actor
from nuanxin.kernel.worktime import SHANGHAI, Interval, Limit, Reason, due_at, explain

Text = str | Promise
NONE = timedelta(0)
DAY = timedelta(days=1)

# What a case waits for in each of its states.
PHASES: dict[str, Text] = {
    "screen": _("等核实"),
    "dispatch": _("等派单"),
    "returned": _("退回后等重新派单"),
    "accept": _("等单位接单"),
    "handle": _("处理"),
    "rework": _("返工"),
    "verify": _("核查"),
    "consulting": _("会商"),
    "handed_off": _("等对方回执"),
    "shelved": _("暂停计时"),
}
# Of these a handler is told the length: neither leads back to the report, nor to when it was said to be unsolved.
OWN_PHASES = frozenset({"accept", "handle", "rework", "shelved"})
PHASE_OF_STATE: dict[str, str] = {
    CaseState.REPORTED: "screen",
    CaseState.SCREENING: "screen",
    CaseState.FILED: "dispatch",
    CaseState.REOPENED: "dispatch",
    CaseState.RETURNED: "returned",
    CaseState.DISPATCHED: "accept",
    CaseState.CLAIMED: "accept",
    CaseState.ACCEPTED: "handle",
    CaseState.IN_PROGRESS: "handle",
    CaseState.REWORK: "rework",
    CaseState.RESULT_SUBMITTED: "verify",
    CaseState.VERIFYING: "verify",
}


@dataclass(frozen=True, slots=True)
class Span:
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day, or several that are alike: what of it counted, and why the rest did not."""

    start: datetime
    end: datetime
    counted: timedelta
    spans: Sequence[Span]
    counted_as: Sequence[str]
    uncounted_as: Sequence[str]

    @property
    def last_day(self) -> datetime:
        """The last one that the row is about; midnight ends the day before."""
        return (self.end - timedelta(microseconds=1)).astimezone(SHANGHAI)

    @property
    def is_long(self) -> bool:
        return self.last_day.date() != self.start.astimezone(SHANGHAI).date()


@dataclass(frozen=True, slots=True)
class Stage:
    """One clock: what was ruled, what was used, how late it was. `until` is when it stopped, or now."""

    clock: Clock
    limit: Limit
    who: str
    until: datetime
    intervals: Sequence[Interval]
    changes: Sequence[ClockChange]
    due_by_rule: datetime

    @property
    def is_running(self) -> bool:
        return self.clock.stopped_at is None

    @property
    def counted(self) -> timedelta:
        return counted_in(self.intervals, Span(self.clock.started_at, self.until))

    @property
    def late_span(self) -> Span | None:
        """Wall time past the limit; what was cancelled before it passed was never late."""
        late = self.clock.outcome == ClockOutcome.LATE or (self.is_running and not self.clock.paused_at)
        return Span(self.clock.due_at, self.until) if late and self.until > self.clock.due_at else None

    @property
    def late(self) -> timedelta:
        return self.late_span.length if self.late_span else NONE

    @property
    def had_no_time(self) -> bool:
        """It began when the case was due already: late on paper, without any fault of its own."""
        return self.clock.started_at >= self.clock.due_at and self.until <= self.due_by_rule

    @property
    def cut_by_total(self) -> bool:
        return self.clock.due_at < self.due_by_rule

    @property
    def days(self) -> list[DayRow]:
        return day_rows(each for each in clipped(self.intervals, self.until))


@dataclass(frozen=True, slots=True)
class Phase:
    """All the time a case spent in one kind of waiting or work; `times` rounds of it."""

    name: str
    label: Text
    length: timedelta
    counted: timedelta
    times: int
    share: int


@dataclass(frozen=True, slots=True)
class TimeAccount:
    case: Case
    stages: Sequence[Stage]
    phases: Sequence[Phase]
    until: datetime
    is_part: bool = False  # of one organisation, from when the case was given to it

    @property
    def totals(self) -> list[Stage]:
        """One for each round: a case that was reopened has two."""
        return [stage for stage in self.stages if stage.clock.kind == ClockKind.TOTAL]

    @property
    def late(self) -> timedelta:
        return sum((stage.late for stage in self.totals), NONE)

    @property
    def counted(self) -> timedelta:
        return sum((stage.counted for stage in self.totals), NONE)

    @property
    def length(self) -> timedelta:
        return sum((phase.length for phase in self.phases), NONE)

    @property
    def late_by_kind(self) -> list[tuple[str, timedelta]]:
        """Which stages were late, in the order of the work; of two units late at once the hours count once."""
        found: dict[str, list[Span]] = {}
        for stage in self.stages:
            counts = stage.clock.kind != ClockKind.TOTAL and not stage.had_no_time
            if stage.late_span and counts:
                found.setdefault(stage.clock.kind, []).append(stage.late_span)
        return [(kind, _union(found[kind])) for kind in ClockKind.values if kind in found]

    @property
    def uncounted(self) -> list[tuple[str, str, timedelta]]:
        """Code, words and length of what the total limit did not count, the longest first."""
        found: dict[tuple[str, str], timedelta] = {}
        for stage in self.totals:
            for each in clipped(stage.intervals, stage.until):
                if not each.counted:
                    key = (each.code, each.label)
                    found[key] = found.get(key, NONE) + each.duration
        return sorted(((*key, length) for key, length in found.items()), key=lambda row: -row[2])


def time_account(case: Case, *, now: datetime) -> TimeAccount:
    """Four statements, however many rounds the case has gone."""
    stages = [_stage(clock, case, now=now) for clock in _clocks(case)]
    return TimeAccount(case, stages, _phases(case, _logs(case), stages, now=now), case.closed_at or now)


def account_for(actor: Actor, case: Case, *, now: datetime) -> TimeAccount:
    """The whole account; for a handler that of the own part, from when the case was given to it."""
    if not reads_coarsely(actor):
        return time_account(case, now=now)
    since = given_at(actor, case, tasks_of(case))
    own = [clock for clock in own_clocks(_clocks(case), actor, since) if may_explain(clock, actor, since)]
    stages = [_stage(clock, case, now=now) for clock in own]
    phases = _shared(
        [each for each in _phases(case, _logs(case), stages, now=now) if each.name in OWN_PHASES]
    )
    return TimeAccount(coarse_case(case, since), stages, phases, case.closed_at or now, is_part=True)


def _shared(phases: Sequence[Phase]) -> list[Phase]:
    """Shares of the own part: of the whole they would say how long it had been waiting before."""
    whole = sum((phase.length for phase in phases), NONE)
    return [replace(each, share=round(100 * (each.length / whole)) if whole else 0) for each in phases]


def _clocks(case: Case) -> list[Clock]:
    rows = Clock.objects.filter(case=case).select_related("organisation")
    return list(rows.prefetch_related("calendar", "changes__calendar").order_by("started_at", "id"))


def _logs(case: Case) -> list[CaseLog]:
    return list(CaseLog.objects.filter(case=case, task=None).order_by("at", "id"))


def _who(clock: Clock, case: Case) -> str:
    """The organisation that has the clock; containing a danger is the lead's."""
    if clock.organisation:
        return clock.organisation.label
    if clock.kind == ClockKind.MAKE_SAFE and case.lead_organisation:
        return case.lead_organisation.label
    return ""


def _stage(clock: Clock, case: Case, *, now: datetime) -> Stage:
    limit, calendar = Limit.parse(clock.limit), calendar_in_force(clock)
    until = clock.stopped_at or max(now, clock.started_at)
    last = max(clock.due_at, until)
    pauses = pauses_of(clock, until=last)
    return Stage(
        clock=clock,
        limit=limit,
        who=_who(clock, case),
        until=until,
        intervals=explain(clock.started_at, limit, calendar, pauses, until=last),
        changes=list(clock.changes.all()),
        due_by_rule=due_at(clock.started_at, limit, calendar, pauses_of(clock)).at,
    )


def _phases(case: Case, logs: Sequence[CaseLog], stages: Sequence[Stage], *, now: datetime) -> list[Phase]:
    spans = _state_spans(logs, now=now, hands_off=bool(kind_of(case.category_id).handoff))
    spans = _overlaid(spans, _consultations(stages), "consulting")
    spans = _overlaid(spans, _standstills(stages), "shelved")
    totals = [stage for stage in stages if stage.clock.kind == ClockKind.TOTAL]
    whole = sum((span.length for _name, span in spans), NONE)
    phases = []
    for name, label in PHASES.items():
        own = [span for found, span in spans if found == name and span.length]
        if not own:
            continue
        length = sum((span.length for span in own), NONE)
        counted = sum((counted_in(total.intervals, span) for total in totals for span in own), NONE)
        share = round(100 * (length / whole)) if whole else 0
        phases.append(Phase(name, label, length, counted, len(own), share))
    return phases


def _state_spans(logs: Sequence[CaseLog], *, now: datetime, hands_off: bool) -> list[tuple[str, Span]]:
    """What the case's own log says it was waiting for; between closing and reopening it waited for nothing."""
    found: list[tuple[str, Span]] = []
    for index, log in enumerate(logs):
        following = logs[index + 1] if index + 1 < len(logs) else None
        if log.to_state in OVER_STATES or log.to_state not in PHASE_OF_STATE:
            continue
        name = PHASE_OF_STATE[log.to_state]
        if log.to_state == CaseState.CLAIMED and following and following.action == "submit_result":
            name = "handle"  # the community did it itself
        if log.action == "file" and (following.action == "transfer" if following else hands_off):
            name = "handed_off"
        span = Span(log.at, max(following.at if following else now, log.at))
        if found and found[-1][0] == name and found[-1][1].end == span.start:
            span = Span(found.pop()[1].start, span.end)
        found.append((name, span))
    return found


def _standstills(stages: Sequence[Stage]) -> list[Span]:
    """When the clocks stood still, all together."""
    spans = []
    for stage in stages:
        for change in stage.changes:
            if change.kind == ClockChangeKind.PAUSE:
                spans.append(Span(change.from_at, change.to_at))
        if stage.clock.paused_at:
            spans.append(Span(stage.clock.paused_at, max(stage.until, stage.clock.paused_at)))
    return _disjoint(spans)


def _consultations(stages: Sequence[Stage]) -> list[Span]:
    """While several organisations settled whose it is: from the whistle to the minutes, or to whatever ended it."""
    meetings = (stage for stage in stages if stage.clock.kind == ClockKind.MEETING)
    return _disjoint(Span(stage.clock.started_at, stage.until) for stage in meetings)


def _overlaid(
    spans: Sequence[tuple[str, Span]], above: Sequence[Span], name_above: str
) -> list[tuple[str, Span]]:
    """`spans`, and where `above` lies, that."""
    result: list[tuple[str, Span]] = []
    for name, span in spans:
        at = span.start
        for top in above:
            start, end = max(top.start, at), min(top.end, span.end)
            if start >= end:
                continue
            result += [(name, Span(at, start)), (name_above, Span(start, end))]
            at = end
        result.append((name, Span(at, span.end)))
    return [(name, span) for name, span in result if span.length]


def counted_in(intervals: Iterable[Interval], span: Span) -> timedelta:
    """How much of the span counted."""
    cut = ((max(each.start, span.start), min(each.end, span.end)) for each in intervals if each.counted)
    return sum((end - start for start, end in cut if end > start), NONE)


def clipped(intervals: Iterable[Interval], until: datetime) -> list[Interval]:
    return [
        Interval(each.start, min(each.end, until), each.counted, each.code, each.label)
        for each in intervals
        if each.start < until
    ]


def day_rows(intervals: Iterable[Interval]) -> list[DayRow]:
    """A row for each day; what lasts a whole day or more is a row of its own, however long it is."""
    rows: list[DayRow] = []
    today: list[Interval] = []
    for each in _cut_at_midnight(intervals):
        same_day = today and _day(today[0]) == _day(each)
        if each.duration >= DAY or (today and not same_day):
            rows += [_row(today)] if today else []
            today = []
        if each.duration >= DAY:
            rows.append(_row([each]))
        else:
            today.append(each)
    return [*rows, _row(today)] if today else rows


def _day(interval: Interval) -> int:
    return interval.start.astimezone(SHANGHAI).toordinal()


def _cut_at_midnight(intervals: Iterable[Interval]) -> Iterable[Interval]:
    """Nights in two, so that each half belongs to its day; whole days stay together."""
    for each in intervals:
        start = each.start.astimezone(SHANGHAI)
        first = start.replace(hour=0, minute=0, second=0, microsecond=0)
        first = first if first == start else first + DAY
        last = each.end.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        marks = sorted(
            {each.start, *(mark for mark in (first, last) if each.start < mark < each.end), each.end}
        )
        for begin, end in pairwise(marks):
            yield Interval(begin, end, each.counted, each.code, each.label)


def _row(intervals: Sequence[Interval]) -> DayRow:
    counted = [each for each in intervals if each.counted]
    return DayRow(
        start=intervals[0].start,
        end=intervals[-1].end,
        counted=sum((each.duration for each in counted), NONE),
        spans=[Span(each.start, each.end) for each in counted],
        counted_as=_unique(each.label for each in counted),
        uncounted_as=_unique(each.label for each in intervals if not each.counted),
    )


def _unique(labels: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(labels))


def _disjoint(spans: Iterable[Span]) -> list[Span]:
    result: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.start, each.end)):
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return result


def _union(spans: Iterable[Span]) -> timedelta:
    return sum((span.length for span in _disjoint(spans)), NONE)


__all__ = [
    "NONE",
    "PHASES",
    "DayRow",
    "Phase",
    "Reason",
    "Stage",
    "TimeAccount",
    "account_for",
    "time_account",
]
