"""A report goes all the way round, through the services."""

from datetime import timedelta

import pytest

from nuanxin.cases import services
from nuanxin.cases.models import Case, CaseLog, Clock, Reporter, Task
from nuanxin.cases.queries import detail, queue
from nuanxin.cases.queries.routing import suggest_units
from nuanxin.cases.services import Draft
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.factories.town import LAT, LNG

HERE = {"lng": LNG + 0.002, "lat": LAT + 0.002}
MINUTE = timedelta(minutes=1)


def report(town, who="worker", category="0301", key="key-00000001", text="井盖碎了一半", **more):
    draft = Draft(category=category, text=text, **{**HERE, **more})
    return services.report_case(actor=town[who], draft=draft, key=key, now=town.now)


def test_gas_leak_all_the_way_round(town, photo):
    """`domain.md` 001-02: rider → community and gas company at once → verified by the street → "solved"."""
    now = town.now
    case = report(town, category="0101", text="楼道里很大煤气味").case
    assert case.state == "dispatched"
    tasks = {task.organisation.name: task for task in detail.tasks_of(case)}
    assert set(tasks) == {"枫桥社区居委会", "云川燃气", "暖阳区消防救援大队"}

    claim = tasks["枫桥社区居委会"]
    services.claim_task(actor=town["community"], task=claim, now=now + 3 * MINUTE)
    gas = tasks["云川燃气"]
    services.accept_task(actor=town["gas"], task=gas, now=now + 4 * MINUTE)
    services.start_task(actor=town["gas"], task=gas, now=now + 15 * MINUTE)
    fire = tasks["暖阳区消防救援大队"]
    assert fire.role == "assist"
    services.mark_made_safe(actor=town["gas"], task=gas, opinion="阀门已关", now=now + 20 * MINUTE)
    services.submit_result(
        actor=town["gas"],
        task=gas,
        opinion="接口已更换",
        photos=[photo("after")],
        unfinished="消防没有到场，阀门已关，不用等",
        now=now + 60 * MINUTE,
    )
    case = detail.case_for(town["dispatcher"], case.number)
    assert case.state == "result_submitted"
    services.pass_verification(actor=town["dispatcher"], case=case, outcome="solved", now=now + 90 * MINUTE)
    case = detail.own_case(town["worker"], case.number)
    assert (case.state, case.step) == ("closed", 6)
    services.rate_case(
        actor=town["worker"], case=case, contacted=True, solved=True, satisfied=True, now=now + 100 * MINUTE
    )
    assert not Clock.objects.filter(case=case, stopped_at=None).exists()
    # The fire brigade was called in to assist and never answered: that stays visible.
    assert [clock.organisation.name for clock in Clock.objects.filter(case=case, outcome="late")] == [
        "暖阳区消防救援大队"
    ]
    assert not Task.objects.filter(case=case, ended_at=None).exists()
    assert [log.action for log in CaseLog.objects.filter(case=case, task=None).order_by("at", "id")] == [
        "report", "file", "dispatch", "claim", "accept", "start", "submit_result", "pass",
    ]  # fmt: skip


