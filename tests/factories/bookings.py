"""Services that take bookings, through the services that the product uses."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.places import services
from nuanxin.places.models import BookingSlot
from nuanxin.places.queries.bookings import COUNTED
from nuanxin.places.services import BookingRules
from tests.factories import people
from tests.factories.places import place
from tests.factories.territories import NOW

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def at(hour, minute=0, days=0):
    """On the Monday of the fixtures, or so many days later."""
    local = timezone.localtime(NOW).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return local + days * DAY


def rules(**given):
    given.setdefault("hours", "Mo-Fr 09:00-12:00,14:00-17:00; PH off")
    given.setdefault("minutes", 60)
    return BookingRules(**given)


def booked_at(made, *, item="haircut", now=NOW, **given):
    """The service takes bookings at the place."""
    return services.set_booking_rules(
        actor=SYSTEM, public_id=made.public_id, item=item, rules=rules(**given), now=now
    )


def salon(**given):
    """A place where one books a haircut, and how."""
    made = place()
    return made, booked_at(made, **given)


def someone(name="王小强"):
    return people.actor(people.worker(name))


def book(made, actor, starts_at, *, item="haircut", key=None, now=NOW, wait=False):
    return services.book(
        actor=actor, public_id=made.public_id, item=item, starts_at=starts_at, key=key or uuid4(), now=now, wait=wait
    )  # fmt: skip


def assert_sound():
    """What is stored is what is counted, and never too many."""
    for slot in BookingSlot.objects.all():
        assert slot.taken == slot.bookings.filter(state__in=COUNTED).count() <= slot.capacity


def utc(text) -> datetime:
    return datetime.fromisoformat(text)
