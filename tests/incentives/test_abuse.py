"""What somebody might try who wants more than is theirs, or wants to know who reported: each of it is refused."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from nuanxin.incentives.queries.shop_orders import counter_kit
from nuanxin.incentives.services import holds, reviewing, shop, shop_orders
from nuanxin.incentives.services.shop_counter import NotAPickup
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import KeyReused
from nuanxin.people.models import Assignment
from nuanxin.places.queries import codes
from tests.factories import shops as make
from tests.factories import territories
from tests.factories.crowd import Crowd
from tests.factories.honours import publicised
from tests.factories.places import place as make_place
from tests.factories.territories import NOW
from tests.factories.town import START
from tests.incentives.test_holds import held
from tests.incentives.test_team_awards import Team, _bearer

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def city(db):
    territories.put_city()
    territories.put_outlines()


@pytest.fixture
def town(settings, tmp_path, town_of):
    settings.MEDIA_ROOT = tmp_path / "media"
    return town_of(START)


# --- The counter ------------------------------
def made_at_the_counter(made, order, thing, *, at=NOW):
    """What a keeper can put together: the number is on the list, the key of the day on the phone."""
    kit = counter_kit(made, now=at)
    assert kit["day_keys"][str(kit["day"])]
    return codes.typed(codes.Code(made.place.public_id, thing.public_id, order.number, at))


def test_a_counter_cannot_hand_over_what_nobody_came_for(city):
    made = make.shop_at()
    cup, who = make.item(made, points=30), make.rider()
    order = make.place_order(cup, who)
    code = made_at_the_counter(made, order, cup)
    with pytest.raises(NotAPickup):
        make.hand_over(made, code)
    [row] = make.sync(made, make.given(code))
    order.refresh_from_db()
    assert (row.outcome, row.order, order.state) == ("unknown", None, "reserved")
    make.show(order, who)
    later = made_at_the_counter(made, order, cup, at=NOW + DAY)
    [row] = make.sync(made, make.given(later, at=NOW + DAY), now=NOW + DAY)
    assert row.outcome == "unknown"
    assert (
        make.hand_over(made, make.show(order, who, now=NOW + DAY).typed, now=NOW + DAY).outcome == "accepted"
    )


@pytest.mark.django_db(transaction=True)
def test_what_is_shown_and_cancelled_at_the_same_moment_is_one_of_the_two(city, tmp_path):
    """Both would be a thing for nothing: a counter without a network takes the code, the points are back."""
    made = make.shop_at()
    cup, who = make.item(made, points=5, stock=30), make.rider(points=300)
    crowd = Crowd(tmp_path)
    for _time in range(20):
        order = crowd.alone(lambda: make.place_order(cup, who))
        told = crowd.together(
            lambda order=order: make.show(order, who) and "shown",
            lambda order=order: (
                shop_orders.cancel_order(actor=who, public_id=order.public_id, now=NOW) and "cancelled"
            ),
        )
        assert sorted(told) in (["PerhapsTaken", "shown"], ["OrderOver", "cancelled"])


# --- Who reported ------------------------------
def test_the_log_does_not_say_whose_report_is_looked_at(town):
    """A hold is made within a second of the closing of a case: who answers it, or appeals, has reported that case."""
    hold = held(town)
    given = {"public_id": hold.public_id, "now": town.now}
    holds.answer_hold(actor=town["worker"], answer="先拍好、停稳了再报的", **given)
    holds.decide_hold(actor=town["street_lead"], name="deny", opinion="同一张照片", **given)
    reviewing.file_appeal(
        actor=town["worker"], about="hold", target=hold.public_id, reason="是两处", now=town.now
    )
    for action in ("hold_answer", "appeal_file"):
        entry = AuditEntry.objects.get(action=f"incentives.{action}")
        assert (entry.actor_subject_id, entry.assignment_id, entry.role) == (None, None, "worker")
    assert AuditEntry.objects.get(action="incentives.hold_deny").assignment_id


# --- Keys ------------------------------
def test_a_key_of_another_submission_is_a_conflict_and_no_fault(town):
    one, two, key = publicised(town), publicised(town), uuid4()
    given = {"about": "honour", "key": key, "text": "不是他做的", "now": town.now}
    assert reviewing.raise_objection(target=one.public_id, **given) == reviewing.raise_objection(
        target=one.public_id, **given
    )
    with pytest.raises(KeyReused):
        reviewing.raise_objection(target=two.public_id, **given)


def test_the_same_key_with_another_amount_is_a_conflict(town):
    led = Team(town)
    key = uuid4()
    assert led.give(20, key=key) == led.give(20, key=key)
    with pytest.raises(KeyReused):
        led.give(30, key=key)


# --- What a phone may say ------------------------------
@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_clock_at_the_end_of_all_days_is_refused_and_no_fault(client, town, at):
    place = make_place("枫林暖新驿站", now=town.now)
    made = shop.open_shop(actor=SYSTEM, place_id=place.public_id, run_by_id=None, now=town.now)
    held_by = Assignment.objects.get(pk=town["community"].assignment_id)
    row = {"code": "K7QM2F9XTR4D", "key": str(uuid4()), "at": at}
    answer = client.post(
        f"/api/v1/shops/{made.public_id}/pickups/sync", json.dumps({"rows": [row]}),
        content_type="application/json", headers=_bearer(held_by),
    )  # fmt: skip
    assert answer.status_code == 422
