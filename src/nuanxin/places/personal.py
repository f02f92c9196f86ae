"""What somebody saved is personal; who keeps a place is an assignment, which belongs to `people`."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.privacy.register import columns, deletes, exempt, register
from nuanxin.kernel.privacy.wording import name_columns
from nuanxin.kernel.retention import Rows, expired, retain
from nuanxin.places.models import (
    Booking,
    BookingSlot,
    BookLoan,
    OfferRating,
    OpenDayVisitor,
    Redemption,
    SavedPlace,
    SceneObjection,
    Sighting,
    StockMovement,
    Voucher,
)
from nuanxin.places.queries.bookings import bookings_of
from nuanxin.places.queries.books import loans_of
from nuanxin.places.queries.vouchers import USES_KEPT, vouchers_of
from nuanxin.places.services.booking_rounds import (
    erase_bookings,
    forget_names,
    forget_slots,
    names_due,
    slots_due,
)
from nuanxin.places.services.carrying import carry_forward, movements_due
from nuanxin.places.services.lending import erase_loans, forget_loans, loans_over
from nuanxin.places.services.vouchers import erase_vouchers, forget_vouchers, vouchers_over

exempt(
    "places.Place", reason="the place's own public number; a personal mobile is refused when it is written"
)

# Who a passer-by is is not kept at all: digests under a day's salt, emptied when the day is over (`jobs.py`).
retain(
    Sighting,
    purpose=_("路过的人在门口点的（不记是谁）"),
    keeps=_("90 天"),
    of=expired(Sighting, "at", timedelta(days=90)),
)
retain(
    StockMovement,
    purpose=_("药品和物资的进出：只有样数和时间，不写谁拿的"),
    keeps=_("1 年，之后并成一个数"),
    of=Rows(movements_due, lambda now: carry_forward(now=now)),
)
register(
    SavedPlace,
    purpose=_("您存下的地方，好再找到"),
    fields={"place": "S2", "saved_at": "S1"},
    retention=_("到您去掉或注销为止"),
    erase=deletes(SavedPlace, "person_id"),
    export=columns(SavedPlace, "person_id", "place__name_zh", "saved_at"),
)
name_columns({"place__name_zh": _("地方"), "saved_at": _("什么时候存的")}, table="places.SavedPlace")
register(
    BookLoan,
    purpose=_("您在书角借了哪本、什么时候还"),
    fields={
        "book": "S1",
        "person": "S1",
        "lent_at": "S1",
        "due_on": "S1",
        "returned_at": "S1",
        "reminded_at": "S1",
    },
    retention=_("还书后 30 天"),
    erase=erase_loans,
    export=loans_of,
)
retain(
    BookLoan,
    purpose=_("借书记录"),
    keeps=_("还书后 30 天"),
    of=Rows(loans_over, lambda now: forget_loans(now=now)),
)
name_columns(
    {
        "book__title": _("书名"),
        "book__place__name_zh": _("书角"),
        "lent_at": _("借书时间"),
        "due_on": _("应还日"),
        "returned_at": _("还书时间"),
    },
    table="places.BookLoan",
)
register(
    Voucher,
    purpose=_("您领的券：哪里的、用没用"),
    fields={
        "offer": "S2",  # that somebody may go to a clinic, never why
        "place": "S2",
        "person": "S1",
        "number": "S1",
        "taken_at": "S2",
        "used_at": "S2",
    },
    retention=_("用的那天以后 90 天"),
    erase=erase_vouchers,
    export=vouchers_of,
)
retain(
    Voucher,
    purpose=_("谁领了哪张券"),
    keeps=_("90 天，之后只剩次数"),
    of=Rows(vouchers_over, lambda now: forget_vouchers(now=now)),
)
retain(
    Redemption,
    purpose=_("商户、医院收了多少张券：只有次数和时间，不写谁、不写看什么病、去哪个科"),
    keeps=_("1 年"),
    of=expired(Redemption, "received_at", USES_KEPT),
)
retain(
    OfferRating,
    purpose=_("用过以后点的标签（不记是谁）"),
    keeps=_("1 年"),
    of=expired(OfferRating, "on", USES_KEPT),
)
name_columns(
    {
        "offer__name_zh": _("优惠"),
        "place__name_zh": _("地方"),
        "taken_at": _("领券时间"),
        "state": _("用没用"),
        "used_at": _("使用时间"),
    },
    table="places.Voucher",
)
register(
    Booking,
    purpose=_("您约了什么、什么时候、去没去；咨询一类的，工作人员只看到代号和时间"),
    fields={
        "slot": "S2",
        "person": "S2",
        "place": "S1",
        "state": "S1",
        "state_since": "S1",
        "asked_at": "S1",
        "held_until": "S1",
        "remind_at": "S1",
        "reason": "S1",
        "code": "S1",
        "number": "S1",
    },
    retention=_("30 天后不再知道是谁约的，保密的 7 天；只剩次数，400 天后删除"),
    erase=erase_bookings,
    export=bookings_of,
)
retain(
    Booking,
    purpose=_("谁约了服务"),
    keeps=_("约的时间过后 30 天，保密的服务 7 天；之后只是次数"),
    of=Rows(names_due, lambda now: forget_names(now=now)),
)
retain(
    BookingSlot,
    purpose=_("预约的次数：约满没有、来没来，不写是谁"),
    keeps=_("400 天"),
    of=Rows(slots_due, lambda now: forget_slots(now=now)),
)
name_columns(
    {
        "place__name_zh": _("地方"),
        "slot__bookable__item__name_zh": _("约的服务"),
        "slot__starts_at": _("约的时间"),
        "state": _("到哪一步"),
        "asked_at": _("什么时候约的"),
    },
    table="places.Booking",
)
register(
    OpenDayVisitor,
    purpose=_("您报名去看的开放日，好数人数、取消时告诉您"),
    fields={"day": "S1", "person": "S1", "signed_at": "S1", "looked": "S1"},
    retention=_("办完 30 天"),
    erase=deletes(OpenDayVisitor, "person_id"),
    export=columns(OpenDayVisitor, "person_id", "day__place__name_zh", "day__starts_at", "signed_at"),
)
retain(
    OpenDayVisitor,
    purpose=_("开放日的报名名单"),
    keeps=_("办完 30 天"),
    of=expired(OpenDayVisitor, "day__ends_at", timedelta(days=30)),
)
retain(
    SceneObjection,
    purpose=_("对公示的友好场景提的意见（不记是谁提的）"),
    keeps=_("1 年"),
    of=expired(SceneObjection, "at", timedelta(days=365)),
)
name_columns(
    {
        "day__place__name_zh": _("哪里的开放日"),
        "day__starts_at": _("什么时候"),
        "signed_at": _("报名时间"),
    },
    table="places.OpenDayVisitor",
)
