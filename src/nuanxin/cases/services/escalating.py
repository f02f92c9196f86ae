"""What time says to running clocks, at the instants that `queries/watching.py` names: the one way up (§2.3).

A clock of the work itself opens supervision rung by rung; any other climbs one level when it has passed.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import BigIntegerField, DateTimeField, QuerySet, prefetch_related_objects

from nuanxin.cases.enums import ClockKind, SupervisionCause, SupervisionLevel
from nuanxin.cases.events import ClockPassed
from nuanxin.cases.models import Case, Clock, Shelving, Supervision
from nuanxin.cases.oversight_events import ReplyOverdue, ShelvingReviewDue
from nuanxin.cases.queries.counting import calendar_in_force, pauses_of
from nuanxin.cases.queries.watching import NOTICE, ORDER, REMIND, SUPERVISED, Rung, rungs
from nuanxin.cases.services.clocks import set_next_due
from nuanxin.cases.services.steps import announce
from nuanxin.cases.services.supervising import open_supervision, responsible_for, urge
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.plain_rows import change_row
from nuanxin.kernel.prepared import Prepared

BATCH = 200


def watch_clocks(*, now: datetime) -> int:
    """Look at the clocks about which time has something to say. Returns how many it looked at; call until 0."""
    due = _to_watch(now).order_by("watch_at").values_list("case", flat=True)[:BATCH]
    return sum(_watch_case(case_id, now=now) for case_id in dict.fromkeys(due))


def _to_watch(now: datetime) -> QuerySet[Clock]:
    return Clock.objects.filter(stopped_at=None, paused_at=None, watch_at__lt=now)


@transaction.atomic
def _watch_case(case_id: int, *, now: datetime) -> int:
    """All of one case's at once: the case is locked before its clocks, as in every step."""
    case = _free_case.first(pk=case_id)
    if case is None:  # somebody is at it; a minute later
        return 0
    found = _due_of.rows(case=case_id, now=now)
    prefetch_related_objects(found, "changes__calendar")
    for clock in found:
        _watch(case, clock, now=now)
    if found:
        set_next_due(case)
    return len(found)


_free_case = Prepared(
    lambda *, pk: (
        Case.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("lead_organisation")
        .filter(pk=pk)
    ),
    pk=BigIntegerField(),
)
_due_of = Prepared(
    lambda *, case, now: (
        _to_watch(now).filter(case=case).select_related("organisation", "calendar").order_by("watch_at", "id")
    ),
    case=BigIntegerField(),
    now=DateTimeField(),
)


def _watch(case: Case, clock: Clock, *, now: datetime) -> None:
    ladder = rungs(clock, calendar_in_force(clock), pauses_of(clock))
    passed = [rung for rung in ladder if rung.at < now]
    clock.watch_at, since = next((rung.at for rung in ladder if rung.at >= now), None), clock.watch_at
    if clock.due_at < now and clock.climbed_at is None:
        clock.climbed_at = now
        _climb(case, clock, now=now)
    change_row(clock, to={"watch_at": clock.watch_at, "climbed_at": clock.climbed_at})
    if clock.kind in SUPERVISED:
        new = [rung for rung in passed if since is None or rung.at >= since]
        _supervise(case, clock, passed, new, now=now)
    elif clock.kind == ClockKind.REVIEW and passed and passed[-1].what == NOTICE:
        _say_review_is_due(case, now=now)


def _supervise(
    case: Case, clock: Clock, passed: Sequence[Rung], new: Sequence[Rung], *, now: datetime
) -> None:
    """The highest rung that has been reached; the reminder where it is the latest that time has said."""
    organisation = responsible_for(case, clock)
    if organisation is None:
        return
    levels = [rung.what for rung in passed if rung.what in ORDER]
    if levels:
        level = max(levels, key=lambda each: ORDER[each])
        if case.urgency == "U1" and ORDER[level] >= ORDER[SupervisionLevel.RED]:
            level = SupervisionLevel.LISTED
        open_supervision(case, organisation, level, SupervisionCause.TIME, now=now, clock=clock)
    if new and new[-1].what == REMIND:
        urge(case, organisation, now=now)


def _climb(case: Case, clock: Clock, *, now: datetime) -> None:
    """A limit has passed: on record; and, unless supervision says it better, one level up hears of it."""
    audit.record(
        actor=SYSTEM,
        action="cases.climb",
        object_type="cases.case",
        object_id=case.number,
        scope_code=case.scope_code,
        detail={"clock": clock.kind},
        now=now,
    )
    if clock.kind == ClockKind.REPLY:
        _say_reply_is_overdue(case, clock, now=now)
    elif clock.kind not in SUPERVISED or responsible_for(case, clock) is None:
        announce(case, ClockPassed(case.pk, case.number, clock.kind, clock.organisation_id, 1), now=now)


def _say_reply_is_overdue(case: Case, clock: Clock, *, now: datetime) -> None:
    asked = Supervision.objects.filter(case=case, reply_clock=clock, ended_at=None, replied_at=None).first()
    if asked is not None:
        announce(
            case,
            ReplyOverdue(case.pk, case.number, asked.pk, asked.organisation_id, asked.level),
            now=now,
        )


def _say_review_is_due(case: Case, *, now: datetime) -> None:
    shelving = Shelving.objects.filter(case=case, state="shelved").first()
    if shelving is not None:
        announce(case, ShelvingReviewDue(case.pk, case.number, shelving.pk), now=now)
