"""What stands on the shelves of the demo's stations: medicines, supplies, books. Some runs low or out of date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.places.services import Delivery, add_book, keep_stock, receive_stock, take_out

if TYPE_CHECKING:
    from nuanxin.places.models import Place

# item, minimum, on the shelf, days until its date (0 for none), how many are taken
Row = tuple[str, int, int, int, int]
SHELF: tuple[Row, ...] = (
    ("plaster", 10, 24, 500, 3),
    ("iodophor", 2, 3, 300, 0),
    ("huoxiang", 6, 9, 20, 2),
    ("cooling_balm", 3, 4, 700, 2),
    ("burn_cream", 2, 3, 240, 0),
    ("heart_pills", 1, 1, 180, 0),
    ("salt_drink", 4, 6, 1, 0),
    ("drinking_water", 12, 36, 200, 5),
    ("raincoat", 5, 6, 0, 4),
    ("tyre_repair", 1, 2, 0, 0),
)
BOOKS = ("平凡的一天", "城市里的树", "从零学做饭", "电动车自己修", "读懂劳动合同", "山那边的海")


def fill_shelves(place: Place, *, now: datetime) -> None:
    """The station of the story: some of it runs low, some goes out of date on the first days."""
    put_on_shelf(place, SHELF, now=now)
    for title in BOOKS:
        add_book(
            actor=SYSTEM, public_id=place.public_id, title=title, author="", key=_key(place, title), now=now
        )


def put_on_shelf(place: Place, shelf: Iterable[Row], *, now: datetime) -> None:
    rows = list(shelf)
    minimums = {item: minimum for item, minimum, *_rest in rows}
    keep_stock(actor=SYSTEM, public_id=place.public_id, minimums=minimums, now=now)
    for item, _minimum, held, days, taken in rows:
        until = timezone.localdate(now) + timedelta(days=days) if days else None
        given: dict[str, Any] = {"actor": SYSTEM, "public_id": place.public_id, "item": item, "now": now}
        receive_stock(**given, delivery=Delivery(held, until, "区总工会"), key=_key(place, item))
        if taken:
            take_out(**given, quantity=taken, key=_key(place, item, "taken"))


def _key(place: Place, *words: str) -> UUID:
    return uuid5(NAMESPACE_URL, "/".join((place.name_zh, *words)))
