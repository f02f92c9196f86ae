"""延期: before the deadline, with a reason, one level up, twice at most, never while life is at stake (§2.3)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from nuanxin.cases import services
from nuanxin.cases.models import Case, Clock, ClockChange, Extension
from nuanxin.cases.queries import detail, own
from nuanxin.cases.queries.extending import ExtensionFilters, end_of_day, extensions, first_day, last_day
from nuanxin.cases.services.extending import NotExtendable, NothingToDecide
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.notifications import queries as inbox
from tests.factories.desks import MINUTE, dispatched, reported, task_of

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
WHY = "沥青要等气温，先用钢板盖住，周五铺"


def taken(town, **given):
    """A unit has accepted."""
    case = dispatched(town, **given)
    lead = given.get("lead", "city_management")
    services.accept_task(actor=town[lead], task=task_of(case, "lead"), now=town.now + 2 * MINUTE)
    return detail.case_for(town["dispatcher"], case.number)


def ask(town, case, until=None, now=None, who="city_management", role="lead"):
    return services.request_extension(
        actor=town[who],
        task=task_of(case, role),
        until=until or case.due_at + 3 * DAY,
        opinion=WHY,
        now=now or town.now + 10 * MINUTE,
    )


def grant(town, case, now, who="street_lead"):
    return services.grant_extension(actor=town[who], case=case, opinion="同意，做好围挡", now=now)


def titles(town, who, now):
    return [line.title for line in inbox.inbox_page(town[who], now=now)[0]]


def names(town, who, case, now):
    return {
        move.transition.name for move in detail.moves_for(town[who], case, detail.tasks_of(case), now=now)
    }


def test_granted_the_work_and_the_case_have_more_time_and_the_old_deadline_stays_on_record(town):
    case = taken(town)
    due, until = case.due_at, case.due_at + 3 * DAY
    ask(town, case)
    case.refresh_from_db()
    assert (case.due_at, case.extension_count) == (due, 0)  # asking stops nothing
    grant(town, case, town.now + 30 * MINUTE)
    case.refresh_from_db()
    assert (case.due_at, case.extension_count) == (until, 1)
    running = Clock.objects.filter(case=case, stopped_at=None)
    assert {running.get(kind=kind).due_at for kind in ("handle", "total")} == {until}
    changes = ClockChange.objects.filter(clock__case=case)
    assert {(change.due_before, change.due_after) for change in changes} == {(due, until)}
    extension = Extension.objects.get(case=case)
    assert (extension.state, extension.decided_by.name) == ("granted", "枫林街道办事处")


def test_refused_nothing_moves_and_the_unit_reads_why(town):
    case = taken(town)
    due = case.due_at
    ask(town, case)
    with pytest.raises(Invalid):
        services.refuse_extension(actor=town["street_lead"], case=case, opinion="", now=town.now + DAY)
    services.refuse_extension(actor=town["street_lead"], case=case, opinion="钢板不安全", now=town.now + DAY)
    case.refresh_from_db()
    assert (case.due_at, case.extension_count) == (due, 0)
    drain(now=town.now + DAY)
    assert titles(town, "city_management", town.now + DAY)[0] == "没有同意延期：道路破损坑洼"
    ask(town, case, now=town.now + DAY + MINUTE)  # one that was refused does not count
    assert Extension.objects.filter(case=case).count() == 2


def test_to_the_second_of_the_deadline(town):
    case = taken(town)
    with pytest.raises(NotExtendable):
        ask(town, case, now=case.due_at)
    ask(town, case, now=case.due_at - SECOND)
    with pytest.raises(NothingToDecide):  # a late word would wipe out that the limit has passed
        grant(town, case, case.due_at)
    assert services.lapse_extensions(now=case.due_at) == 1
    assert services.lapse_extensions(now=case.due_at) == 0
    assert Extension.objects.get(case=case).state == "lapsed"
    while services.watch_clocks(now=case.due_at + MINUTE):
        pass
    assert Clock.objects.get(case=case, kind="total").climbed_at is not None


def test_granted_in_the_last_second(town):
    case = taken(town)
    ask(town, case)
    grant(town, case, case.due_at - SECOND)
    assert Case.objects.get(pk=case.pk).extension_count == 1


def test_twice_and_no_more(town):
    case = taken(town)
    for count in (1, 2):
        case.refresh_from_db()
        ask(town, case, now=town.now + count * DAY)
        grant(town, case, town.now + count * DAY + MINUTE)
    case.refresh_from_db()
    assert case.extension_count == 2
    assert "request_extension" not in names(town, "city_management", case, town.now + 3 * DAY)
    with pytest.raises(NotExtendable) as refused:
        ask(town, case, now=town.now + 3 * DAY)
    assert "2" in str(refused.value.message)


def test_never_while_life_is_at_stake(town):
    case = reported(town, "0101", text="楼道里很大煤气味")
    task = task_of(case, "lead")
    services.accept_task(actor=town["gas"], task=task, now=town.now + MINUTE)
    with pytest.raises(NotExtendable):
        services.request_extension(
            actor=town["gas"], task=task, until=case.due_at + DAY, opinion=WHY, now=town.now + 2 * MINUTE
        )
    assert "request_extension" not in names(town, "gas", Case.objects.get(pk=case.pk), town.now + MINUTE)


def test_only_a_later_day_and_not_too_late(town):
    case = taken(town)
    for until in (case.due_at, case.due_at - DAY, case.due_at + 40 * DAY):
        with pytest.raises(Invalid) as refused:
            ask(town, case, until=until)
        assert "until" in refused.value.fields
    for missing in ({"until": None, "opinion": WHY}, {"until": case.due_at + DAY, "opinion": " "}):
        with pytest.raises(Invalid):
            services.request_extension(
                actor=town["city_management"],
                task=task_of(case, "lead"),
                now=town.now + 10 * MINUTE,
                **missing,
            )


def test_a_day_ends_with_business_and_a_day_off_is_none(town):
    case = taken(town)
    assert end_of_day(case, date(2026, 9, 18)) == datetime(2026, 9, 18, 9, 30, tzinfo=UTC)
    assert end_of_day(case, date(2026, 9, 19)) is None  # a Saturday
    assert last_day(case.due_at) == (case.due_at + 30 * DAY).date()
    assert end_of_day(case, first_day(case)) > case.due_at
    urgent = reported(town, "0302")
    assert end_of_day(urgent, date(2026, 9, 19)) is not None


def test_the_same_request_again_is_the_same_request(town):
    case = taken(town)
    ask(town, case)
    events = Event.objects.count()
    ask(town, case, now=town.now + 11 * MINUTE)
    assert Event.objects.count() == events
    assert Extension.objects.count() == 1
    with pytest.raises(NotExtendable):
        ask(town, case, until=case.due_at + 5 * DAY)
    grant(town, case, town.now + 20 * MINUTE)
    with pytest.raises(NothingToDecide):
        grant(town, case, town.now + 21 * MINUTE)


def test_who_may_ask(town):
    case = taken(town)
    services.set_assists(
        actor=town["dispatcher"], case=case, units=[town.organisations["water"]], now=town.now + 3 * MINUTE
    )
    services.accept_task(actor=town["water"], task=task_of(case, "assist"), now=town.now + 4 * MINUTE)
    for who, role in (
        ("water", "assist"), ("gas", "lead"), ("community", "community"), ("dispatcher", "lead"), ("worker", "lead"),
    ):  # fmt: skip
        with pytest.raises((NotFound, NotAllowed)):
            ask(town, case, who=who, role=role)
    with pytest.raises(Conflict):  # what has not been accepted is not asked for
        ask(town, dispatched(town, now=town.now + DAY), now=town.now + DAY + MINUTE)


def test_who_may_decide(town):
    case = taken(town)
    ask(town, case)
    now = town.now + 20 * MINUTE
    for who in (
        "city_management",
        "dispatcher",
        "community_head",
        "other_dispatcher",
        "swd",
        "gas_lead",
        "worker",
    ):
        with pytest.raises((NotFound, NotAllowed)):
            grant(town, case, now, who=who)
    assert names(town, "street_lead", case, now) >= {"grant_extension", "refuse_extension"}
    assert not names(town, "dispatcher", case, now) & {"grant_extension", "refuse_extension"}


def test_the_street_does_not_decide_for_itself(town):
    case = dispatched(town, lead="street")
    task = task_of(case, "lead")
    services.accept_task(actor=town["dispatcher"], task=task, now=town.now + 2 * MINUTE)
    services.request_extension(
        actor=town["dispatcher"], task=task, until=case.due_at + DAY, opinion=WHY, now=town.now + 3 * MINUTE
    )
    with pytest.raises(NotAllowed) as refused:
        grant(town, case, town.now + 4 * MINUTE)
    assert "上一级" in str(refused.value.message)
    assert [each.case_id for each in extensions(town["swd"], ExtensionFilters())] == [case.pk]
    assert not extensions(town["street_lead"], ExtensionFilters()).exists()
    drain(now=town.now + 4 * MINUTE)
    assert "申请延期：道路破损坑洼" in titles(town, "swd", town.now + 4 * MINUTE)
    grant(town, case, town.now + 5 * MINUTE, who="swd")
    assert Case.objects.get(pk=case.pk).extension_count == 1


def test_the_reporter_hears_the_new_time_and_not_the_reason(town):
    case = taken(town)
    drain(now=town.now)
    ask(town, case)
    drain(now=town.now + 10 * MINUTE)
    assert "申请延期：道路破损坑洼" in titles(town, "street_lead", town.now + 10 * MINUTE)
    assert not [title for title in titles(town, "worker", town.now + 10 * MINUTE) if "延期" in title]
    now = town.now + 20 * MINUTE
    grant(town, case, now)
    drain(now=now)
    assert titles(town, "worker", now)[0] == "要再等几天：道路破损坑洼"
    assert titles(town, "city_management", now)[0] == "同意延期：道路破损坑洼"
    page = own.own_page(town["worker"], case.number, now=now)
    assert page.steps[0].title == "一时办不完，时间延长了"
    assert not [step for step in page.steps if WHY in step.words or "围挡" in step.words]


def test_a_request_of_a_unit_that_is_no_longer_at_it_lapses(town, photo):
    case = taken(town)
    ask(town, case)
    now = town.now + 20 * MINUTE
    services.submit_result(
        actor=town["city_management"],
        task=task_of(case, "lead"),
        opinion="铺好了",
        photos=[photo("after")],
        now=now,
    )
    with pytest.raises(NothingToDecide):
        grant(town, case, now + MINUTE)
    assert services.lapse_extensions(now=now + MINUTE) == 1
