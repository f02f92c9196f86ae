"""What somebody redeems at a shop that they keep waits for a person (`domain.md` §4.3): nothing is taken away."""

from datetime import datetime

from nuanxin.incentives.enums import HoldReason
from nuanxin.incentives.events import AwardHeld
from nuanxin.incentives.models import Hold, HoldRule, Posting, ShopOrder
from nuanxin.incentives.queries.own_shop import LOOK_BACK, keeps_shop, redeemed_there
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.events import publish
from nuanxin.places.queries.scene_standard import working_days_on

DECIDE_DAYS = 3  # working days


def look_at_order(*, actor: Actor, order: ShopOrder, spent: Posting, now: datetime) -> Hold | None:
    """An order of one's own shop is kept until somebody else has looked. In the caller's transaction.

    Publishes `AwardHeld`.
    """
    person_id = actor.person_id or 0
    if not keeps_shop(person_id, order.shop_id, now=now):
        return None
    rule = HoldRule.objects.filter(reason=HoldReason.SELF_REDEEM, is_on=True).first()
    count = redeemed_there(person_id, order.shop_id, now=now)
    if rule is None or count < rule.limit:
        return None
    scope = order.shop.place.scope_code
    made = Hold.objects.create(
        deed_id=spent.deed_id, subject_id=actor.subject_id, amount=order.points, because=spent.because[:32],
        reason=HoldReason.SELF_REDEEM, evidence={"count": count, "days": LOOK_BACK.days}, scope_code=scope,
        state_since=now, held_at=now, due_at=working_days_on(now, DECIDE_DAYS, scope),
    )  # fmt: skip
    ShopOrder.objects.filter(pk=order.pk).update(is_held=True)
    order.is_held = True
    audit.record(
        actor=SYSTEM, action="incentives.hold_hold", object_type="hold", object_id=made.pk, scope_code=scope,
        detail={"state": made.state, "reason": made.reason}, now=now,
    )  # fmt: skip
    happened = AwardHeld(str(made.public_id), made.reason, made.amount)
    publish(happened, subject_id=actor.subject_id, scope_code=scope, now=now)
    return made
