"""首接负责: a part is handed back with a reason, soon, and not for ever; then several units meet (`domain.md` §2.3)."""

from datetime import UTC, datetime, timedelta

import pytest

from nuanxin.cases import services
from nuanxin.cases.models import Case, Clock, Task
from nuanxin.cases.queries import detail
from nuanxin.cases.services.dispatching import ConsultationRequired, StillConsulting
from nuanxin.cases.services.handling import AcceptedAlready, ReturnedEnough, TooLateToReturn
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from tests.factories.desks import MINUTE, dispatched, task_of

SECOND = timedelta(seconds=1)


def give_back(town, task, now, reason="R1", who="city_management", **given):
    return services.return_task(
        actor=town[who], task=task, reason=reason, opinion="现场是别家的管线", now=now, **given
    )


def redispatch(town, case, now, lead="water"):
    services.dispatch_case(actor=town["dispatcher"], case=case, lead=town.organisations[lead], now=now)
    return Task.objects.select_related("organisation").get(case=case, role="lead", ended_at=None)


def offered(town, who, case, now):
    return {
        move.transition.name for move in detail.moves_for(town[who], case, detail.tasks_of(case), now=now)
    }


def test_a_unit_has_four_working_hours(town):
    """Dispatched at 09:01 on a Tuesday: 09:01–12:00 and 13:30–14:31."""
    case = dispatched(town)
    task = task_of(case, "lead")
    last = datetime(2026, 9, 15, 6, 31, tzinfo=UTC)
    assert task.return_until == last
    assert "return" in offered(town, "city_management", case, last)
    assert "return" not in offered(town, "city_management", case, last + SECOND)
    with pytest.raises(TooLateToReturn) as refused:
        give_back(town, task, last + SECOND)
    assert "首接负责" in str(refused.value.message)
    give_back(town, task, last)
    assert Case.objects.get(pk=case.pk).return_count == 1


@pytest.mark.parametrize(("category", "lead", "who"), [("0302", "water", "water"), ("0202", "fire", None)])
def test_an_urgent_part_has_fifteen_minutes(town, category, lead, who):
    case = dispatched(town, category=category, lead=lead)
    task = task_of(case, "lead")
    assert case.urgency == "U2"
    assert task.return_until == task.dispatched_at + 15 * MINUTE
    if who:
        with pytest.raises(TooLateToReturn):
            give_back(town, task, task.return_until + SECOND, who=who)
        give_back(town, task, task.return_until, who=who)


def test_not_my_duty_cites_a_document(town):
    task = task_of(dispatched(town), "lead")
    with pytest.raises(Invalid) as refused:
        give_back(town, task, town.now + 2 * MINUTE, reason="R2")
    assert "basis" in refused.value.fields
    give_back(town, task, town.now + 2 * MINUTE, reason="R2", basis="《市政设施移交协议》第 3 条")
    task.refresh_from_db()
    assert (task.state, task.return_basis) == ("returned", "《市政设施移交协议》第 3 条")


@pytest.mark.parametrize("reason", ["R3", "R4", "R5", "R9"])
def test_who_has_accepted_may_still_say_what_one_sees_on_site(town, reason):
    case = dispatched(town)
    task = task_of(case, "lead")
    services.accept_task(actor=town["city_management"], task=task, now=town.now + 2 * MINUTE)
    give_back(town, task, town.now + 30 * MINUTE, reason=reason)
    assert Case.objects.get(pk=case.pk).state == "returned"
    assert not Clock.objects.filter(task=task, stopped_at=None).exists()


@pytest.mark.parametrize("reason", ["R1", "R2", "R6", "R7", "R8"])
def test_who_has_accepted_has_read_the_paper(town, reason):
    task = task_of(dispatched(town), "lead")
    services.accept_task(actor=town["city_management"], task=task, now=town.now + 2 * MINUTE)
    with pytest.raises(AcceptedAlready):
        give_back(town, task, town.now + 30 * MINUTE, reason=reason, basis="《职责清单》")


def test_a_case_goes_back_twice_and_then_to_the_table(town):
    now = town.now + 5 * MINUTE
    case = dispatched(town)
    give_back(town, task_of(case, "lead"), now)
    second = redispatch(town, case, now + MINUTE)
    give_back(town, second, now + 2 * MINUTE, who="water")
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.return_count) == ("returned", 2)
    assert offered(town, "dispatcher", case, now) & {"dispatch", "consult", "conclude"} == {"consult"}
    with pytest.raises(ConsultationRequired) as refused:
        redispatch(town, case, now + 3 * MINUTE)
    assert "吹哨会商" in str(refused.value.hint)
    third = town.organisations["fire"]
    services.call_consultation(
        actor=town["dispatcher"], case=case, units=[third], opinion="三家都说不归自己", now=now + 4 * MINUTE
    )
    with pytest.raises(StillConsulting):
        redispatch(town, case, now + 5 * MINUTE)
    services.conclude_consultation(
        actor=town["dispatcher"],
        case=case,
        lead=town.organisations["water"],
        opinion="水务主办",
        now=now + 6 * MINUTE,
    )
    named = Task.objects.get(case=case, role="lead", ended_at=None)
    assert "return" not in offered(town, "water", Case.objects.get(pk=case.pk), now + 7 * MINUTE)
    with pytest.raises(ReturnedEnough):
        give_back(town, named, now + 7 * MINUTE, who="water")
    assert Case.objects.get(pk=case.pk).return_count == 2


def test_assistants_hand_back_without_counting(town):
    case = dispatched(town)
    services.set_assists(
        actor=town["dispatcher"], case=case, units=[town.organisations["water"]], now=town.now + 2 * MINUTE
    )
    give_back(town, task_of(case, "assist"), town.now + 3 * MINUTE, who="water")
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.return_count) == ("dispatched", 0)


def test_a_city_sets_its_own_limits(town):
    services.put_handling_limit(actor=town["swd"], name="return_within", value="2wh", now=town.now)
    services.put_handling_limit(actor=town["swd"], name="most_returns", value="1", now=town.now)
    case = dispatched(town)
    task = task_of(case, "lead")
    assert task.return_until == task.dispatched_at + timedelta(hours=2)
    give_back(town, task, town.now + 9 * MINUTE)
    with pytest.raises(ConsultationRequired):
        redispatch(town, case, town.now + 10 * MINUTE)
    for name, value in (("most_returns", "0"), ("most_extensions", "3"), ("return_within", "soon")):
        with pytest.raises(Invalid):
            services.put_handling_limit(actor=town["swd"], name=name, value=value, now=town.now)
    with pytest.raises(NotFound):
        services.put_handling_limit(actor=town["swd"], name="nothing", value="1", now=town.now)
    with pytest.raises(NotAllowed):
        services.put_handling_limit(actor=town["dispatcher"], name="most_returns", value="3", now=town.now)
