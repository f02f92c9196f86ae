"""What is counted: a report, a filing, a dispatch, a handling, …; a relation for each, a row for each thing counted.

Written as ibis expressions over tables that are given, so that the same words run over the live database today and over
any other source that has these tables; nothing here imports ibis, and no web process does. Every row has the columns
of `PLACE` and the unit that it is put down to; it is in the relation when its instant lies in the window.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Tables = Callable[[str], Any]  # the name of a table → an ibis table
LEVELS = ("province", "city", "district", "street", "community", "grid")
PLACE = ("category_id", *(f"scope_{level}" for level in LEVELS))
OVER_EARLY = ("rejected", "merged")
NOT_SCREENED = ("reported", "screening")


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open: the first instant is inside, the last is not. Never later than now, so what is due in it was due."""

    start: Any
    end: Any

    def holds(self, instant: Any) -> Any:
        return (instant >= self.start) & (instant < self.end)


def _rows_of_cases(case: Any, **columns: Any) -> Any:
    """One row for each case, put down to the unit that answers for it."""
    unit = case.handled_by_id.coalesce(case.lead_organisation_id)
    place = {name: case[name] for name in PLACE}
    return case.select(case_id=case.id, organisation_id=unit, **place, **columns)


def _places(tables: Tables) -> Any:
    """What every other relation takes from the case that it belongs to."""
    case = tables("cases_case")
    return case.filter(case.state != "merged").select(
        of_case=case.id,
        by_unit=case.handled_by_id.coalesce(case.lead_organisation_id),
        shelved_at=case.shelved_at,
        **{name: case[name] for name in PLACE},
    )


def _waived(tables: Tables, fact: str, *, name: str) -> Any:
    """Facts that do not count, because an appeal against them was upheld (`domain.md` §2.3); one column."""
    appeal = tables("cases_appeal")
    upheld = appeal.filter(appeal.state == "upheld", appeal[fact].notnull())
    return upheld.select(**{name: upheld[fact]}).distinct()


def reports(tables: Tables, window: Window) -> Any:
    case = tables("cases_case")
    merged = case.state == "merged"
    return _rows_of_cases(
        case.filter(window.holds(case.reported_at)),
        is_valid=~case.reject_reason.isin(["6", "8", "9"]),
        is_screened=case.state.notin(NOT_SCREENED),
        is_filed=case.filed_at.notnull() & ~merged,
        is_merged=merged,
    )


def filings(tables: Tables, window: Window) -> Any:
    case, clock = tables("cases_case"), tables("cases_clock")
    is_filed = case.state.notin(["merged", *NOT_SCREENED])  # what was split off again waits for its screening
    rows = _rows_of_cases(case.filter(window.holds(case.filed_at), is_filed))
    waived = _waived(tables, "clock_id", name="waived_clock")
    late = clock.filter(clock.kind == "screen", clock.outcome == "late").select("id", late_case="case_id")
    late = late.left_join(waived, late.id == waived.waived_clock)
    late = late.group_by("late_case").agg(is_waived=late.waived_clock.notnull().max())
    asked = tables("cases_supervision")
    asked = asked.filter(asked.level != "yellow").select(asked_case="case_id").distinct()
    rows = rows.left_join(late, rows.case_id == late.late_case)
    rows = rows.left_join(asked, rows.case_id == asked.asked_case)
    return rows.mutate(
        is_on_time=rows.late_case.isnull(),
        is_counted=~rows.is_waived.fill_null(False),  # noqa: FBT003  -- ibis's own signature
        is_supervised=rows.asked_case.notnull(),
    )


def dispatches(tables: Tables, window: Window) -> Any:
    task, place = tables("cases_task"), _places(tables)
    given = task.filter(window.holds(task.dispatched_at)).select(
        "case_id", "organisation_id", "return_reason"
    )
    return given.join(place, given.case_id == place.of_case).mutate(
        is_returned=given.return_reason != "",
        is_misdirected=given.return_reason.isin(["R1", "R2", "R3"]),
    )


def handlings(tables: Tables, window: Window) -> Any:
    """Each handling clock of a lead unit. One taken away before it was due is no duty; one after that stays one."""
    clock, task, place = tables("cases_clock"), tables("cases_task"), _places(tables)
    part = task.filter(task.role == "lead").select(
        of_task=task.id, task_state=task.state, task_ended_at=task.ended_at
    )
    owed = clock.filter(clock.kind == "handle", clock.outcome != "cancelled", clock.paused_at.isnull())
    owed = owed.select("id", "case_id", "task_id", "organisation_id", "due_at", "stopped_at", "outcome")
    rows = owed.join(part, owed.task_id == part.of_task)
    taken_away = rows.task_state.isin(["returned", "withdrawn"]) & (rows.task_ended_at == rows.stopped_at)
    rows = rows.mutate(
        is_submitted=rows.stopped_at.notnull() & ~taken_away.fill_null(False),  # noqa: FBT003  -- ibis's own signature
    )
    rows = rows.filter(window.holds(rows.due_at) | (rows.is_submitted & window.holds(rows.stopped_at)))
    rows = rows.join(place, rows.case_id == place.of_case)
    rows = rows.filter(rows.is_submitted | rows.shelved_at.isnull())
    waived = _waived(tables, "clock_id", name="waived_clock")
    rows = rows.left_join(waived, rows.id == waived.waived_clock)
    return rows.mutate(
        is_on_time=rows.is_submitted & (rows.outcome == "met"), is_counted=rows.waived_clock.isnull()
    )


