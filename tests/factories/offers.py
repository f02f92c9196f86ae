"""Offers of places and the vouchers taken of them, through the services that the product uses."""

from uuid import uuid4

from nuanxin.kernel.access import SYSTEM
from nuanxin.places import services
from nuanxin.places.queries import codes
from nuanxin.places.services import OfferData, Taken
from tests.factories.territories import NOW


def data(name="骑手套餐八折", **given):
    given.setdefault("kind", "discount_meal")
    given.setdefault("name_en", "A fifth off rider meals")
    given.setdefault("value_kind", "percent")
    given.setdefault("value", 20)
    return OfferData(name_zh=name, **given)


def offer(place, *, is_confirmed=True, now=NOW, **given):
    made = services.propose_offer(
        actor=SYSTEM, public_id=place.public_id, data=data(**given), key=uuid4(), now=now
    )
    if is_confirmed:
        services.perform_offer(actor=SYSTEM, public_id=made.public_id, name="confirm", now=now)
        made.refresh_from_db()
    return made


def green_channel(place, **given):
    """As a hospital promises it."""
    return offer(
        place, name="就医绿色通道", kind="green_channel", name_en="Medical green channel", value=50,
        skips_registration=True, care=("outpatient", "emergency"), **given,
    )  # fmt: skip


def take(made, actor, *, key=None, now=NOW):
    return services.take_voucher(actor=actor, public_id=made.public_id, key=key or uuid4(), now=now)


def show(voucher, actor, *, now=NOW):
    return services.show_voucher(actor=actor, public_id=voucher.public_id, now=now)


def taken(code, *, at=NOW, key=None, device="phone-1"):
    return Taken(code=code, key=key or uuid4(), at=at, device=device)


def redeem(place, code, *, actor=SYSTEM, key=None, now=NOW):
    return services.redeem_voucher(
        actor=actor, public_id=place.public_id, taken=taken(code, at=now, key=key), now=now
    )


def sync(place, *rows, actor=SYSTEM, now=NOW):
    return services.sync_redemptions(actor=actor, public_id=place.public_id, taken=rows, now=now)


def forged(code):
    """The same fields under a signature that is not ours."""
    raw = bytearray(codes._bytes(code))
    raw[-1] ^= 1
    return codes._text(bytes(raw))
