"""Periodic work of this context."""

from datetime import datetime, timedelta

from nuanxin.incentives.services.absences import watch_absences
from nuanxin.incentives.services.holds import watch_reviews
from nuanxin.incentives.services.honour_days import end_honour_days
from nuanxin.incentives.services.lapsing import remind_of_lapsing
from nuanxin.incentives.services.ledger import expire_lots
from nuanxin.incentives.services.ratings import rate_quarter
from nuanxin.incentives.services.shop_orders import expire_orders, remind_of_orders
from nuanxin.incentives.services.shop_stock import settle_dates, watch_shelves
from nuanxin.incentives.services.stars import grant_shown_stars
from nuanxin.kernel.scheduler import periodic


# --- Points ----------------------------------------------------------------------------------------------------------
@periodic(every=timedelta(hours=1))
def lapse_points(now: datetime) -> None:
    """Points of which two years are over lapse at midnight."""
    while expire_lots(now=now):
        pass


@periodic(every=timedelta(hours=6))
def remind_of_points(now: datetime) -> None:
    """Sixty, thirty and seven days before."""
    remind_of_lapsing(now=now)


# --- The volunteer supermarket ---------------------------------------------------------------------------------------
@periodic(every=timedelta(minutes=30))
def expire_what_nobody_fetched(now: datetime) -> None:
    """The piece is free again and the points are back; what is still to be fetched is said three days before."""
    while remind_of_orders(now=now):
        pass
    while expire_orders(now=now):
        pass


@periodic(every=timedelta(hours=1))
def look_at_shelves(now: datetime) -> None:
    """What goes out of date within the week is said once; what did so yesterday may have to be brought anew."""
    while watch_shelves(now=now):
        pass
    settle_dates(now=now)


# --- Stars, honours, held awards -------------------------------------------------------------------------------------
@periodic(every=timedelta(hours=1))
def end_publicity(now: datetime) -> None:
    """Stars whose publicity is over are granted; honours are said to whoever decides; a display that is over ends."""
    while grant_shown_stars(now=now):
        pass
    while end_honour_days(now=now):
        pass


@periodic(every=timedelta(hours=1))
def remind_reviewers(now: datetime) -> None:
    """Held awards and appeals that nobody has decided in their time."""
    while watch_reviews(now=now):
        pass
    while watch_absences(now=now):
        pass


@periodic(every=timedelta(hours=12))
def rate_workers(now: datetime) -> None:
    """Once a quarter for whoever agreed."""
    while rate_quarter(now=now):
        pass
