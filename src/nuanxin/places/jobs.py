"""Periodic work of this context."""

from datetime import datetime, timedelta

from nuanxin.kernel.scheduler import periodic
from nuanxin.places.services import (
    end_holds,
    end_queues,
    expire_vouchers,
    forget_passers,
    lapse_offers,
    remind_borrowers,
    remind_of_bookings,
    settle_past,
    watch_stock,
)
from nuanxin.places.services.open_days import close_forms, end_open_days
from nuanxin.places.services.scene_watching import watch_scenes


@periodic(every=timedelta(hours=1))
def forget_yesterdays_passers(now: datetime) -> None:
    """Nothing that tells passers-by apart outlives the day."""
    forget_passers(now=now)


@periodic(every=timedelta(hours=1))
def look_at_dates(now: datetime) -> None:
    """What goes out of date, or has: its keeper hears of it once, and what is then too little is asked for."""
    while watch_stock(now=now):
        pass


@periodic(every=timedelta(hours=6))
def remind_of_books(now: datetime) -> None:
    """A friendly word to whoever still has a book; nothing follows from it."""
    while remind_borrowers(now=now):
        pass


@periodic(every=timedelta(minutes=30))
def look_at_offers(now: datetime) -> None:
    """Vouchers that nobody used by midnight are free again; offers that have had their last day are over."""
    while expire_vouchers(now=now):
        pass
    while lapse_offers(now=now):
        pass


@periodic(every=timedelta(hours=1))
def look_at_plates(now: datetime) -> None:
    """Publicity that is over, plates that fall due, steps and appeals that are late; each is said once."""
    while watch_scenes(now=now):
        pass


@periodic(every=timedelta(hours=1))
def end_days(now: datetime) -> None:
    """Open-kitchen days whose hours are over, and those that take no more forms."""
    while end_open_days(now=now):
        pass
    while close_forms(now=now):
        pass


@periodic(every=timedelta(minutes=1))
def pass_on_held_places(now: datetime) -> None:
    """A held place that nobody took goes to the next; who waited in vain hears of it."""
    while end_holds(now=now):
        pass
    while end_queues(now=now):
        pass


@periodic(every=timedelta(minutes=5))
def remind_who_booked(now: datetime) -> None:
    """Once, and not while people ride."""
    while remind_of_bookings(now=now):
        pass


@periodic(every=timedelta(hours=1))
def settle_bookings(now: datetime) -> None:
    """What nobody has marked counts neither as come nor as missed."""
    while settle_past(now=now):
        pass
