"""What places gave somebody: vouchers used, services attended, books read. For nobody but them."""

from datetime import datetime

from django.db.models import Count, Q

from nuanxin.kernel.access import Actor
from nuanxin.kernel.worktime.weeks import week_begins
from nuanxin.places.enums import BookingState, VoucherState
from nuanxin.places.models import Booking, BookLoan, Voucher


def vouchers_used(actor: Actor, *, now: datetime) -> tuple[int, int]:
    """This week, and all that is still known; one statement."""
    rows = Voucher.objects.filter(person=actor.person_id, state=VoucherState.USED)
    told = rows.aggregate(week=Count("pk", filter=Q(used_at__gte=week_begins(now))), always=Count("pk"))
    return told["week"], told["always"]


def services_attended(actor: Actor, *, now: datetime) -> tuple[int, int]:
    rows = Booking.objects.filter(person=actor.person_id, state=BookingState.CAME)
    told = rows.aggregate(
        week=Count("pk", filter=Q(slot__starts_at__gte=week_begins(now))), always=Count("pk")
    )
    return told["week"], told["always"]


def books_borrowed(actor: Actor, *, now: datetime) -> tuple[int, int]:
    rows = BookLoan.objects.filter(person=actor.person_id)
    told = rows.aggregate(week=Count("pk", filter=Q(lent_at__gte=week_begins(now))), always=Count("pk"))
    return told["week"], told["always"]
