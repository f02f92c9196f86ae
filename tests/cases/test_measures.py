"""721: service first, then management, then a penalty; about a place, never about a name (`domain.md` 004-42)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from nuanxin.cases import services
from nuanxin.cases.models import CaseLog, Measure, Task
from nuanxin.cases.queries import detail, measures
from nuanxin.cases.services.measuring import ManagementFirst, NotByNotice, NoticeFirst, NoticeOpen, TooEarly
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from nuanxin.kernel.events.models import Event
from nuanxin.people.models import Organisation
from tests.factories.desks import HTMX, MINUTE, client_of, dispatched, reported, task_of

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def stall(town):
    """Goods on the pavement, accepted by the city's office."""
    Organisation.objects.filter(pk=town.organisations["city_management"].pk).update(phone="0900-1000")
    return accepted(town, "0801")


def accepted(town, category):
    case = dispatched(town, category=category)
    task = task_of(case, "lead")
    services.accept_task(actor=town["city_management"], task=task, now=town.now + 2 * MINUTE)
    return case, Task.objects.get(pk=task.pk)


def notice(town, task, subject="南门水果摊", now=None, **given):
    services.issue_notice(
        actor=town["city_management"], task=task, subject=subject, now=now or town.now + 3 * MINUTE, **given
    )
    return Measure.objects.filter(task=task, kind="notice").latest("pk")


def look(town, task, *, complied, now):
    services.look_again(actor=town["city_management"], task=task, measure_id=None, complied=complied, now=now)


def manage(town, task, *, now, kind="management", **given):
    services.take_measure(
        actor=town["city_management"], task=task, kind=kind, opinion="责令收回", now=now, **given
    )


def test_the_notice_is_warm_and_says_until_when_and_whom_to_call(town, stall):
    _case, task = stall
    row = notice(town, task)
    assert row.text == (
        "南门水果摊：您好！请把摊位和货物收回店内，让出人行道；附近的规范摊点可以免费申请。"
        "请在 09月15日 11:03 前改好，到时我们再来看看。有困难请打 0900-1000 找暖阳区城管局，一起想办法。谢谢您的理解！"
    )
    assert row.comply_by == town.now + 3 * MINUTE + 2 * HOUR
    events = Event.objects.filter(name="cases.MeasureTaken")
    assert [event.payload["kind"] for event in events] == ["notice"]
    assert "南门" not in str(events[0].payload), "an event carries no free text"


def test_management_only_after_an_unheeded_notice_and_a_penalty_only_after_management(town, stall):
    case, task = stall
    with pytest.raises(NoticeFirst):
        manage(town, task, now=town.now + HOUR)
    with pytest.raises(NoticeFirst):
        manage(
            town, task, now=town.now + HOUR, subject="南门水果摊", danger="占道"
        )  # U3 waits for its notice
    row = notice(town, task)
    with pytest.raises(NoticeFirst):
        manage(town, task, now=town.now + HOUR)
    with pytest.raises(TooEarly):
        look(town, task, complied=False, now=row.comply_by - MINUTE)
    look(town, task, complied=False, now=row.comply_by + MINUTE)
    with pytest.raises(ManagementFirst):
        manage(town, task, kind="penalty", now=row.comply_by + 2 * MINUTE)
    manage(town, task, now=row.comply_by + 2 * MINUTE)
    manage(town, task, kind="penalty", now=row.comply_by + 3 * MINUTE)
    kinds = list(Measure.objects.filter(case=case).values_list("kind", "subject"))
    assert kinds == [("notice", "南门水果摊"), ("management", "南门水果摊"), ("penalty", "南门水果摊")]
    assert measures.ratio(town["dispatcher"], since=town.now, until=town.now + 9 * HOUR) == {
        "notice": 1,
        "management": 1,
        "penalty": 1,
    }


def test_a_heeded_notice_ends_it(town, stall, photo):
    case, task = stall
    row = notice(town, task)
    with pytest.raises(NoticeOpen):
        services.submit_result(
            actor=town["city_management"], task=task, opinion="已收回", photos=[photo("after")], now=row.at
        )
    with pytest.raises(NoticeOpen):
        notice(town, task)
    look(town, task, complied=True, now=row.at + 5 * MINUTE)
    with pytest.raises(NoticeFirst):
        manage(town, task, now=row.at + 6 * MINUTE)
    services.submit_result(
        actor=town["city_management"],
        task=task,
        opinion="已收回",
        photos=[photo("after")],
        now=row.at + 7 * MINUTE,
    )
    assert detail.case_for(town["dispatcher"], case.number).state == "result_submitted"


def test_danger_may_leave_the_notice_out_with_a_reason_that_stays_visible(town):
    _case, task = accepted(town, "0204")  # e-bikes charging on the stairs, U2
    with pytest.raises(NoticeFirst):
        manage(town, task, now=town.now + HOUR, subject="3 单元楼道的电动车")
    manage(town, task, now=town.now + HOUR, subject="3 单元楼道的电动车", danger="电池在冒烟，马上断电搬离")
    row = Measure.objects.get()
    assert (row.kind, row.danger) == ("management", "电池在冒烟，马上断电搬离")
    assert Event.objects.get(name="cases.MeasureTaken").payload["skipped"] is True


