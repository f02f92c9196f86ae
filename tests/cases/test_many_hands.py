"""One leads, others assist, each with its own state and clock; the reporter sees one case (`domain.md` 003-08)."""

import pytest

from nuanxin.cases import services
from nuanxin.cases.models import Case, Clock, Task
from nuanxin.cases.queries import detail, own
from nuanxin.cases.queries.page import case_page
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.notifications import queries as inbox
from tests.factories.desks import MINUTE, dispatched, reported, task_of

HANDS = ("water", "gas", "fire")


def many(town):
    case = dispatched(town)
    assist(town, case, *HANDS)
    return case


def assist(town, case, *keys, opinion="各管各的一段", now=None, who="dispatcher"):
    units = [town.organisations[key] for key in keys]
    return services.set_assists(
        actor=town[who], case=case, units=units, opinion=opinion, now=now or town.now + 5 * MINUTE
    )


def part(case, key, town):
    return Task.objects.get(case=case, organisation=town.organisations[key], ended_at=None)


def hand_in(town, case, key, photo, now, **given):
    return services.submit_result(
        actor=town[key],
        task=part(case, key, town),
        opinion="做完了",
        photos=[photo("after")],
        now=now,
        **given,
    )


def test_each_has_its_own_clock(town, photo):
    case = many(town)
    running = Clock.objects.filter(case=case, kind="handle", stopped_at=None)
    assert {clock.organisation.name for clock in running} == {
        "暖阳区城管局", "云川水务", "云川燃气", "暖阳区消防救援大队",
    }  # fmt: skip
    now = town.now + 10 * MINUTE
    services.accept_task(actor=town["water"], task=part(case, "water", town), now=now)
    hand_in(town, case, "water", photo, now + MINUTE)
    assert Clock.objects.get(case=case, kind="handle", organisation__name="云川水务").outcome == "met"
    assert running.all().count() == 3
    case.refresh_from_db()
    assert case.state == "dispatched"  # an assistant's result is not the case's


def test_a_lead_that_does_not_wait_says_why(town, photo):
    case = many(town)
    now = town.now + 10 * MINUTE
    for key in ("city_management", "water", "gas"):
        services.accept_task(actor=town[key], task=part(case, key, town), now=now)
    hand_in(town, case, "water", photo, now + MINUTE)
    with pytest.raises(Invalid) as refused:
        hand_in(town, case, "city_management", photo, now + 2 * MINUTE)
    assert set(refused.value.fields) == {"unfinished"}
    told = str(refused.value.fields["unfinished"])
    assert "云川燃气" in told
    assert "云川水务" not in told
    hand_in(town, case, "city_management", photo, now + 3 * MINUTE, unfinished="燃气只需回填，不影响通行")
    case.refresh_from_db()
    assert case.state == "result_submitted"
    page = case_page(town["dispatcher"], case.number, now=now + 4 * MINUTE)
    assert page.hands == {"all": 4, "done": 2}
    # Whoever is still at it goes on, on the own clock, and hands in while the result is being checked.
    assert Clock.objects.filter(case=case, kind="handle", stopped_at=None).count() == 2
    hand_in(town, case, "gas", photo, now + 5 * MINUTE)
    services.pass_verification(actor=town["dispatcher"], case=case, outcome="solved", now=now + 6 * MINUTE)
    assert not Task.objects.filter(case=case, ended_at=None).exists()
    assert not Clock.objects.filter(case=case, stopped_at=None).exists()
    page = own.own_page(town["worker"], case.number, now=now + 7 * MINUTE)
    assert not [step for step in page.steps if "不影响通行" in step.words]


def test_nobody_to_wait_for_no_word_is_asked(town, photo):
    case = many(town)
    now = town.now + 10 * MINUTE
    for key in ("city_management", "water", "gas"):
        services.accept_task(actor=town[key], task=part(case, key, town), now=now)
    assist(town, case, "water", "gas", opinion="消防不用来了", now=now)
    for key in ("water", "gas", "city_management"):
        hand_in(town, case, key, photo, now + MINUTE)
    assert Case.objects.get(pk=case.pk).state == "result_submitted"


def test_the_dispatcher_adds_and_removes(town):
    case = many(town)
    now = town.now + 10 * MINUTE
    with pytest.raises(Invalid) as refused:
        assist(town, case, "water", opinion="", now=now)
    assert "opinion" in refused.value.fields
    assist(town, case, "water", "property", opinion="燃气、消防不用来了，请物业开门", now=now)
    open_parts = {(t.organisation.name, t.state) for t in detail.tasks_of(case) if t.ended_at is None}
    assert open_parts >= {("云川水务", "dispatched"), ("暖居物业", "dispatched")}
    assert {t.organisation.name for t in detail.tasks_of(case) if t.state == "withdrawn"} == {
        "云川燃气", "暖阳区消防救援大队",
    }  # fmt: skip
    assert not Clock.objects.filter(task__state="withdrawn", stopped_at=None).exists()
    drain(now=now)
    lines, _next = inbox.inbox_page(town["gas"], now=now)
    assert lines[0].title == "不用再协办：道路破损坑洼"


def test_the_same_list_again_changes_nothing(town):
    case = many(town)
    events = Event.objects.count()
    assist(town, case, *HANDS, now=town.now + 6 * MINUTE)
    assert Event.objects.count() == events


def test_who_has_handed_in_stays(town, photo):
    case = many(town)
    services.accept_task(actor=town["water"], task=part(case, "water", town), now=town.now + 6 * MINUTE)
    hand_in(town, case, "water", photo, town.now + 7 * MINUTE)
    assist(town, case, opinion="都不用了", now=town.now + 8 * MINUTE)
    left = Task.objects.filter(case=case, role="assist", ended_at=None)
    assert [task.organisation.name for task in left] == ["云川水务"]


def test_only_the_dispatcher_of_the_place_and_only_while_somebody_is_at_it(town):
    case = dispatched(town)
    for who in ("community", "city_management", "other_dispatcher", "swd", "worker"):
        with pytest.raises((NotFound, NotAllowed)):
            assist(town, case, "water", who=who)
    with pytest.raises(Conflict):
        assist(town, reported(town), "water")


def test_the_reporter_sees_one_case(town):
    case = many(town)
    assert [line.case.pk for line in own.own_lines(town["worker"], now=town.now)] == [case.pk]
    page = own.own_page(town["worker"], case.number, now=town.now + 6 * MINUTE)
    assert not [step.title for step in page.steps if "协办" in step.title]
    assert page.line.headline.words.startswith("已派给暖阳区城管局")
    assert task_of(case, "lead").organisation.name == "暖阳区城管局"
