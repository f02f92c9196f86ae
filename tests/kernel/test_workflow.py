"""State machines as tables: `kernel.workflow`, on a lamp."""

import pytest
from django.db.models import Q

from nuanxin.kernel.access import SYSTEM, Actor, policy
from nuanxin.kernel.access.actor import Grants
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.workflow import IllegalMove, Transition, Workflow
from tests.kernel.tables import Lamp

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tables", "rules")]
State = Lamp.State
LIFE = Workflow(
    "lamp",
    State,
    [
        Transition("light", "点亮", (State.NEW, State.BROKEN), State.LIT, "lamps.light"),
        Transition("smash", "打碎", (State.LIT,), State.BROKEN, "lamps.smash", tone="danger"),
        Transition("age", "老化", (State.LIT,), State.BROKEN, "system"),
    ],
)


@pytest.fixture
def rules(monkeypatch):
    monkeypatch.setattr(policy, "_rules", {})
    policy.register("lamps.light")
    policy.register("lamps.smash", lambda actor: Q(owner_id=actor.person_id))


def actor(*permissions, person=1):
    return Actor(role="keeper", person_id=person, grants=Grants(dict.fromkeys(permissions, "own")))


def lamp(state=State.NEW, owner=1):
    return Lamp.objects.create(scope_code="990101001001", state=state, owner_id=owner)


def test_a_step_moves_the_row_and_the_instance_and_writes_what_comes_with_it():
    row = lamp()
    move = LIFE.step(row, "light", note="by hand")
    assert move is LIFE["light"]
    assert (row.state, row.note) == (State.LIT, "by hand")
    row.refresh_from_db()
    assert (row.state, row.note) == (State.LIT, "by hand")


def test_every_pair_of_state_and_action_is_legal_exactly_as_the_table_says():
    for state in State:
        for name, move in LIFE.transitions.items():
            row = lamp(state)
            if state in move.sources:
                LIFE.step(row, name)
                assert Lamp.objects.get(pk=row.pk).state == move.target
            else:
                with pytest.raises(IllegalMove):
                    LIFE.step(row, name)
                assert Lamp.objects.get(pk=row.pk).state == state


def test_of_two_who_press_at_once_one_gets_a_conflict():
    row = lamp()
    other = Lamp.objects.get(pk=row.pk)
    LIFE.step(row, "light", note="first")
    with pytest.raises(Conflict) as refused:
        LIFE.step(other, "light", note="second")
    assert refused.value.status == 409
    assert other.state == State.NEW
    row.refresh_from_db()
    assert row.note == "first"


def test_a_step_is_one_statement(django_assert_num_queries):
    row = lamp()
    with django_assert_num_queries(1):
        LIFE.step(row, "light")


@pytest.mark.parametrize(
    ("granted", "owner", "expected"),
    [
        ((), 1, []),
        (("lamps.light",), 1, []),
        (("lamps.smash",), 1, ["smash"]),
        (("lamps.smash",), 2, []),
        (("lamps.light", "lamps.smash"), 1, ["smash"]),
    ],
)
def test_buttons_follow_the_grant_the_rule_and_the_state(granted, owner, expected):
    row = lamp(State.LIT, owner)
    assert [move.name for move in LIFE.available(actor(*granted), row)] == expected


def test_what_nobody_presses_is_no_button_and_no_permission_is_asked_twice(django_assert_num_queries):
    row = lamp(State.LIT)
    with django_assert_num_queries(1):
        assert [move.name for move in LIFE.available(actor("lamps.light", "lamps.smash"), row)] == ["smash"]
    assert [move.name for move in LIFE.available(SYSTEM, row)] == ["smash"]


def test_the_diagram_shows_every_move():
    assert LIFE.to_mermaid() == (
        "stateDiagram-v2\n"
        "    direction LR\n"
        "    new --> lit: light\n"
        "    broken --> lit: light\n"
        "    lit --> broken: smash\n"
        "    lit --> broken: age\n"
    )


def test_a_table_with_an_unknown_state_does_not_start():
    with pytest.raises(ValueError, match="gone"):
        Workflow("lamp", State, [Transition("lose", "丢失", (State.LIT,), "gone", "system")])


def test_an_illegal_move_tells_the_user_where_the_thing_is():
    with pytest.raises(IllegalMove) as refused:
        LIFE.step(lamp(State.NEW), "smash")
    assert "新" in str(refused.value.message)
    assert "打碎" in str(refused.value.message)
    assert refused.value.hint