@pytest.mark.parametrize("subject", ["张先生", "13800001111 的车", "王师傅", "", "一" * 61])
def test_no_name_and_no_number_of_a_person(town, stall, subject):
    _case, task = stall
    with pytest.raises(Invalid):
        notice(town, task, subject=subject)
    assert not Measure.objects.exists()


def test_other_kinds_need_no_notice(town):
    _case, task = accepted(town, "0401")
    with pytest.raises(NotByNotice):
        notice(town, task)


def test_more_time_may_be_given_never_less(town, stall):
    _case, task = stall
    more = notice(town, task, comply_by=town.now + 5 * HOUR)
    assert more.comply_by == town.now + 5 * HOUR
    less = notice(town, task, subject="北门菜摊", comply_by=town.now + 10 * MINUTE)
    assert less.comply_by == town.now + 3 * MINUTE + 2 * HOUR
    with pytest.raises(Invalid):
        notice(town, task, subject="东门鱼摊", comply_by=town.now - MINUTE)


def test_who_may(town, stall):
    case, task = stall
    with pytest.raises(NotAllowed):
        services.issue_notice(actor=town["community"], task=task, subject="摊", now=town.now + HOUR)
    with pytest.raises(NotFound):
        services.issue_notice(actor=town["gas"], task=task, subject="摊", now=town.now + HOUR)
    community = task_of(case, "community")
    services.claim_task(actor=town["community"], task=community, now=town.now + 4 * MINUTE)
    services.issue_notice(actor=town["community"], task=community, subject="摊", now=town.now + 5 * MINUTE)
    with pytest.raises(NotAllowed):  # a community has no power to penalise
        services.take_measure(
            actor=town["community"], task=community, kind="penalty", opinion="罚", now=town.now + HOUR
        )


def test_the_reminder_comes_once(town, stall):
    _case, task = stall
    row = notice(town, task)
    assert services.remind_of_looks(now=row.comply_by - MINUTE) == 0
    assert services.remind_of_looks(now=row.comply_by) == 1
    assert services.remind_of_looks(now=row.comply_by + HOUR) == 0
    assert Event.objects.filter(name="cases.LookAgainDue").count() == 1


def test_the_buttons_lead_from_one_step_to_the_next(town, stall):
    case, _task = stall
    client = client_of(town, "city_management")

    def names():
        page = client.get(f"/cases/{case.number}/").content.decode()
        steps = ("kind_notice", "look_again", "manage", "penalise")
        return [name for name in steps if f"/steps/{name}/" in page]

    assert names() == ["kind_notice"]
    task = Task.objects.get(case=case, role="lead")
    address = reverse("cases:step", args=[case.number, "kind_notice"]) + f"?task={task.pk}"
    assert "对着什么" in client.get(address, **HTMX).content.decode()
    refused = client.post(address, {"subject": "李女士"}, **HTMX)
    assert refused.status_code == 422
    assert "不写人名" in refused.content.decode()
    assert client.post(address, {"subject": "南门水果摊"}, **HTMX).status_code == 200
    assert names() == ["kind_notice", "look_again"]
    row = Measure.objects.get()
    paper = client.get(f"/cases/{case.number}/notices/{row.pk}/").content.decode()
    for words in ("温馨提示单", "南门水果摊：您好！", "0900-1000", "暖阳区城管局", "这是提醒，不是处罚"):
        assert words in paper
    assert "测试worker" not in paper
    assert client_of(town, "gas").get(f"/cases/{case.number}/notices/{row.pk}/").status_code == 404


def test_the_list_of_a_unit_costs_the_same_however_long(town, stall, django_assert_max_num_queries):
    _case, task = stall
    rows = [notice(town, task, subject=f"{number} 号摊") for number in range(6)]
    actor = town["city_management"]
    with django_assert_max_num_queries(3):
        lines = measures.measure_lines(actor, measures.TABS[1], now=rows[0].at)
        counts = measures.tab_counts(actor, now=rows[0].at)
    assert (len(lines), counts["waiting"], counts["due"]) == (6, 6, 0)
    page = client_of(town, "city_management").get("/cases/notices/?tab=due").content.decode()
    assert page.count("measures__row") == 6, "their time has come meanwhile"
    assert client_of(town, "gas").get("/cases/notices/").content.decode().count("measures__row") == 0
    assert client_of(town, "worker").get("/cases/notices/").status_code == 404
    answer = client_of(town, "dispatcher").post("/cases/notices/export/?tab=due")
    file = answer.getvalue().decode()
    assert file.count("号摊") == 6
    assert "5 号楼 3 单元 502" not in file, "masked"


def test_the_reporter_reads_that_a_notice_was_given_not_to_whom(town, stall):
    case, task = stall
    notice(town, task)
    page = client_of(town, "worker").get(f"/mine/{case.number}/").content.decode()
    assert "出了温馨提示单" in page
    assert "南门水果摊" not in page
    assert CaseLog.objects.filter(case=case, action="kind_notice").count() == 1


def test_a_city_turns_it_on_and_off(town):
    services.update_category(
        actor=town["swd"],
        code="0401",
        changes={"notice_within": "1wd", "notice_words": "请把坑边的料堆收好"},
        now=town.now,
    )
    _case, task = accepted(town, "0401")
    assert "请把坑边的料堆收好" in notice(town, task, subject="工地料堆").text
    with pytest.raises(Invalid):
        services.update_category(
            actor=town["swd"], code="0401", changes={"notice_within": "soon"}, now=town.now
        )
    assert reported(town, "0401", now=town.now + HOUR)
