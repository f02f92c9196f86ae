"""Rules are data: what they give, what they may not be, and the two people it takes to change one."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from nuanxin.cases.events import CaseClosed, CaseConfirmed, CaseFiled, TaskDispatched
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.incentives import subscribers
from nuanxin.incentives.models import Deed, Grant, Mention, Posting, RuleVersion
from nuanxin.incentives.queries.capped import gave_nothing
from nuanxin.incentives.queries.ledger import balance_of
from nuanxin.incentives.queries.rules import rule_of, rules_held
from nuanxin.incentives.queries.simulating import simulate
from nuanxin.incentives.services import rule_changes as changes
from nuanxin.incentives.services.replaying import check_ledger
from nuanxin.incentives.services.rule_checks import BadRule, RuleData, check_rule
from nuanxin.incentives.workflow import GRANT, RULE
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import NotAllowed
from nuanxin.kernel.events import Envelope
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.places.events import KitchenLookedAt
from tests.factories.desks import reported
from tests.factories.town import COMMUNITY, START
from tests.incentives.test_ledger import ANN, BEN, assert_sound, numbers

DAY = timedelta(days=1)
FILED = RuleData(
    name_zh="上报立案", name_en="Report filed", event="cases.CaseFiled", conditions={}, group="report", formula="fixed",
    amount=6, group_per_day=30, all_per_day=100, near_amount=1, reason="立案更要紧",
)  # fmt: skip


def heard(of=ANN, at=START):
    return Envelope(uuid4(), of, COMMUNITY, at)


def filed(case_id=1, *, of=ANN, at=START):
    subscribers.case_filed(CaseFiled(case_id, f"990101{case_id}", "0301"), heard(of, at))


def closed(case_id=1, outcome="solved", *, of=ANN, at=START):
    subscribers.case_closed(CaseClosed(case_id, f"990101{case_id}", "0301", outcome, 1, True), heard(of, at))


@pytest.mark.django_db
def test_each_step_of_a_report_gives_once_whatever_happens_twice():
    envelope = heard()
    event = TaskDispatched(1, "9901011", "0301", "U3", 1, 1, "lead")
    subscribers.task_dispatched(event, envelope)
    subscribers.task_dispatched(event, envelope)  # delivered again
    subscribers.task_dispatched(replace(event, task_id=2), heard())  # the second organisation
    filed()
    closed()
    closed()  # reopened, and closed again
    assert numbers() == (17, 0, 0, 17)
    assert list(Posting.objects.order_by("number").values_list("because", "amount")) == [
        ("case_accepted", 2), ("case_filed", 5), ("case_closed", 10),
    ]  # fmt: skip
    assert set(Mention.objects.values_list("number", flat=True)) == {"9901011"}
    told = Event.objects.filter(name="incentives.PointsAwarded").order_by("pk").last()
    assert (told.payload["amount"], told.payload["case_number"], told.subject_id) == (10, "9901011", ANN)
    assert check_ledger().is_equal


@pytest.mark.django_db
def test_nobody_gets_anything_for_what_was_only_explained_or_has_no_reporter():
    closed(outcome="explained")
    closed(2, of=None)
    assert (numbers(), Posting.objects.count()) == ((0, 0, 0, 0), 0)


@pytest.mark.django_db
def test_thirty_a_day_from_reports_and_the_next_day_anew():
    for number in range(8):
        filed(number + 1)
    assert numbers()[0] == 30
    filed(20, at=START + DAY)
    assert numbers()[0] == 35
    assert_sound()
    assert check_ledger().is_equal


@pytest.mark.django_db
def test_the_first_three_who_saw_it_too():
    for position in range(1, 6):
        event = CaseConfirmed(1, "9901011", "0301", position)
        subscribers.case_confirmed(event, heard(of=uuid4()))
    assert Posting.objects.count() == 3


@pytest.mark.django_db
def test_a_look_at_a_kitchen_is_thanked_once_whatever_was_found():
    said = heard()
    for _again in range(2):
        subscribers.kitchen_looked_at(KitchenLookedAt(1, 2), said)
    assert (balance_of(ANN).points, Posting.objects.get().rule) == (2, "kitchen_look")
    assert check_ledger().is_equal


@pytest.mark.django_db
def test_the_same_kind_at_the_same_place_within_a_week_gives_one(town):
    first, second = reported(town), reported(town)
    own = town["worker"].subject_id
    filed(first.pk, of=own)
    filed(second.pk, of=own)
    assert balance_of(own).points == 6


@pytest.mark.django_db
def test_what_gave_nothing_says_which_report_it_was(town):
    case = reported(town)
    own = town["worker"].subject_id
    for number in range(10_001, 10_007):
        filed(number, of=own)
    subscribers.case_filed(CaseFiled(case.pk, case.number, "0301"), heard(own))
    (nothing,) = gave_nothing(own, now=START + DAY)
    assert nothing.case_number == case.number
    assert nothing.sentence.startswith(kind_of(case.category_id).name)
    assert "少 5 分" in nothing.less


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name_zh": "每周至少报三件"}, "name_zh"),
        ({"name_zh": "连续七天打卡"}, "name_zh"),
        ({"name_zh": "累计满十件翻倍"}, "name_zh"),
        ({"name_en": "Streak of seven days"}, "name_en"),
        ({"name_zh": "学习时长奖励"}, "name_zh"),
        ({"name_zh": "点赞最多的"}, "name_zh"),
        ({"name_zh": "骑行里程"}, "name_zh"),
        ({"name_zh": "步数换积分"}, "name_zh"),
        ({"conditions": {"count": ["10"]}}, "conditions"),
        ({"conditions": {"minutes>": ["600"]}}, "conditions"),
        ({"conditions": {"likes": ["1"]}}, "conditions"),
        ({"conditions": {"weather": ["rain"]}}, "conditions"),
        ({"event": "learning.MinutesStudied"}, "event"),
        ({"event": "care.ScreeningResult"}, "event"),
        ({"amount": -5}, "amount"),
        ({"amount": 500}, "amount"),
        ({"formula": "hours"}, "formula"),
        ({"months": 1}, "months"),
        ({"near_amount": 9}, "near_amount"),
        ({"effective_from": START - DAY}, "effective_from"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_rule_that_may_not_be_is_refused_with_what_to_do_instead(changed, field):
    check_rule(FILED, now=START)
    with pytest.raises(BadRule) as caught:
        check_rule(replace(FILED, **changed), now=START)
    assert len(str(caught.value.fields[field])) > 6


@pytest.mark.django_db
def test_every_shipped_rule_keeps_to_it_and_deducts_nothing():
    for version in RuleVersion.objects.all():
        assert version.amount >= 0
        names = {name: getattr(version, name) for name in RuleData.__dataclass_fields__}
        check_rule(RuleData(**{**names, "effective_from": None, "reason": "x"}), now=START)
    assert {each.code for each in RuleVersion.objects.filter(amount=0)} == {"no_show", "false_report"}


@pytest.mark.django_db
def test_one_proposes_with_what_it_would_have_cost_and_another_approves(town):
    filed(1)
    filed(2, of=BEN)
    lead, other = town["street_lead"], town["swd"]
    made = changes.propose_rule(actor=lead, code="case_filed", data=FILED, now=START + DAY)
    assert made.simulated["points_before"] == 10
    assert (made.simulated["points_after"], made.simulated["people_after"]) == (12, 2)
    with pytest.raises(changes.AlreadyProposed):
        changes.propose_rule(actor=other, code="case_filed", data=FILED, now=START + DAY)
    with pytest.raises(NotAllowed):
        changes.step_rule(actor=lead, public_id=made.public_id, name="approve", because="", now=START + DAY)
    filed(3, at=START + DAY)
    assert numbers()[0] == 10  # as before, until somebody has approved it
    with pytest.raises(changes.ReasonMissing):
        changes.step_rule(actor=other, public_id=made.public_id, name="refuse", because=" ", now=START + DAY)
    changes.step_rule(actor=other, public_id=made.public_id, name="approve", because="", now=START + 2 * DAY)
    filed(4, at=START + 2 * DAY)
    filed(5, at=START + DAY)  # heard late: by the rule of its day
    assert numbers()[0] == 21
    assert Deed.objects.filter(name="incentives.RuleApproved", subject_id=None).count() == 1
    assert check_ledger().is_equal
    with pytest.raises(IllegalMove):
        changes.step_rule(
            actor=other, public_id=made.public_id, name="approve", because="", now=START + 3 * DAY
        )


@pytest.mark.django_db
def test_nobody_approves_what_they_have_proposed_in_another_role(town):
    swd = town["swd"]
    made = changes.propose_rule(actor=swd, code="case_filed", data=FILED, now=START)
    with pytest.raises(changes.OwnProposal):
        changes.step_rule(actor=swd, public_id=made.public_id, name="approve", because="", now=START)
    with pytest.raises(NotAllowed):
        changes.step_rule(
            actor=town["street_lead"], public_id=made.public_id, name="withdraw", because="", now=START
        )
    with pytest.raises(KeyError):
        changes.step_rule(actor=swd, public_id=made.public_id, name="propose", because="", now=START)
    back = changes.step_rule(actor=swd, public_id=made.public_id, name="withdraw", because="", now=START)
    assert back.state == "withdrawn"
    assert SYSTEM.role


@pytest.mark.django_db
def test_a_simulation_counts_caps_in():
    for number in range(8):
        filed(number + 1)
    rule = next(rule for rule in rules_held.get().at("cases.CaseFiled", START) if rule.code == "case_filed")
    found = simulate(replace(rule, group_per_day=0), now=START + DAY)
    assert (found.points_before, found.points_after, found.difference) == (30, 40, 10)
    assert rule_of(RuleVersion.objects.get(code="case_filed")).amount == 5


@pytest.mark.django_db
def test_rules_and_grants_move_by_their_tables_only(town):
    """Every state times every step: what the table allows happens, all else says so and leaves the row as it was."""
    made = changes.propose_rule(actor=town["swd"], code="case_filed", data=FILED, now=START)
    grant = Grant.objects.create(
        rule="hazard", amount=5, case_id=1, number="1", reason="x", proposed_at=START, scope_code=COMMUNITY
    )
    for table, row in ((RULE, made), (GRANT, grant)):
        reached = {move.target for move in table.transitions.values()}
        assert reached == set(table.states.values)
        for state in table.states.values:
            for name, move in table.transitions.items():
                type(row).objects.filter(pk=row.pk).update(state=state)
                row.refresh_from_db()
                if state in move.sources:
                    table.step(row, name)
                else:
                    with pytest.raises(IllegalMove):
                        table.step(row, name)
                row.refresh_from_db()
                assert row.state == (move.target if state in move.sources else state)
