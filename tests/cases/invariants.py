"""What holds of all cases at any moment, whoever did what in whichever order; read from the database as it is."""

from django.db.models import Count, Q

from nuanxin.cases.enums import DESK_STATES, OVER_STATES, CaseState, TaskRole, TaskState
from nuanxin.cases.models import Case, CaseLog, Clock, Rating, Reporter, Task
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
        state, at = "", own[0].at
        for log in own:
            assert log.from_state == state, f"{log.action} from {log.from_state}, not {state}"
            assert log.at >= at
            if log.action != "report":
                assert log.to_state == CASE[log.action].target
                assert log.from_state in CASE[log.action].sources
            state, at = log.to_state, log.at
        assert state == case.state, "the case is where the log says"
        assert case.state_since == own[-1].at


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
