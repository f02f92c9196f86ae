"""A short stretch of the city, really played: what it leaves is what a city leaves that has worked for days."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Exists, OuterRef
from django.utils import timezone

from nuanxin.cases.enums import OVER_STATES, CaseState, Source, TaskRole, TaskState
from nuanxin.cases.models import Case, CaseLog, Clock, PlaceCase, Reporter, Task
from nuanxin.demo.organisations import organisations
from nuanxin.gateway.enums import EndpointState, OrderState, Sending
from nuanxin.gateway.models import (
    ApiKey,
    ExchangeConflict,
    ExchangeOrder,
    Reconciliation,
    SentRequest,
    WebhookEndpoint,
    WebhookMessage,
)
from nuanxin.kernel import audit
from nuanxin.kernel.audit import unsealed_age
from nuanxin.kernel.events.deliver import undelivered
from nuanxin.kernel.events.models import Delivery, Event
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.models import Notice
from nuanxin.people.models import Assignment, Organisation, Person
from nuanxin.places.models import (
    BookLoan,
    Doubt,
    OpenCheck,
    OpeningException,
    Place,
    PlacePhoto,
    RestockTask,
    Sighting,
    VisitDay,
)
from nuanxin.territories.models import Boundary, MapLayer, Territory
from nuanxin.volunteering.models import Team
from tests.demo.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_everything_in_the_script_happened(played):
    assert played.derailed == ()
    assert played.reports == Case.objects.count() == Reporter.objects.count()
    assert set(Case.objects.values_list("state", flat=True)) > {
        CaseState.REPORTED, CaseState.SCREENING, CaseState.REJECTED, CaseState.DISPATCHED, CaseState.IN_PROGRESS,
        CaseState.RESULT_SUBMITTED, CaseState.REWORK, CaseState.CLOSED, CaseState.REOPENED,
    }  # fmt: skip


def test_the_city_stands(played):
    formed = Team.objects.exclude(organisation__name__in=[each.name for each in organisations()])
    assert Organisation.objects.count() == len(organisations()) + formed.count()
    assert Boundary.objects.count() == Territory.objects.exclude(level__in=["province", "city"]).count()
    assert MapLayer.objects.count() == 5
    assert not Person.objects.exclude(pk__in=Assignment.objects.values("person")).exists()
    assert not Case.objects.filter(scope_code="").exists()


def test_no_open_case_without_a_running_clock(played):
    running = Clock.objects.filter(case=OuterRef("pk"), stopped_at=None)
    assert not Case.objects.exclude(state__in=OVER_STATES).filter(~Exists(running)).exists()
    assert not Case.objects.filter(state__in=OVER_STATES).filter(Exists(running)).exists()


def test_a_case_and_its_tasks_agree(played):
    for case in Case.objects.prefetch_related("tasks"):
        states = {task.state for task in case.tasks.all() if task.ended_at is None}
        roles = Counter(task.role for task in case.tasks.all() if task.ended_at is None)
        if case.state in OVER_STATES or case.state in {
            CaseState.REPORTED,
            CaseState.SCREENING,
            CaseState.FILED,
        }:
            assert not states, case.number
        elif case.state not in {CaseState.REOPENED, CaseState.RETURNED}:
            assert states, case.number
            assert roles[TaskRole.COMMUNITY] <= 1, case.number
            assert roles[TaskRole.LEAD] <= 1, case.number
        if case.state in {CaseState.RESULT_SUBMITTED, CaseState.VERIFYING}:
            assert TaskState.RESULT_SUBMITTED in states, case.number


def test_every_passed_limit_has_climbed(played):
    running = Clock.objects.filter(stopped_at=None, paused_at=None)
    assert not running.filter(climbed_at=None, due_at__lt=NOW).exists()
    for clock in Clock.objects.exclude(climbed_at=None):
        assert clock.due_at <= clock.climbed_at <= NOW
        assert (clock.climbed_at - clock.due_at).total_seconds() <= 60


def test_every_event_is_delivered(played):
    waiting = undelivered(NOW)
    assert (waiting.waiting, waiting.failing, waiting.dead) == (0, 0, 0)
    assert not Delivery.objects.exclude(state=Delivery.State.DONE).filter(available_at__lte=NOW).exists()
    assert played.deliveries <= Delivery.objects.count()
    assert Event.objects.filter(name="cases.CaseReported").count() == played.reports
    persons = Reporter.objects.exclude(subject_id=None).exclude(case__source=Source.OPEN311)
    assert Notice.objects.filter(kind="received").count() == persons.count()


def test_the_log_tells_each_case_in_order(played):
    assert CaseLog.objects.filter(action="report").count() == played.reports
    for case in Case.objects.all():
        steps = list(CaseLog.objects.filter(case=case, task=None).values_list("from_state", "to_state", "at"))
        assert steps[0][1] in {CaseState.REPORTED, case.state}
        assert [at for _, _, at in steps] == sorted(at for _, _, at in steps)
        assert steps[-1][1] == case.state
    assert not CaseLog.objects.filter(at__gt=NOW).exists()


def test_nobody_checks_their_own_work(played):
    checked = CaseLog.objects.filter(action="pass").select_related("case")
    assert checked
    assert all(log.organisation_id != log.case.handled_by_id for log in checked)


def test_open_tasks_belong_to_units_that_have_people(played):
    for task in Task.objects.filter(ended_at=None):
        assert Assignment.objects.filter(organisation=task.organisation_id, active_to=None).exists()


def test_the_audit_log_is_sealed_and_holds(played):
    assert unsealed_age(NOW).total_seconds() == 0
    report = audit.verify()
    assert report.entries > played.steps
    assert report.faults == []


def test_the_places_live(played):
    assert Place.objects.count() == 70
    assert set(Place.objects.values_list("state", flat=True)) == {"draft", "open", "suspended"}
    assert Place.objects.filter(keeper__isnull=False).count() > 20
    assert OpenCheck.objects.filter(place__checked_on=timezone.localdate(NOW)).exists()
    assert OpenCheck.objects.exclude(wrong="").exists()
    assert set(Doubt.objects.values_list("end", flat=True)) >= {"", "repaired"}
    assert set(PlaceCase.objects.values_list("case__state", flat=True)) > {CaseState.CLOSED}
    assert RestockTask.objects.exists()
    assert VisitDay.objects.exists()
    assert OpeningException.objects.filter(starts_at__gt=NOW).exists()
    assert PlacePhoto.objects.exclude(released_at=None).exists()
    assert BookLoan.objects.filter(returned_at=None).exists()
    assert not Sighting.objects.filter(at__lt=NOW - timedelta(days=1)).exclude(who="").exists()
    assert not OpenCheck.objects.filter(at__gt=NOW).exists()


def test_other_systems_are_connected(played):
    used, given_up = (
        ApiKey.objects.order_by("revoked_at").filter(revoked_at=None),
        ApiKey.objects.exclude(revoked_at=None),
    )
    assert SentRequest.objects.filter(api_key=used.get()).count() == 3
    assert given_up.get().last_used_on is None
    healthy, silent = WebhookEndpoint.objects.order_by("pk")
    log = WebhookMessage.objects.filter(endpoint=healthy)
    assert set(log.values_list("state", flat=True)) == {Sending.SENT}
    assert not log.filter(done_at__gt=NOW).exists()
    assert (healthy.state, silent.state) == (EndpointState.ACTIVE, EndpointState.PAUSED)
    assert Notice.objects.filter(kind=Kind.PUSH_STOPPED).exists()


def test_an_order_stands_in_every_state(played):
    assert set(ExchangeOrder.objects.values_list("state", flat=True)) == set(OrderState.values)
    assert ExchangeConflict.objects.filter(decided_at=None).exists()
    compared = Reconciliation.objects.get()
    assert "missing_here" in {line["kind"] for line in compared.lines}
    assert compared.error == ""
