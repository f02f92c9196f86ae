"""Appeals: against one's own late limits, reworks and unsatisfied ratings; by three desks; history stays as it is."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Appeal, AppealStep, Case, CaseLog, Clock, Rating
from nuanxin.cases.queries.appealing import AppealFilters, appeals, facts_against
from nuanxin.cases.services import StepInput, perform_step
from nuanxin.cases.services.appealing import AppealedAlready, NotContestable
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.kernel.events.deliver import drain
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.notifications.models import Notice
from tests.factories.desks import client_of, dispatched, handed_in, task_of
from tests.factories.town import build_town

MINUTE, HOUR, SECOND = timedelta(minutes=1), timedelta(hours=1), timedelta(seconds=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=SHANGHAI)


def do(actor, case, name, now, **given):
    return perform_step(
        actor=actor, case=Case.objects.get(pk=case.pk), name=name, given=StepInput(**given), now=now
    )


def facts(town, case, who="city_management", *, now):
    return facts_against(Case.objects.get(pk=case.pk), town[who].organisation_id, now=now)


@pytest.fixture
def late(town, photo):
    """Handed in on Sunday the 20th at 10:00 (a working day), due on Friday the 18th at 17:30."""
    case = dispatched(town, category="0704")
    task = task_of(case, "lead")
    services.accept_task(actor=town["city_management"], task=task, now=at(15, 10))
    services.submit_result(
        actor=town["city_management"], task=task, opinion="清走了", photos=[photo("after")], now=at(20, 10)
    )
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def appealed(town, late):
    (fact,) = facts(town, late, now=at(21, 9))
    do(town["city_management"], late, "appeal", at(21, 9), about=fact.name, opinion="当天封路，进不去")
    return Appeal.objects.get(case=late)


# --- What may be contested --------------------------------------------------------------------------------------------
def test_a_late_limit_for_five_working_days_and_once(town, late):
    (fact,) = facts(town, late, now=at(21, 9))
    assert (fact.kind, fact.at) == ("overdue", at(20, 10))
    assert facts(town, late, now=datetime(2026, 9, 28, 17, 30, tzinfo=SHANGHAI))
    assert not facts(town, late, now=datetime(2026, 9, 28, 17, 30, 1, tzinfo=SHANGHAI))
    for who in ("community", "water"):
        assert not facts(town, late, who, now=at(21, 9))
    do(town["city_management"], late, "appeal", at(21, 9), about=fact.name, opinion="封路")
    assert not facts(town, late, now=at(21, 10))
    with pytest.raises(AppealedAlready):
        do(town["city_management"], late, "appeal", at(21, 10), about=fact.name, opinion="封路")
    with pytest.raises(NotContestable):
        do(town["city_management"], late, "appeal", at(29, 10), about=fact.name, opinion="封路")


def test_a_rework_is_contested_by_the_one_whose_result_it_was(town, photo):
    case = handed_in(town, photo)
    do(town["dispatcher"], case, "fail", town.now + HOUR, opinion="不平")
    now = town.now + 2 * HOUR
    assert [fact.kind for fact in facts(town, case, now=now)] == ["rework"]
    assert not facts(town, case, "community", now=now)
    log = CaseLog.objects.get(case=case, action="fail")
    do(town["city_management"], case, "appeal", now, about=f"log-{log.pk}", opinion="照片是另一处")
    assert Appeal.objects.get(case=case).log_id == log.pk


def test_an_unsatisfied_rating(town, photo):
    case = handed_in(town, photo)
    do(town["dispatcher"], case, "pass", town.now + HOUR, outcome="solved")
    services.rate_case(
        actor=town["worker"], case=case, contacted=True, solved=True, satisfied=False, now=town.now + 2 * HOUR
    )
    now = town.now + 3 * HOUR
    assert [fact.kind for fact in facts(town, case, now=now)] == ["unsatisfied"]


@pytest.mark.parametrize("about", ["clock-999999", "log-1", "rating-1", "x", "clock-", "clock-１", "-1"])
def test_what_is_not_there_is_not_contested(town, late, about):
    with pytest.raises(NotContestable):
        do(town["city_management"], late, "appeal", at(21, 9), about=about, opinion="封路")
    with pytest.raises(Invalid):
        do(town["city_management"], late, "appeal", at(21, 9), about="", opinion="封路")


@pytest.mark.parametrize(("who", "error"), [("gas", NotFound), ("worker", NotAllowed), ("grid", NotAllowed)])
def test_who_has_nothing_to_contest(town, late, who, error):
    with pytest.raises(error):
        do(town[who], late, "appeal", at(21, 9), about="clock-1", opinion="封路")


# --- The three desks --------------------------------------------------------------------------------------------------
def test_without_another_head_it_goes_straight_to_the_leader_and_upheld_leaves_history(town, appealed):
    case, about = appealed.case, str(appealed.pk)
    do(town["dispatcher"], case, "accept_appeal", at(21, 10), about=about, opinion="封路属实")
    appealed.refresh_from_db()
    assert (appealed.state, appealed.due_at) == ("review", at(24, 17, 30))
    do(town["street_lead"], case, "uphold_appeal", at(21, 11), about=about, opinion="不计")
    appealed.refresh_from_db()
    assert (appealed.state, appealed.decided_at, appealed.due_at) == ("upheld", at(21, 11), None)
    assert Clock.objects.get(pk=appealed.clock_id).outcome == "late"
    assert list(AppealStep.objects.filter(appeal=appealed).values_list("action", flat=True)) == [
        "appeal", "accept_appeal", "pass_on", "uphold_appeal",
    ]  # fmt: skip
    drain(now=at(21, 12))
    assert Notice.objects.filter(kind="upheld", person=town.persons["city_management"]).exists()
    assert not Notice.objects.filter(person=town.persons["worker"], kind__startswith="appeal").exists()
    with pytest.raises(Conflict):
        do(town["street_lead"], case, "reject_appeal", at(21, 12), about=about, opinion="改主意")


def test_the_own_head_has_a_word_unless_it_takes_too_long(town, photo):
    case = dispatched(town, category="0704", lead="gas")
    task = task_of(case, "lead")
    services.accept_task(actor=town["gas"], task=task, now=at(15, 10))
    services.submit_result(
        actor=town["gas"], task=task, opinion="清走了", photos=[photo("after")], now=at(20, 10)
    )
    (fact,) = facts(town, case, "gas", now=at(21, 9))
    do(town["gas"], case, "appeal", at(21, 9), about=fact.name, opinion="封路")
    about = str(Appeal.objects.get(case=case).pk)
    do(town["dispatcher"], case, "accept_appeal", at(21, 10), about=about)
    appeal = Appeal.objects.get(pk=about)
    assert (appeal.state, appeal.due_at) == ("opinion", at(23, 17, 30))
    with pytest.raises(NotAllowed):
        do(town["gas"], case, "opine_appeal", at(21, 11), about=about, opinion="同意")
    services.watch_appeals(now=at(23, 17, 30))
    assert Appeal.objects.get(pk=about).state == "opinion"
    while services.watch_appeals(now=at(23, 17, 30) + SECOND):
        pass
    assert Appeal.objects.get(pk=about).state == "review"


def test_the_own_head_speaks(town, photo):
    case = dispatched(town, category="0704", lead="gas")
    task = task_of(case, "lead")
    services.accept_task(actor=town["gas"], task=task, now=at(15, 10))
    services.submit_result(
        actor=town["gas"], task=task, opinion="清走了", photos=[photo("after")], now=at(20, 10)
    )
    (fact,) = facts(town, case, "gas", now=at(21, 9))
    do(town["gas"], case, "appeal", at(21, 9), about=fact.name, opinion="封路")
    about = str(Appeal.objects.get(case=case).pk)
    do(town["dispatcher"], case, "accept_appeal", at(21, 10), about=about)
    with pytest.raises(Invalid):
        do(town["gas_lead"], case, "opine_appeal", at(21, 11), about=about, opinion="")
    do(town["gas_lead"], case, "opine_appeal", at(21, 11), about=about, opinion="情况属实")
    do(town["street_lead"], case, "reject_appeal", at(21, 12), about=about, opinion="当天上午可以进")
    assert Appeal.objects.get(pk=about).state == "rejected"


@pytest.mark.parametrize(
    "who", ["city_management", "community", "grid", "water", "worker", "other_dispatcher"]
)
def test_who_does_not_decide(town, appealed, who):
    about = str(appealed.pk)
    for name in ("accept_appeal", "dismiss_appeal", "opine_appeal", "uphold_appeal", "reject_appeal"):
        with pytest.raises((NotAllowed, NotFound)):
            do(town[who], appealed.case, name, at(21, 10), about=about, opinion="可以")
    appealed.refresh_from_db()
    assert appealed.state == "precheck"


def test_nobody_decides_about_the_own_verification_or_the_own_streets_delay(town, photo):
    case = handed_in(town, photo)
    do(town["dispatcher"], case, "fail", town.now + HOUR, opinion="不平")
    log = CaseLog.objects.get(case=case, action="fail")
    now = town.now + 2 * HOUR
    do(town["city_management"], case, "appeal", now, about=f"log-{log.pk}", opinion="照片是另一处")
    about = str(Appeal.objects.get(case=case).pk)
    with pytest.raises(NotAllowed):
        do(town["dispatcher"], case, "accept_appeal", now, about=about)
    do(town["swd"], case, "accept_appeal", now, about=about)
    assert Appeal.objects.get(pk=about).state == "review"


def test_a_dismissal_needs_a_reason(town, appealed):
    with pytest.raises(Invalid):
        do(town["dispatcher"], appealed.case, "dismiss_appeal", at(21, 10), about=str(appealed.pk))
    do(
        town["dispatcher"],
        appealed.case,
        "dismiss_appeal",
        at(21, 10),
        about=str(appealed.pk),
        opinion="没有依据",
    )
    appealed.refresh_from_db()
    assert appealed.state == "rejected"


def test_a_desk_that_takes_too_long_climbs_once(town, appealed):
    assert appealed.due_at == at(22, 17, 30)
    assert services.watch_appeals(now=at(22, 17, 30)) == 0
    assert services.watch_appeals(now=at(22, 17, 30) + SECOND) == 1
    assert services.watch_appeals(now=at(22, 18)) == 0
    drain(now=at(22, 18))
    assert Notice.objects.filter(kind="appeal_late", person=town.persons["street_lead"]).count() == 1


def test_an_appeal_of_another_case_is_not_found(town, appealed):
    other = dispatched(town, category="0704", now=town.now + MINUTE)
    with pytest.raises(NotFound):
        do(town["dispatcher"], other, "accept_appeal", at(21, 10), about=str(appealed.pk))


# --- List and page ----------------------------------------------------------------------------------------------------
def test_the_list_narrows_and_a_unit_sees_its_own(town, appealed):
    def found(who, **given):
        return appeals(town[who], AppealFilters(**given), now=at(21, 9)).count()

    assert [found(who) for who in ("dispatcher", "city_management", "water", "other_dispatcher", "swd")] == [
        1, 1, 0, 0, 1,
    ]  # fmt: skip
    assert [found("dispatcher", kind="rework"), found("dispatcher", late=True)] == [0, 0]
    assert [found("dispatcher", state="upheld"), found("dispatcher", state="precheck")] == [0, 1]


def test_over_the_pages(db, photo):
    town = build_town(timezone.now() - timedelta(hours=3))
    case = handed_in(town, photo)
    do(town["community"], case, "fail", town.now + HOUR, opinion="不平")
    unit, street, lead = (client_of(town, who) for who in ("city_management", "dispatcher", "street_lead"))
    step = f"/cases/{case.number}/steps"
    page = unit.get(f"{step}/appeal/").content.decode()
    assert "核查不通过" in page
    log = CaseLog.objects.get(case=case, action="fail")
    sent = unit.post(f"{step}/appeal/", {"about": f"log-{log.pk}", "opinion": "照片是另一处"})
    assert sent.status_code == 302
    appeal = Appeal.objects.get(case=case)
    assert case.number in street.get("/cases/appeals/").content.decode()
    shown = street.get(f"/cases/{case.number}/").content.decode()
    assert "照片是另一处" in shown
    assert f"accept_appeal/?about={appeal.pk}" in shown
    assert street.post(f"{step}/accept_appeal/?about={appeal.pk}", {"opinion": "属实"}).status_code == 302
    assert street.post(f"{step}/accept_appeal/?about={appeal.pk}", {}).status_code == 409
    assert lead.post(f"{step}/uphold_appeal/?about={appeal.pk}", {"opinion": ""}).status_code == 422
    assert lead.post(f"{step}/uphold_appeal/?about={appeal.pk}", {"opinion": "不计"}).status_code == 302
    assert "申诉成立" in unit.get(f"/cases/{case.number}/").content.decode()
    assert "申诉" not in client_of(town, "worker").get(f"/mine/{case.number}/").content.decode()
    text = street.post("/cases/appeals/export/?state=all").getvalue().decode("utf-8-sig")
    assert case.number in text
    assert "照片是另一处" not in text
    assert not Rating.objects.exists()
