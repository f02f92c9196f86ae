"""Who comes at the same moment: totals, a person's limit and a single use hold all the same."""

from uuid import uuid4

import pytest

from nuanxin.places.models import Offer, Redemption, Voucher
from tests.factories import people
from tests.factories.crowd import Crowd
from tests.factories.offers import offer, redeem, show, sync, take, taken
from tests.factories.places import place

AT_ONCE = 6


@pytest.mark.django_db(transaction=True)
def test_limits_and_single_uses_hold_in_a_crowd(city, tmp_path):
    shop = place("枫林小面", type="merchant")
    few, daily, free = offer(shop, total=3), offer(shop, per_day=1), offer(shop)
    workers = [people.actor(people.worker()) for _each in range(AT_ONCE)]
    one, other = workers[:2]
    online, offline = show(take(free, one), one), show(take(free, other), other)
    row = taken(offline.signed)
    rows = [row, row, *(taken(offline.typed, device=str(number)) for number in range(AT_ONCE - 2))]
    crowd = Crowd(tmp_path)

    told = crowd.together(*(lambda who=each: take(few, who).state for each in workers))
    assert sorted(told) == ["NoneLeft"] * (AT_ONCE - 3) + ["held"] * 3
    told = crowd.together(*(lambda: take(daily, one, key=uuid4()).pk for _each in range(AT_ONCE)))
    assert len(set(told)) == 1  # a second tap while one is held is that one
    told = crowd.together(*(lambda: redeem(shop, online.signed).outcome for _each in range(AT_ONCE)))
    assert sorted(told) == ["UsedAlready"] * (AT_ONCE - 1) + ["accepted"]
    told = crowd.together(*(lambda each=each: sync(shop, each)[0].outcome for each in rows))
    assert set(told) == {"accepted", "twice"}

    def left_behind():
        some = Offer.objects.get(pk=few.pk)
        late = Redemption.objects.filter(was_offline=True)
        return (
            some.taken,
            Voucher.objects.filter(offer=few).count(),
            late.count(),
            late.filter(outcome="accepted").count(),
            Voucher.objects.filter(offer=free, state="used").count(),
        )

    # The same delivery twice is one; of the others one is accepted, and the rest are written down.
    assert crowd.alone(left_behind) == (3, 3, AT_ONCE - 1, 1, 2)
