"""Whether somebody redeems at a shop that they keep themselves (`domain.md` §4.3)."""

from datetime import datetime, timedelta

from nuanxin.incentives.enums import OrderState
from nuanxin.incentives.models import Shop, ShopOrder
from nuanxin.kernel.access import visible
from nuanxin.people.enums import RoleKind
from nuanxin.people.queries import actor_for, assignments_in_force

LOOK_BACK = timedelta(days=30)
GIVEN_UP = (OrderState.CANCELLED, OrderState.EXPIRED, OrderState.RETURNED)


def keeps_shop(person_id: int, shop_id: int, *, now: datetime) -> bool:
    """Whether the person, in whichever role, may hand over at that shop. One statement for who has no office."""
    offices = assignments_in_force(person_id=person_id, now=now).exclude(role__kind=RoleKind.SELF)
    shops = Shop.objects.filter(pk=shop_id)
    return any(visible(shops, "incentives.shop_counter", actor_for(each)).exists() for each in offices)


def redeemed_there(person_id: int, shop_id: int, *, now: datetime) -> int:
    """Within the days before, what was given up not counted."""
    had = ShopOrder.objects.filter(
        shop=shop_id, person=person_id, placed_at__gt=now - LOOK_BACK, placed_at__lte=now
    )
    return had.exclude(state__in=GIVEN_UP).count()
