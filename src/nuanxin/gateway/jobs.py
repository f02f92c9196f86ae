"""Sending outside, comparing, and forgetting."""

from datetime import datetime, timedelta
from functools import partial

from nuanxin.gateway.services.exchanging import send_exchange_until_done
from nuanxin.gateway.services.lines import in_background
from nuanxin.gateway.services.posting import forget_webhooks, send_until_done
from nuanxin.gateway.services.reconciling import reconcile_due
from nuanxin.gateway.services.taking import forget_incoming, pull_changes
from nuanxin.kernel.scheduler import periodic


@periodic(every=timedelta(seconds=1))
def send_webhooks(now: datetime) -> None:
    """Wake the thread that sends webhooks."""
    in_background("webhooks", partial(send_until_done, now=now))


@periodic(every=timedelta(seconds=2))
def send_exchange(now: datetime) -> None:
    """Wake the thread that tells the city's platforms of our cases."""
    in_background("exchange", partial(send_exchange_until_done, now=now))


@periodic(every=timedelta(minutes=10))
def pull_exchange(now: datetime) -> None:
    """Ask platforms that cannot push what has changed."""
    in_background("exchange-pull", partial(pull_changes, now=now))


@periodic(every=timedelta(hours=1))
def reconcile_exchange(now: datetime) -> None:
    """Compare both sides' lists once a day; asked every hour so that a missed day is made up for."""
    in_background("exchange-reconcile", partial(reconcile_due, now=now))


@periodic(every=timedelta(days=1))
def forget_gateway_logs(now: datetime) -> None:
    """Delete old logs of webhooks, replaced secrets, used signatures and what platforms told a year ago."""
    forget_webhooks(now=now)
    forget_incoming(now=now)
