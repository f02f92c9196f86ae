"""会商、吹哨报到: who is whistled answers in a day, they meet in three, and one leads (`domain.md` §2.3)."""

from datetime import UTC, datetime, timedelta

import pytest

from nuanxin.cases import services
from nuanxin.cases.models import Case, Clock, Consultation, ConsultationParty
from nuanxin.cases.queries import detail, own, queue
from nuanxin.cases.queries.time_account import time_account
from nuanxin.cases.services.consulting import AlreadyAnswered, AlreadyConsulting, NotConsulting
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.notifications import queries as inbox
from tests.factories.desks import MINUTE, client_of, dispatched, reported, task_of

DAY = timedelta(days=1)
WHY = "污水漫到路面，管线归属说不清，请定一家主办"


def whistle(town, case, *units, who="dispatcher", now=None):
    units = [town.organisations[key] for key in units or ("water", "gas", "fire")]
    now = now or town.now + 10 * MINUTE
    return services.call_consultation(actor=town[who], case=case, units=units, opinion=WHY, now=now)


def answer(town, case, who, now, said="attends", opinion=""):
    return services.answer_call(actor=town[who], case=case, answer=said, opinion=opinion, now=now)


def conclude(town, case, now, lead="water", assists=()):
    return services.conclude_consultation(
        actor=town["dispatcher"],
        case=case,
        lead=town.organisations[lead],
        assists=[town.organisations[key] for key in assists],
        opinion="水务主办，燃气配合探管",
        now=now,
    )


def titles(town, who, now):
    return [line.title for line in inbox.inbox_page(town[who], now=now)[0]]


def rows(town, who, tab="consult"):
    actor = town[who]
    found = queue.cases_in(actor, queue.tab_named(actor, tab), queue.Filters(), now=town.now)
    return [case.number for case in found]


def test_limits_run_to_the_minute(town):
    """Whistled on Tuesday 09:10: answers by Wednesday's close of business, minutes by Friday's."""
    case = whistle(town, dispatched(town))
    clocks = Clock.objects.filter(case=case, stopped_at=None)
    answers = clocks.filter(kind="answer")
    assert {clock.organisation.name for clock in answers} == {"云川水务", "云川燃气", "暖阳区消防救援大队"}
    assert {clock.due_at for clock in answers} == {datetime(2026, 9, 16, 9, 30, tzinfo=UTC)}
    assert clocks.get(kind="meeting").due_at == datetime(2026, 9, 18, 9, 30, tzinfo=UTC)
    assert ConsultationParty.objects.values_list("answer_by", flat=True).distinct().get() == datetime(
        2026, 9, 16, 9, 30, tzinfo=UTC
    )
    assert Case.objects.get(pk=case.pk).consulting_since == town.now + 10 * MINUTE


def test_a_consultation_has_its_own_time_when_that_of_the_case_is_over(town):
    case = dispatched(town)
    late = case.due_at + DAY
    whistle(town, case, now=late)
    assert Clock.objects.get(case=case, kind="meeting").due_at > late + DAY


def test_all_the_way_to_one_lead(town):
    case = dispatched(town)
    whistle(town, case)
    now = town.now + 30 * MINUTE
    for who, said in (("water", "attends"), ("gas", "opinion")):
        answer(town, case, who, now, said, opinion="燃气管在另一侧，可配合探管")
    assert Clock.objects.filter(case=case, kind="answer", outcome="met").count() == 2
    case = conclude(town, case, now + MINUTE, assists=("gas",))
    parts = {(t.organisation.name, t.role) for t in detail.tasks_of(case) if t.ended_at is None}
    assert parts == {("枫桥社区居委会", "community"), ("云川水务", "lead"), ("云川燃气", "assist")}
    assert (case.state, case.lead_organisation.name, case.consulting_since) == (
        "dispatched",
        "云川水务",
        None,
    )
    consultation = Consultation.objects.get(case=case)
    assert (consultation.lead.name, consultation.minutes) == ("云川水务", "水务主办，燃气配合探管")
    # The fire brigade need not answer any more; the minutes came in time.
    outcomes = dict(Clock.objects.filter(case=case).values_list("kind", "outcome"))
    assert outcomes["meeting"] == "met"
    assert Clock.objects.filter(case=case, kind="answer", outcome="cancelled").count() == 1
    assert not Clock.objects.filter(case=case, kind__in=["answer", "meeting"], stopped_at=None).exists()


