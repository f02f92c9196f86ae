"""What a desk might try that wants to be paid for what nobody used."""

import pytest

from nuanxin.places.queries import codes
from nuanxin.places.services.redeeming import NotOurCode
from tests.factories import people
from tests.factories.offers import offer, redeem, show, sync, take, taken
from tests.factories.places import place
from tests.factories.territories import NOW

pytestmark = pytest.mark.usefixtures("city")


def test_a_desk_cannot_take_in_what_nobody_has_shown(city):
    """It has the place's key of the day, to read what is typed without a network; a number it may have guessed."""
    shop, worker = place("枫林小面", type="merchant"), people.actor(people.worker())
    made = offer(shop)
    voucher = take(made, worker)
    code = codes.typed(codes.Code(shop.public_id, made.public_id, voucher.number, NOW))
    with pytest.raises(NotOurCode):
        redeem(shop, code)
    [row] = sync(shop, taken(code))
    voucher.refresh_from_db()
    assert (row.outcome, voucher.state) == ("unknown", "held")
    assert redeem(shop, show(voucher, worker).typed).outcome == "accepted"
