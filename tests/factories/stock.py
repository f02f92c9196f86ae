"""Shelves of places: what is kept, received and taken, through the services that the product uses."""

from datetime import date, timedelta
from uuid import uuid4

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.events.models import Event
from nuanxin.places import services
from nuanxin.places.queries import stock
from nuanxin.places.services import Delivery
from tests.factories import people
from tests.factories.places import place
from tests.factories.territories import NOW

DAY = timedelta(days=1)
TODAY = date(2026, 3, 2)
LATER, SOON, OVER = date(2027, 3, 1), date(2026, 3, 20), date(2026, 3, 1)


def kept(minimum=0, item="plaster", **given):
    made = place(**given)
    services.keep_stock(actor=SYSTEM, public_id=made.public_id, minimums={item: minimum}, now=NOW)
    return made


def receive(
    made, quantity=5, expires_on=LATER, *, item="plaster", actor=SYSTEM, key=None, now=NOW, source=""
):
    return services.receive_stock(
        actor=actor, public_id=made.public_id, item=item, delivery=Delivery(quantity, expires_on, source),
        key=key or uuid4(), now=now,
    )  # fmt: skip


def take(made, quantity=1, *, item="plaster", actor=SYSTEM, key=None, now=NOW):
    return services.take_out(
        actor=actor, public_id=made.public_id, item=item, quantity=quantity, key=key or uuid4(), now=now
    )


def held(made, now=NOW):
    return stock.stock_of(made, now=now)[0]


def happened(name):
    return list(Event.objects.filter(name=f"places.{name}").order_by("pk").values_list("payload", flat=True))


def actor_of(role, **where):
    return people.actor(people.staff(role, **where))