def test_who_is_further_on_stays_there(town):
    case = dispatched(town, lead="water")
    services.claim_task(actor=town["community"], task=task_of(case, "community"), now=town.now + 2 * MINUTE)
    services.accept_task(actor=town["water"], task=task_of(case, "lead"), now=town.now + 3 * MINUTE)
    services.start_task(actor=town["water"], task=task_of(case, "lead"), now=town.now + 4 * MINUTE)
    whistle(town, case, "gas")
    case = conclude(town, case, town.now + 20 * MINUTE, lead="water", assists=("gas",))
    assert case.state == "in_progress"
    assert task_of(case, "lead").state == "in_progress"


def test_a_result_makes_the_meeting_needless(town, photo):
    case = dispatched(town)
    whistle(town, case)
    task = task_of(case, "lead")
    services.accept_task(actor=town["city_management"], task=task, now=town.now + 20 * MINUTE)
    services.submit_result(
        actor=town["city_management"],
        task=task,
        opinion="找到井盖，盖好了",
        photos=[photo("after")],
        now=town.now + 40 * MINUTE,
    )
    case.refresh_from_db()
    assert case.consulting_since is None
    assert Consultation.objects.get(case=case).lead is None
    assert not rows(town, "gas")
    with pytest.raises((NotFound, NotAllowed)):
        answer(town, case, "gas", town.now + 50 * MINUTE)


def test_the_same_answer_again_is_the_same_answer(town):
    case = whistle(town, dispatched(town))
    now = town.now + 20 * MINUTE
    answer(town, case, "gas", now)
    events = Event.objects.count()
    answer(town, case, "gas", now + MINUTE)
    assert Event.objects.count() == events
    with pytest.raises(AlreadyAnswered):
        answer(town, case, "gas", now + MINUTE, "opinion", "不归我们")
    with pytest.raises(AlreadyConsulting):
        whistle(town, case)
    conclude(town, case, now + 2 * MINUTE)
    with pytest.raises(NotConsulting):
        conclude(town, case, now + 3 * MINUTE)


def test_what_is_missing_is_said(town):
    case = dispatched(town)
    actor, now = town["dispatcher"], town.now + 5 * MINUTE
    with pytest.raises(Invalid) as refused:
        services.call_consultation(actor=actor, case=case, units=[], opinion=WHY, now=now)
    assert "units" in refused.value.fields
    water = town.organisations["water"]
    with pytest.raises(Invalid):
        services.call_consultation(actor=actor, case=case, units=[water], opinion=" ", now=now)
    with pytest.raises(Invalid):  # nobody whistles only themselves
        services.call_consultation(
            actor=actor, case=case, units=[town.organisations["street"]], opinion=WHY, now=now
        )
    whistle(town, case)
    with pytest.raises(Invalid):
        answer(town, case, "gas", now, "opinion", "")
    with pytest.raises(Invalid):
        answer(town, case, "gas", now, "perhaps")
    with pytest.raises(Conflict):  # not while it is still being looked at
        whistle(town, reported(town))


def test_who_may_whistle_answer_and_conclude(town):
    case = dispatched(town)
    for who in ("gas", "water", "property", "swd", "other_dispatcher", "grid", "worker", "platform"):
        with pytest.raises((NotFound, NotAllowed)):
            whistle(town, case, who=who)
    whistle(town, case, "water", "gas", who="community")
    for who in ("city_management", "property", "dispatcher", "worker", "next_community"):
        with pytest.raises((NotFound, NotAllowed)):
            answer(town, case, who, town.now + 20 * MINUTE)
    for who in ("community", "water", "swd", "other_dispatcher"):
        with pytest.raises((NotFound, NotAllowed)):
            services.conclude_consultation(
                actor=town[who],
                case=case,
                lead=town.organisations["water"],
                opinion="就这样",
                now=town.now + 20 * MINUTE,
            )


def test_a_whistled_unit_sees_it_without_a_task_and_only_while_it_lasts(town):
    case = dispatched(town)
    with pytest.raises(NotFound):
        detail.case_for(town["gas"], case.number)
    whistle(town, case)
    case = detail.case_for(town["gas"], case.number)
    assert rows(town, "gas") == rows(town, "dispatcher") == rows(town, "community") == [case.number]
    assert not rows(town, "gas", "new")
    tasks = detail.tasks_of(case)
    names = [m.transition.name for m in detail.moves_for(town["gas"], case, tasks, now=town.now)]
    assert "answer_call" in names
    conclude(town, case, town.now + 30 * MINUTE)
    assert not rows(town, "gas")
    with pytest.raises(NotFound):
        detail.case_for(town["gas"], case.number)


