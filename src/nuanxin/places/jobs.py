"""Periodic work of this context."""

from datetime import datetime, timedelta

from nuanxin.kernel.scheduler import periodic
from nuanxin.places.services import forget_passers, remind_borrowers, watch_stock


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