def closings(tables: Tables, window: Window) -> Any:
    case = tables("cases_case")
    owed = case.filter(
        window.holds(case.due_at),
        case.filed_at.notnull(),
        case.state.notin(OVER_EARLY),
        case.shelved_at.isnull() | case.closed_at.notnull(),
    )
    on_time = owed.closed_at.notnull() & (owed.closed_at <= owed.due_at)
    rows = _rows_of_cases(
        owed,
        due_at=owed.due_at,
        is_closed=owed.closed_at.notnull(),
        is_on_time=on_time.fill_null(False),  # noqa: FBT003  -- ibis's own signature
    )
    clock, waived = tables("cases_clock"), _waived(tables, "clock_id", name="waived_clock")
    clock = clock.filter(clock.kind == "total").select("id", waived_case="case_id", waived_due="due_at")
    waived = (
        waived.join(clock, waived.waived_clock == clock.id).select("waived_case", "waived_due").distinct()
    )
    rows = rows.left_join(waived, (rows.case_id == waived.waived_case) & (rows.due_at == waived.waived_due))
    return rows.mutate(is_counted=rows.waived_case.isnull())


def endings(tables: Tables, window: Window) -> Any:
    """What was closed in the window, and besides, never hidden, what lies on the shelf at its end."""
    case = tables("cases_case")
    closed = window.holds(case.closed_at) & (case.outcome != "")
    shelved = case.closed_at.isnull() & (case.shelved_at < window.end)
    found = case.filter(closed | shelved)
    rows = _rows_of_cases(found, outcome=found.outcome, is_closed=found.closed_at.notnull())
    again = case.filter(case.recurs_id.notnull()).select(again_of="recurs_id").distinct()
    return rows.left_join(again, rows.case_id == again.again_of).mutate(has_recurred=again.again_of.notnull())


def verifications(tables: Tables, window: Window) -> Any:
    """A case that was verified in the window, however often; a verification that was wrong did not take place."""
    log, place = tables("cases_caselog"), _places(tables)
    waived = _waived(tables, "log_id", name="waived_log")
    looks = log.filter(log.action.isin(["pass", "fail"]), window.holds(log.at)).select(
        "id", "case_id", "action"
    )
    looks = looks.anti_join(waived, looks.id == waived.waived_log)
    by_case = looks.group_by("case_id").agg(fails=looks.count(where=looks.action == "fail"))
    rows = by_case.join(place, by_case.case_id == place.of_case)
    return rows.mutate(organisation_id=rows.by_unit, has_failed=rows.fails > 0)


def handling_times(tables: Tables, window: Window) -> Any:
    """From taking it to handing in the result, in seconds; what stood still on the shelf is not counted."""
    task, place = tables("cases_task"), _places(tables)
    done = task.filter(window.holds(task.submitted_at), task.role != "assist", task.claimed_at.notnull())
    done = done.select("case_id", "organisation_id", "claimed_at", "submitted_at", task_id=done.id)
    rest = _rests(tables, done)
    rows = done.left_join(rest, done.task_id == rest.rest_of)
    rows = rows.join(place, rows.case_id == place.of_case)
    taken = rows.submitted_at.epoch_seconds() - rows.claimed_at.epoch_seconds()
    return rows.mutate(value=taken - rows.rest_seconds.coalesce(0))


def _rests(tables: Tables, done: Any) -> Any:
    """The pauses of the total clock, as far as they lie inside the work."""
    clock, change = tables("cases_clock"), tables("cases_clockchange")
    total = clock.filter(clock.kind == "total").select(of_clock=clock.id, paused_case=clock.case_id)
    pause = change.filter(change.kind == "pause").select("clock_id", "from_at", "to_at")
    pause = pause.join(total, pause.clock_id == total.of_clock)
    both = done.join(pause, done.case_id == pause.paused_case)
    both = both.filter(both.from_at < both.submitted_at, both.to_at > both.claimed_at)
    start = (both.from_at > both.claimed_at).ifelse(both.from_at, both.claimed_at)
    end = (both.to_at < both.submitted_at).ifelse(both.to_at, both.submitted_at)
    rests = both.select(rest_of="task_id", rest_seconds=end.epoch_seconds() - start.epoch_seconds())
    return rests.group_by("rest_of").agg(rest_seconds=rests.rest_seconds.sum())


def revisits(tables: Tables, window: Window) -> Any:
    rating, place = tables("cases_rating"), _places(tables)
    said = rating.filter(window.holds(rating.at)).select("id", "case_id", "contacted", "solved", "satisfied")
    rows = said.join(place, said.case_id == place.of_case)
    waived = _waived(tables, "rating_id", name="waived_rating")
    rows = rows.left_join(waived, rows.id == waived.waived_rating)
    return rows.mutate(organisation_id=rows.by_unit, is_counted=rows.waived_rating.isnull())
