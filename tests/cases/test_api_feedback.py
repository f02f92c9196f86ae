"""Over the API too the reporter answers, rates and reopens, and nobody else does."""

import pytest
from django.test import Client
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Case, Task
from nuanxin.cases.queries import detail
from nuanxin.cases.services import Draft
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from tests.factories.town import LAT, LNG


@pytest.fixture
def closed(town, photo):
    draft = Draft(category="0101", text="煤气味", lng=LNG + 0.002, lat=LAT + 0.002)
    case = services.report_case(actor=town["worker"], draft=draft, key="key-00000001", now=town.now).case
    task = Task.objects.get(case=case, organisation=town.organisations["gas"])
    services.accept_task(actor=town["gas"], task=task, now=town.now)
    services.submit_result(
        actor=town["gas"],
        task=task,
        opinion="修好",
        photos=[photo("after")],
        unfinished="气已经关了",
        now=town.now,
    )
    case = detail.case_for(town["dispatcher"], case.number)
    return services.pass_verification(
        actor=town["dispatcher"], case=case, outcome="solved", now=timezone.now()
    )


def call(town, who, path, **body):
    assignment = Assignment.objects.get(pk=town[who].assignment_id)
    key = create_token(person=town.persons[who], assignment=assignment, name="t", now=timezone.now())[1]
    return Client().post(f"/api/v1/cases/mine/{path}", body, headers={"authorization": f"Bearer {key}"})


def test_the_reporter_answers_and_rates(town, closed):
    assert call(town, "worker", f"{closed.number}/answers", text="味道没了").status_code == 200
    answer = call(town, "worker", f"{closed.number}/rating", contacted=True, solved=True, satisfied=True)
    assert answer.status_code == 200, answer.content
    again = call(town, "worker", f"{closed.number}/rating", contacted=True, solved=True, satisfied=True)
    assert again.status_code == 409


def test_the_reporter_reopens_once(town, closed):
    assert call(town, "worker", f"{closed.number}/reopening", text="又有味道").status_code == 200
    assert Case.objects.get(pk=closed.pk).state == "reopened"


@pytest.mark.parametrize("who", ["other_worker", "dispatcher", "gas"])
def test_nobody_else_does(town, closed, who):
    for path in ("answers", "rating", "reopening"):
        body = {"text": "x", "contacted": True, "solved": True, "satisfied": True}
        assert call(town, who, f"{closed.number}/{path}", **body).status_code == 404