def test_a_normal_report_goes_through_the_street(town, photo):
    now = town.now
    case = report(town, category="0401", text="路面一个大坑").case
    assert (case.state, case.desk_label if hasattr(case, "desk_label") else None) == ("reported", None)
    dispatcher = town["dispatcher"]
    services.start_screening(actor=dispatcher, case=case, now=now + MINUTE)
    suggested = suggest_units(case)
    assert [unit.role for unit in suggested] == ["community", "lead"]
    services.dispatch_case(actor=dispatcher, case=case, lead=suggested[1].organisation, now=now + 2 * MINUTE)
    tasks = {task.role: task for task in detail.tasks_of(case)}
    services.claim_task(actor=town["community"], task=tasks["community"], now=now + 3 * MINUTE)
    with pytest.raises(Invalid):
        services.self_handle(
            actor=town["community"],
            task=tasks["community"],
            opinion="填好了",
            photos=[photo("after")],
            now=now,
        )
    services.self_handle(
        actor=town["community"],
        task=tasks["community"],
        opinion="填好了",
        photos=[photo("before"), photo("after", "#137A4B")],
        now=now + 30 * MINUTE,
    )
    case = detail.case_for(dispatcher, case.number)
    assert case.state == "result_submitted"
    # Nobody verifies their own handling.
    with pytest.raises(NotAllowed):
        services.pass_verification(
            actor=town["community"], case=case, outcome="solved", now=now + 31 * MINUTE
        )
    services.fail_verification(actor=dispatcher, case=case, opinion="边上还是松的", now=now + 32 * MINUTE)
    services.self_handle(
        actor=town["community"],
        task=tasks["community"],
        opinion="重新压实",
        photos=[photo("before"), photo("after", "#137A4B")],
        now=now + 60 * MINUTE,
    )
    services.pass_verification(actor=dispatcher, case=case, outcome="solved", now=now + 70 * MINUTE)
    case = detail.own_case(town["worker"], case.number)
    services.rate_case(
        actor=town["worker"], case=case, contacted=True, solved=False, satisfied=False, now=now + 80 * MINUTE
    )
    case.refresh_from_db()
    assert (case.state, case.reopened_count, case.rework_count, case.closed_at) == ("reopened", 1, 1, None)


def test_the_same_submission_is_the_same_case(town):
    first = report(town)
    again = report(town)
    assert again == (first.case, False)
    assert Case.objects.count() == 1
    with pytest.raises(Conflict):
        report(town, text="另一件事情")


def test_another_street_sees_nothing(town):
    case = report(town).case
    with pytest.raises(NotFound):
        detail.case_for(town["other_dispatcher"], case.number)
    with pytest.raises(NotFound):
        services.start_screening(actor=town["other_dispatcher"], case=case, now=town.now)
    with pytest.raises(NotFound):
        detail.own_case(town["other_worker"], case.number)


def test_reports_by_phone_number_reach_the_account(town):
    on_behalf = services.OnBehalf(name="小王", phone="19900000000")
    draft = Draft(category="0401", text="路坏了", **HERE)
    case = services.report_case(
        actor=town["community"], draft=draft, key="desk-0001", on_behalf=on_behalf, now=town.now
    ).case
    assert Reporter.objects.get(case=case).subject_id == town["worker"].subject_id


def test_queue_tabs_count_and_page(town):
    for number in range(7):
        report(town, category="0401", key=f"key-000000{number}")
    actor = town["dispatcher"]
    tabs = queue.tabs_for(actor)
    filters = queue.Filters()
    assert queue.counts(actor, tabs, filters, now=town.now)["screen"] == 7
    seen, cursor = [], ""
    while True:
        page = queue.queue_page(actor, tabs[0], filters, now=town.now, cursor=cursor, size=3)
        seen += [case.number for case in page.rows]
        cursor = page.cursor
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 7
    assert queue.queue_page(actor, tabs[0], queue.Filters(words="井盖"), now=town.now).rows
    assert not queue.queue_page(actor, tabs[0], queue.Filters(words="路灯"), now=town.now).rows


def test_marks_that_nobody_sees_are_no_words(town):
    """A right-to-left override would turn the street's list around; a space of no width is not a reason."""
    case = report(
        town, category="0401", text="\u202e井盖\u200b碎了👷\u200d♂️一半", address="\u2067枫林路 3 号\u2069"
    ).case
    assert case.text == "井盖碎了👷\u200d♂️一半"
    assert case.address == "枫林路 3 号"
    services.start_screening(actor=town["dispatcher"], case=case, now=town.now + MINUTE)
    with pytest.raises(Invalid):
        services.reject_case(
            actor=town["dispatcher"],
            case=case,
            reason="6",
            opinion="\u200b\u200f \ufeff",
            now=town.now + 2 * MINUTE,
        )
