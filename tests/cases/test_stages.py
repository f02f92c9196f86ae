"""A repair in stages: planned, told as each is done, noticed when its day has passed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from nuanxin.cases import services
from nuanxin.cases.models import Clock, RepairStage, Task
from nuanxin.cases.queries import detail
from nuanxin.cases.services import PlannedStage
from nuanxin.cases.services.staging import NothingPlanned
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.notifications.models import Notice
from nuanxin.notifications.queries import line_of
from tests.factories.desks import HTMX, MINUTE, client_of, dispatched, picture, task_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def cover(town):
    """A broken drain grate, accepted by the water company."""
    case = dispatched(town, category="0302", lead="water")
    task = task_of(case, "lead")
    services.accept_task(actor=town["water"], task=task, now=town.now + 2 * MINUTE)
    return case, Task.objects.get(pk=task.pk)


def plan(town, task, *stages, now=None):
    rows = [PlannedStage(kind, name, town.now + after) for kind, name, after in stages]
    services.plan_repair(actor=town["water"], task=task, plan=rows, now=now or town.now + 3 * MINUTE)


THREE = (
    ("make_safe", "围挡", HOUR),
    ("temporary", "盖临时盖板", 4 * HOUR),
    ("final", "换新井箅子", 26 * HOUR),
)


def finish(town, task, stage, photo, *, now, words="临时盖板已盖好，明天换新井箅子"):
    services.finish_stage(
        actor=town["water"], task=task, stage=stage, opinion=words, photos=[photo("after")], now=now
    )


def test_planned_done_and_told(town, cover, photo):
    case, task = cover
    plan(town, task, *THREE)
    assert Clock.objects.filter(case=case, kind="make_safe", stopped_at=None).exists()
    finish(town, task, "make_safe", photo, now=town.now + 30 * MINUTE, words="已围挡")
    assert Clock.objects.get(case=case, kind="make_safe").outcome == "met"
    finish(town, task, "temporary", photo, now=town.now + 3 * HOUR)
    page = client_of(town, "worker").get(f"/mine/{case.number}/").content.decode()
    for words in ("盖临时盖板", "换新井箅子", "临时盖板已盖好，明天换新井箅子", "分几步修"):
        assert words in page
    drain(now=town.now + 3 * HOUR)
    told = Notice.objects.filter(kind="stage_done", person=town.persons["worker"]).latest("pk")
    assert line_of(told, {}).title.startswith("“临时处理”做好了")
    assert "彻底修复" in line_of(told, {}).text
    assert "盖板" not in str(told.facts), "a notice carries no words of an office"
    services.submit_result(
        actor=town["water"], task=task, opinion="换好了", photos=[photo("after")], now=town.now + 25 * HOUR
    )
    assert not RepairStage.objects.filter(case=case, done_at=None).exists()
    assert RepairStage.objects.filter(case=case).count() == 3


@pytest.mark.parametrize(
    "stages",
    [
        (),
        (("final", "换", HOUR),),
        (("temporary", "盖", HOUR), ("make_safe", "围", 2 * HOUR)),
        (("temporary", "盖", 3 * HOUR), ("final", "换", 2 * HOUR)),
        (("temporary", "", HOUR), ("final", "换", 2 * HOUR)),
        (("temporary", "盖", -HOUR), ("final", "换", 2 * HOUR)),
        (("temporary", "盖", HOUR), ("temporary", "再盖", 2 * HOUR), ("final", "换", 3 * HOUR)),
        (("unknown", "盖", HOUR), ("final", "换", 3 * HOUR)),
        (("temporary", "盖", HOUR), ("final", "换", 400 * DAY)),
    ],
)
def test_a_plan_that_is_none(town, cover, stages):
    _case, task = cover
    with pytest.raises(Invalid):
        plan(town, task, *stages)
    assert not RepairStage.objects.exists()


def test_a_new_plan_keeps_what_is_done(town, cover, photo):
    case, task = cover
    plan(town, task, *THREE)
    finish(town, task, "make_safe", photo, now=town.now + 30 * MINUTE, words="已围挡")
    plan(town, task, ("temporary", "铺钢板", 8 * HOUR), ("final", "换新", 30 * HOUR), now=town.now + HOUR)
    rows = RepairStage.objects.filter(case=case).order_by("planned_for")
    assert [(row.name, row.done_at is not None) for row in rows] == [
        ("围挡", True),
        ("铺钢板", False),
        ("换新", False),
    ]
    with pytest.raises(NothingPlanned):
        finish(town, task, "make_safe", photo, now=town.now + 2 * HOUR)
    with pytest.raises(NothingPlanned):  # the last one is the result
        finish(town, task, "final", photo, now=town.now + 2 * HOUR)


def test_making_safe_by_its_own_button_is_the_first_stage(town, cover):
    case, task = cover
    plan(town, task, *THREE)
    services.mark_made_safe(actor=town["water"], task=task, now=town.now + 20 * MINUTE)
    assert RepairStage.objects.get(case=case, kind="make_safe").done_at == town.now + 20 * MINUTE


def test_a_picture_and_a_sentence_are_needed(town, cover, photo):
    _case, task = cover
    plan(town, task, *THREE)
    with pytest.raises(Invalid):
        services.finish_stage(
            actor=town["water"], task=task, stage="temporary", opinion="好了", photos=[], now=town.now + HOUR
        )
    with pytest.raises(Invalid):
        finish(town, task, "temporary", photo, words=" ", now=town.now + HOUR)


def test_a_day_that_passes_is_noticed_once(town, cover):
    case, task = cover
    plan(town, task, *THREE)
    assert services.notice_late_stages(now=town.now + 59 * MINUTE) == 0
    assert services.notice_late_stages(now=town.now + 2 * HOUR) == 1
    assert services.notice_late_stages(now=town.now + 3 * HOUR) == 0
    assert Event.objects.get(name="cases.RepairStageLate").payload["stage"] == "make_safe"
    page = client_of(town, "water").get(f"/cases/{case.number}/").content.decode()
    assert "已经晚了" in page


def test_only_the_lead_plans(town, cover):
    case, _task = cover
    community = task_of(case, "community")
    with pytest.raises(NotAllowed):
        services.plan_repair(actor=town["community"], task=community, plan=[], now=town.now + HOUR)


def test_the_forms(town, cover):
    case, task = cover
    client = client_of(town, "water")
    address = reverse("cases:step", args=[case.number, "plan_repair"]) + f"?task={task.pk}"
    form = client.get(address, **HTMX).content.decode()
    assert "彻底修复" in form
    half = {"temporary_name": "盖临时盖板", "final_name": "换新", "final": "2027-09-17T10:00"}
    assert client.post(address, half, **HTMX).status_code == 422
    whole = half | {"temporary": "2027-09-16T10:00"}
    assert client.post(address, whole, **HTMX).status_code == 200
    done = reverse("cases:step", args=[case.number, "finish_stage"]) + f"?task={task.pk}"
    given = {"stage": "temporary", "opinion": "临时盖板已盖好", "after": picture()}
    assert client.post(done, given, **HTMX).status_code == 200
    assert detail.case_for(town["water"], case.number).state == "accepted"
    assert RepairStage.objects.get(case=case, kind="temporary").log.attachments.count() == 1