def test_a_confidential_case_is_not_opened_by_whistling(town):
    case = reported(town, "1101", text="独居老人几天没出门")
    whistle(town, case, "property", "gas")
    with pytest.raises(NotFound):
        detail.case_for(town["property"], case.number)
    with pytest.raises((NotFound, NotAllowed)):
        answer(town, case, "property", town.now + 20 * MINUTE)
    answer(town, case, "gas", town.now + 20 * MINUTE)


def test_everybody_hears_what_concerns_them(town):
    case = dispatched(town)
    drain(now=town.now)
    whistle(town, case, "water", "gas")
    now = town.now + 20 * MINUTE
    drain(now=now)
    assert titles(town, "worker", now)[0].startswith("几个单位在一起商量")
    assert titles(town, "gas", now) == ["吹哨：道路破损坑洼"]
    answer(town, case, "gas", now)
    drain(now=now)
    assert "都报到了：道路破损坑洼" not in titles(town, "dispatcher", now)
    answer(town, case, "water", now)
    drain(now=now)
    assert titles(town, "dispatcher", now)[0] == "都报到了：道路破损坑洼"
    conclude(town, case, now + MINUTE)
    drain(now=now + MINUTE)
    assert titles(town, "gas", now + MINUTE)[0] == "会商有结论：道路破损坑洼"
    assert titles(town, "water", now + MINUTE)[0] == "新任务：道路破损坑洼"


def test_a_late_answer_climbs_to_the_head_of_the_unit(town):
    case = whistle(town, dispatched(town), "gas")
    drain(now=town.now)
    late = datetime(2026, 9, 16, 9, 31, tzinfo=UTC)
    while services.watch_clocks(now=late):
        pass
    drain(now=late)
    assert "超时：道路破损坑洼" in titles(town, "gas_lead", late)
    answer(town, case, "gas", late)
    assert Clock.objects.get(case=case, kind="answer").outcome == "late"
    assert ConsultationParty.objects.get().was_late()


def test_the_reporter_reads_words_and_no_gossip(town):
    case = dispatched(town)
    whistle(town, case)
    page = own.own_page(town["worker"], case.number, now=town.now + 20 * MINUTE)
    assert page.line.headline.words == "几个单位正在一起商量由谁来办"
    answer(town, case, "gas", town.now + 20 * MINUTE, "opinion", "肯定是水务的")
    conclude(town, case, town.now + 30 * MINUTE)
    page = own.own_page(town["worker"], case.number, now=town.now + 40 * MINUTE)
    told = [(step.title, step.words) for step in page.steps]
    assert told[0] == ("商量好了，派给了云川水务", "")
    assert ("几个单位一起商量由谁来办", "") in told
    assert not [words for _title, words in told if "水务的" in words or "说不清" in words]


# --- Called off --------------------------------------------------------------------------------------------------
def call_off(town, case, who="dispatcher", now=None, why="管线归属查清了，是燃气的"):
    now = now or town.now + 40 * MINUTE
    return services.call_off_consultation(actor=town[who], case=case, opinion=why, now=now)


def test_called_off_nobody_need_come_and_everybody_invited_is_told(town):
    case = whistle(town, dispatched(town), "water", "gas")
    answer(town, case, "gas", town.now + 20 * MINUTE)
    drain(now=town.now + 20 * MINUTE)
    now = town.now + 40 * MINUTE
    case = call_off(town, case, now=now)
    consultation = Consultation.objects.get(case=case)
    assert (case.consulting_since, consultation.ended_at, consultation.lead) == (None, now, None)
    assert consultation.call_off_reason == "管线归属查清了，是燃气的"
    assert not Clock.objects.filter(case=case, kind__in=["answer", "meeting"], stopped_at=None).exists()
    outcomes = Clock.objects.filter(case=case, kind__in=["answer", "meeting"]).values_list("kind", "outcome")
    assert sorted(outcomes) == [("answer", "cancelled"), ("answer", "met"), ("meeting", "cancelled")]
    drain(now=now)
    for who in ("water", "gas"):
        latest = inbox.inbox_page(town[who], now=now)[0][0]
        assert latest.title == "会商取消了：道路破损坑洼"
        assert "街道" in latest.text
        assert client_of(town, who).get(latest.url, follow=True).status_code == 200, "no dead end"
    assert titles(town, "worker", now)[0] == "不用一起商量了：道路破损坑洼"
    assert [log.action for log in detail.timeline(case)].count("call_off") == 1
    with pytest.raises(NotConsulting):
        call_off(town, case, now=now + MINUTE)
    assert Consultation.objects.filter(case=case).count() == 1
    whistle(town, case, "water", now=now + MINUTE)


