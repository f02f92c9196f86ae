"""Sixteen people redeem the same thing at the same moment, against bare writes of the same rows under the same locks.

Each redemption locks the item, keeps a piece of the lot that goes out of date first, writes order and movement, takes
the points by the ledger (deed, posting, draw, lot, account) and publishes. All of them wait for one item's row: what is
measured is how long a redemption holds it. Sixteen threads with a connection each, everybody with an account of their
own; bare: the very statements of one redemption with the two locks, prepared, over sixteen psycopg connections.
At the end nothing is sold that was not there, and every account has what is left of it.
"""

from __future__ import annotations

import secrets
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.db import connection
from django.utils import timezone

from benchmarks import raw
from nuanxin.incentives.models import Account, Lot, Posting, ShopItem, ShopLot, ShopOrder
from nuanxin.incentives.services.shop_orders import place_order
from nuanxin.kernel.access import Actor
from nuanxin.places.queries.codes import ALPHABET
from tests.factories import shops as make
from tests.factories import territories

CLIENTS = 16
EACH, WARM = 8, 2
ROUNDS = 3
LOCK_ITEM = "SELECT id FROM incentives_shopitem WHERE id = %s FOR NO KEY UPDATE"
LOCK_ACCOUNT = "SELECT points FROM incentives_account WHERE subject_id = %s FOR NO KEY UPDATE"
SET_COUNT = "UPDATE incentives_account SET count = %s WHERE subject_id = %s"
MARK = (
    500_000  # the captured account's postings are numbered from here, so that their numbers are known again
)


@dataclass(frozen=True, slots=True)
class Lane:
    """Whose account a bare connection writes to: the keys that take the place of the captured ones."""

    subject: UUID
    lot: int


def main() -> dict[str, Any]:
    territories.put_city()
    raw.set_sequences_apart()
    now = timezone.now()
    item = make.item(make.shop_at(now=now), points=1, stock=9000, now=now)
    riders = [make.rider(f"骑手{number}", points=5000, now=now) for number in range(2 * CLIENTS + 1)]
    captured, order, posting = _captured(item, riders.pop())
    ours, theirs = riders[:CLIENTS], riders[CLIENTS:]
    lanes = [_lane(each) for each in theirs]
    rates: dict[str, list[float]] = {"redeem": [], "raw": []}
    for turn in range(ROUNDS):
        rates["raw"].append(_bare(captured, item, order, posting, lanes))
        rates["redeem"].append(_race(item, ours))
        latest = ", ".join(f"{name} {each[-1]:.0f}" for name, each in rates.items())
        print(f"   {turn + 1}/{ROUNDS}: {latest} redemptions/s", file=sys.stderr)
    _assert_sound(item, ours)
    value, limit = statistics.median(rates["redeem"]), statistics.median(rates["raw"])
    return {
        "name": "redeem", "value": round(value, 1), "unit": "redemptions/s", "limit": round(limit, 1),
        "ratio": round(value / limit, 3), "clients": CLIENTS, "statements": len(captured.all),
        "writes": len(captured.writes),
    }  # fmt: skip


def _captured(item: ShopItem, rider: Actor) -> tuple[raw.Statements, ShopOrder, Posting]:
    """One redemption, the third of the same person."""
    Account.objects.filter(pk=rider.subject_id).update(count=MARK)
    statements = raw.capture(lambda: _redeem(item, rider))
    return statements, ShopOrder.objects.latest("pk"), Posting.objects.latest("pk")


def _redeem(item: ShopItem, rider: Actor) -> None:
    place_order(actor=rider, item_id=item.public_id, key=uuid4(), now=timezone.now())


def _lane(rider: Actor) -> Lane:
    subject = rider.subject_id
    assert subject is not None
    return Lane(subject, Lot.objects.filter(account=subject).latest("pk").pk)


def _race(item: ShopItem, riders: list[Actor]) -> float:
    def client(rider: Actor, ready: Barrier) -> None:
        try:
            for number in range(WARM + EACH):
                if number == WARM:
                    ready.wait()
                _redeem(item, rider)
        finally:
            connection.close()

    return _timed([lambda ready, each=each: client(each, ready) for each in riders])


def _bare(
    statements: raw.Statements, item: ShopItem, order: ShopOrder, posting: Posting, lanes: list[Lane]
) -> float:
    settings = {
        key: value
        for key, value in connection.get_connection_params().items()
        if key in ("host", "port", "dbname", "user", "password") and value
    }
    captured_lot = Lot.objects.filter(account=posting.account_id).latest("pk").pk

    def client(lane: Lane, ready: Barrier) -> None:
        numbers = count(Account.objects.get(pk=lane.subject).count + 1)
        connection.close()
        with psycopg.connect(**settings, autocommit=True) as bare, bare.cursor() as cursor:
            for done in range(WARM + EACH):
                if done == WARM:
                    ready.wait()
                number = next(numbers)
                theirs = {
                    posting.account_id: lane.subject, posting.number: number, order.number: _number(),
                    order.source: f"shop_order:{uuid4()}",
                }  # fmt: skip
                writes = [
                    (sql, [_instead(value, theirs) for value in params]) for sql, params in statements.writes
                ]
                with bare.transaction():
                    cursor.execute(LOCK_ITEM, [item.pk], prepare=True)
                    cursor.execute(LOCK_ACCOUNT, [lane.subject], prepare=True)
                    raw.once(cursor, writes, {captured_lot // raw.APART: lane.lot})
            cursor.execute(SET_COUNT, [number, lane.subject])

    return _timed([lambda ready, each=each: client(each, ready) for each in lanes])


def _instead(value: Any, theirs: dict[Any, Any]) -> Any:
    if isinstance(value, list):
        return [_instead(each, theirs) for each in value]
    if isinstance(value, (UUID, str)) or (isinstance(value, int) and value > MARK):
        return theirs.get(value, value)
    return value


def _number() -> str:
    return "".join(secrets.choice(ALPHABET) for _position in range(6))


def _timed(clients: list[Callable[[Barrier], None]]) -> float:
    """Redemptions a second, from when all of them are warm until the last one is done."""
    ready = Barrier(len(clients) + 1)
    with ThreadPoolExecutor(len(clients)) as pool:
        threads = [pool.submit(each, ready) for each in clients]
        ready.wait(60)
        start = time.perf_counter()
        for thread in threads:
            thread.result()
        return len(clients) * EACH / (time.perf_counter() - start)


def _assert_sound(item: ShopItem, riders: list[Actor]) -> None:
    """Of those who came by the service: as many pieces are kept as were paid for."""
    for each in riders:
        bought = ShopOrder.objects.filter(item=item, person=each.person_id).count()
        left = Account.objects.get(pk=each.subject_id).points
        if (bought, left) != (ROUNDS * (WARM + EACH), 5000 - bought):
            message = f"{bought} bought, {left} left"
            raise AssertionError(message)
    lot = ShopLot.objects.get(item=item)
    if lot.reserved > lot.balance:
        message = "sold more than there is"
        raise AssertionError(message)
