"""What holds of all cases at any moment, whoever did what in whichever order; read from the database as it is."""

from django.db.models import Count, Q

from nuanxin.cases.enums import DESK_STATES, OVER_STATES, CaseState, TaskRole, TaskState
from nuanxin.cases.models import (
    Case,
    CaseLog,
    Clock,
    Consultation,
    ConsultationParty,
    Extension,
    Rating,
    Reporter,
    Task,
)
from nuanxin.cases.workflow import CASE
from nuanxin.kernel.events.models import Delivery, Event
from nuanxin.notifications.models import Notice

OPEN = [state for state in CaseState if state not in OVER_STATES]


def cases_are_sound():
    for case in Case.objects.all():
        assert case.state in DESK_STATES[case.desk]
        assert (case.closed_at is not None) == (case.state in OVER_STATES)
        running = Clock.objects.filter(case=case, stopped_at=None)
        due = min((clock.due_at for clock in running), default=None)
        assert case.next_due_at == due, case.state
        if case.state in OVER_STATES:
            assert not running, case.state
            assert not Task.objects.filter(case=case, ended_at=None).exists()
        else:
            assert due, f"nothing is due while {case.state}: no queue would show it"
        assert case.reopened_count <= 1
        assert case.rework_count == CaseLog.objects.filter(case=case, task=None, action="fail").count()
        assert case.return_count == CaseLog.objects.filter(case=case, task=None, action="return").count()
        assert (case.handled_by_id is not None) == (
            case.state
            in {
                CaseState.RESULT_SUBMITTED,
                CaseState.VERIFYING,
                CaseState.REWORK,
                CaseState.CLOSED,
            }
            or (case.state == CaseState.ARCHIVED and not case.reject_reason)
        ), case.state


def tasks_are_sound():
    for case in Case.objects.filter(state__in=OPEN).exclude(state__in=["reported", "screening", "rejected"]):
        tasks = Task.objects.filter(case=case, ended_at=None)
        community = tasks.filter(role=TaskRole.COMMUNITY)
        assert len(community) <= 1
        assert len(tasks.filter(role=TaskRole.LEAD)) <= 1
        if case.state == CaseState.DISPATCHED:
            assert len(community) == 1
            assert community[0].state == TaskState.DISPATCHED
        if case.state in {"dispatched", "claimed", "accepted", "in_progress", "rework"}:
            assert somebody_can_go_on(case), f"{case.state}: nobody can ever go on"
        if case.state in {CaseState.RESULT_SUBMITTED, CaseState.VERIFYING}:
            assert tasks.filter(organisation=case.handled_by_id, state=TaskState.RESULT_SUBMITTED).exists()
        if case.lead_organisation_id and tasks.filter(role=TaskRole.LEAD).exists():
            assert tasks.get(role=TaskRole.LEAD).organisation_id == case.lead_organisation_id
    stray = Clock.objects.filter(task__ended_at__isnull=False, stopped_at=None)
    assert not stray.exists(), "a clock runs on a task that is over"


def somebody_can_go_on(case: Case) -> bool:
    """A lead that works, or a community that may still handle it, call in a lead, or hand it back."""
    tasks = Task.objects.filter(case=case, ended_at=None)
    lead = tasks.filter(role=TaskRole.LEAD).exclude(state=TaskState.RESULT_SUBMITTED)
    community = tasks.filter(role=TaskRole.COMMUNITY, state__in=["dispatched", "claimed", "in_progress"])
    return lead.exists() or community.exists()


def the_log_is_one_chain():
    for case in Case.objects.all():
        own = list(CaseLog.objects.filter(case=case, task=None).order_by("id"))
        assert own[0].action == "report"
        state, at, moved_at = "", own[0].at, own[0].at
        for log in own:
            assert log.from_state == state, f"{log.action} from {log.from_state}, not {state}"
            assert log.at >= at
            if log.action != "report":
                if log.action not in CASE.transitions:  # a button that moves no state
                    assert log.to_state == state, log.action
                    at = log.at
                    continue
                assert log.to_state == CASE[log.action].target
                assert log.from_state in CASE[log.action].sources
            state, at, moved_at = log.to_state, log.at, log.at
        assert state == case.state, "the case is where the log says"
        assert case.state_since == moved_at


def separation_of_duties():
    """Nobody verifies what their own organisation has handled."""
    for closed in CaseLog.objects.filter(action__in=["pass", "fail", "verify"], organisation__isnull=False):
        handed_in = (
            CaseLog.objects.filter(
                case=closed.case_id, action__in=["submit_result", "self_handle"], pk__lt=closed.pk
            )
            .exclude(organisation=None)
            .filter(Q(task__role__in=[TaskRole.LEAD, TaskRole.COMMUNITY]))
            .order_by("-pk")
            .first()
        )
        assert handed_in is not None
        assert handed_in.organisation_id != closed.organisation_id


def events_are_delivered_once():
    twice = Notice.objects.values("person", "event_id", "kind").annotate(n=Count("pk")).filter(n__gt=1)
    assert not twice.exists()
    doubled = Delivery.objects.values("event", "subscriber").annotate(n=Count("pk")).filter(n__gt=1)
    assert not doubled.exists()
    reports = Event.objects.filter(name="cases.CaseReported").count()
    assert reports == Case.objects.count() == Reporter.objects.count()
    once = Rating.objects.values("case", "round").annotate(n=Count("pk")).filter(n__gt=1)
    assert not once.exists()


def consultations_are_sound():
    """One at a time, the case knows it, its clocks run, and nobody is dispatched past it."""
    for case in Case.objects.all():
        running = list(Consultation.objects.filter(case=case, ended_at=None))
        assert (case.consulting_since is not None) == bool(running)
        clocks = Clock.objects.filter(case=case, stopped_at=None, kind__in=["answer", "meeting"])
        if not running:
            assert not clocks.exists()
            continue
        waiting = ConsultationParty.objects.filter(consultation=running[0], answered_at=None)
        assert clocks.filter(kind="answer").count() == waiting.count()
        assert clocks.filter(kind="meeting").count() == 1
    assert not Case.objects.filter(return_count__gt=2).exists()


def extensions_are_sound():
    """Never of a life at stake, never more than two, and each one granted has moved the deadline on record."""
    assert not Extension.objects.filter(case__urgency="U1").exists()
    for case in Case.objects.exclude(extension_count=0):
        granted = Extension.objects.filter(case=case, state="granted").count()
        assert case.extension_count == granted <= 2
    for extension in Extension.objects.filter(state="granted"):
        assert extension.decided_at < extension.due_before
        assert extension.decider_id != extension.assignment_id or extension.decider_id is None
        assert extension.decided_by_id != extension.organisation_id