def test_the_reason_stays_between_offices(town):
    case = whistle(town, dispatched(town), "gas")
    with pytest.raises(Invalid):
        call_off(town, case, why=" ")
    call_off(town, case)
    page = client_of(town, "dispatcher").get(f"/cases/{case.number}/").content.decode()
    assert "会商取消了，不用再报到" in page
    assert "管线归属查清了" in page
    told = own.own_page(town["worker"], case.number, now=town.now + DAY)
    assert ("不用一起商量了，接着办", "") in [(step.title, step.words) for step in told.steps]


def test_it_is_called_off_by_whoever_whistled_or_by_the_leader_of_the_street(town):
    case = whistle(town, dispatched(town), "water", "gas", who="community")
    refused = (
        "water",
        "gas",
        "dispatcher",
        "other_dispatcher",
        "next_community",
        "property",
        "swd",
        "worker",
    )
    for who in refused:
        with pytest.raises((NotFound, NotAllowed)):
            call_off(town, case, who)
        assert "call_off" not in offered(town, case, who)
    for who in ("community", "street_lead"):
        assert "call_off" in offered(town, case, who)
    call_off(town, case, "community")
    whistle(town, case, "gas", who="community", now=town.now + 50 * MINUTE)
    call_off(town, case, "street_lead", now=town.now + 60 * MINUTE)
    assert "call_off" not in offered(town, case, "street_lead")


def offered(town, case, who):
    try:
        case = detail.case_for(town[who], case.number)
    except (NotFound, NotAllowed):
        return []
    tasks = detail.tasks_of(case)
    return [move.transition.name for move in detail.moves_for(town[who], case, tasks, now=town.now)]


def test_what_still_waits_for_a_unit_is_the_dispatchers_again(town):
    case = reported(town)
    services.file_case(actor=town["dispatcher"], case=case, now=town.now + MINUTE)
    whistle(town, case, "gas")
    assert not Clock.objects.filter(case=case, kind="dispatch", stopped_at=None).exists()
    now = town.now + 40 * MINUTE
    case = call_off(town, case, now=now)
    assert Clock.objects.get(case=case, kind="dispatch", stopped_at=None).started_at == now
    assert case.next_due_at is not None


def test_the_step_is_pressed_on_the_page_and_through_the_one_door(town):
    case = whistle(town, dispatched(town), "gas")
    desk = client_of(town, "dispatcher")
    assert "取消会商" in desk.get(f"/cases/{case.number}/").content.decode()
    address = f"/cases/{case.number}/steps/call_off/"
    form = desk.get(address)
    assert "为什么不开了" in form.content.decode()
    assert desk.post(address, {"opinion": ""}).status_code == 422
    assert desk.post(address, {"opinion": "查清了"}).status_code in {200, 302}
    assert Consultation.objects.get(case=case).call_off_reason == "查清了"


def test_the_time_of_a_consultation_is_a_row_of_its_own(town):
    case = dispatched(town)
    start, end = town.now + 10 * MINUTE, town.now + 70 * MINUTE
    whistle(town, case, "gas", now=start)
    meanwhile = {phase.name: phase for phase in time_account(case, now=start + 30 * MINUTE).phases}
    assert meanwhile["consulting"].length == 30 * MINUTE
    call_off(town, case, now=end)
    case.refresh_from_db()
    whistle(town, case, "gas", now=end + 10 * MINUTE)
    conclude(town, case, end + 20 * MINUTE)
    account = time_account(case, now=end + 60 * MINUTE)
    phases = {phase.name: phase for phase in account.phases}
    assert (phases["consulting"].length, phases["consulting"].times) == (70 * MINUTE, 2)
    assert sum((phase.counted for phase in account.phases), timedelta(0)) == account.counted, "it is no pause"
    assert account.length == end + 60 * MINUTE - case.reported_at
    page = client_of(town, "dispatcher").get(f"/cases/{case.number}/time/").content.decode()
    assert "会商" in page
