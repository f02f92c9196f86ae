"""Keys: UUIDv7 for the outside, serials in blocks for numbers that people read (`domain.md` §9)."""

import os
import threading
import uuid
from dataclasses import dataclass

import uuid_utils
from django.db import connection, models, transaction
from django.db.models import F

BLOCK_SIZE = 100


def random_id() -> uuid.UUID:
    """For what is shown to people who must not learn when it was made: a UUIDv7 says it to the millisecond."""
    return uuid.uuid4()


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562) as the standard library's type."""
    return uuid.UUID(int=uuid_utils.uuid7().int)


class Serial(models.Model):
    """The next free number of a named series."""

    name = models.CharField(max_length=64, primary_key=True)
    next_value = models.BigIntegerField(default=1)

    class Meta:
        app_label = "kernel"


@dataclass
class _Block:
    next_value: int
    end: int


_blocks: dict[tuple[int, str, str], _Block] = {}
_lock = threading.Lock()


def next_serial(name: str) -> int:
    """The next number of the series, starting at 1. Numbers never repeat; gaps are allowed.

    Outside a transaction the process takes a block and hands it out from memory, so that reports do not queue for one
    row. Inside a transaction exactly one number is taken with it: a block that could be rolled back must not be kept.
    """
    if connection.in_atomic_block:
        return take_serials(name, 1)
    key = (os.getpid(), str(connection.settings_dict["NAME"]), name)  # a forked child shares no block
    with _lock:
        block = _blocks.get(key)
        if block is None or block.next_value >= block.end:
            start = take_serials(name, BLOCK_SIZE)
            block = _blocks[key] = _Block(start, start + BLOCK_SIZE)
        value = block.next_value
        block.next_value += 1
        return value


def take_serials(name: str, count: int) -> int:
    """The first of so many numbers in a row, taken in the caller's transaction."""
    with transaction.atomic():
        updated = Serial.objects.filter(name=name).update(next_value=F("next_value") + count)
        if not updated:
            Serial.objects.get_or_create(name=name)
            Serial.objects.filter(name=name).update(next_value=F("next_value") + count)
        return Serial.objects.values_list("next_value", flat=True).get(name=name) - count
