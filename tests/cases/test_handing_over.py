"""Work never hangs on somebody who has left."""

from datetime import timedelta

from nuanxin.cases import services
from nuanxin.cases.models import CaseLog, Task
from nuanxin.cases.services import Draft
from nuanxin.kernel.access import SYSTEM
from nuanxin.people.models import Assignment, Person, Subject
from nuanxin.people.services import end_assignment, open_work
from tests.factories.town import LAT, LNG


def claimed(town):
    draft = Draft(category="0101", text="煤气味", lng=LNG + 0.002, lat=LAT + 0.002)
    case = services.report_case(actor=town["worker"], draft=draft, key="key-00000001", now=town.now).case
    task = Task.objects.get(case=case, organisation=town.organisations["community"])
    services.claim_task(actor=town["community"], task=task, now=town.now)
    return task


def test_open_tasks_go_to_the_successor(town):
    task = claimed(town)
    leaving = Assignment.objects.get(pk=town["community"].assignment_id)
    colleague = Person.objects.create(name="同事", login_name="colleague", registered_at=town.now)
    Subject.objects.create(person=colleague)
    taking_over = Assignment.objects.create(
        person=colleague,
        role=leaving.role,
        scope_code=leaving.scope_code,
        organisation=leaving.organisation,
        active_from=town.now,
    )
    assert [(work.context, work.count) for work in open_work(leaving)] == [("cases", 1)]
    end_assignment(
        actor=SYSTEM,
        assignment=leaving,
        successor=taking_over,
        reason="调离",
        now=town.now + timedelta(hours=1),
    )
    task.refresh_from_db()
    assert (task.handler_id, task.state) == (taking_over.pk, "claimed")
    assert CaseLog.objects.filter(task=task, action="hand_over").count() == 1


def test_without_a_successor_they_wait_for_the_organisation(town):
    task = claimed(town)
    leaving = Assignment.objects.get(pk=town["community"].assignment_id)
    end_assignment(actor=SYSTEM, assignment=leaving, reason="离职", now=town.now + timedelta(hours=1))
    task.refresh_from_db()
    assert task.handler_id is None
    assert task.is_open
