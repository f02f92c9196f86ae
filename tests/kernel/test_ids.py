"""Keys for the outside and numbers for people: `kernel.ids`."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from nuanxin.kernel import ids
from nuanxin.kernel.ids import BLOCK_SIZE, Serial, next_serial, uuid7


@pytest.fixture(autouse=True)
def no_blocks(monkeypatch):
    monkeypatch.setattr(ids, "_blocks", {})


def test_uuid7_is_a_standard_uuid_of_version_7_in_order_of_time():
    keys = [uuid7() for _ in range(1000)]
    assert {key.version for key in keys} == {7}
    assert len(set(keys)) == 1000
    milliseconds = [key.int >> 80 for key in keys]
    assert milliseconds == sorted(milliseconds)


@pytest.mark.django_db
def test_series_start_at_one_and_do_not_mix():
    assert [next_serial("a") for _ in range(3)] == [1, 2, 3]
    assert next_serial("b") == 1


@pytest.mark.django_db(transaction=True)
def test_a_number_taken_in_a_transaction_goes_back_with_it():
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012  -- the cause fails after taking
        assert next_serial("case") == 1
        raise RuntimeError
    with transaction.atomic():
        assert next_serial("case") == 1


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_a_block_is_taken_at_once(django_assert_num_queries):
    assert next_serial("case") == 1
    assert Serial.objects.get().next_value == BLOCK_SIZE + 1
    with django_assert_num_queries(0):
        assert [next_serial("case") for _ in range(BLOCK_SIZE - 1)] == list(range(2, BLOCK_SIZE + 1))
    assert next_serial("case") == BLOCK_SIZE + 1


@pytest.mark.django_db(transaction=True)
def test_blocks_and_single_numbers_never_meet():
    outside = [next_serial("case") for _ in range(3)]
    with transaction.atomic():
        inside = [next_serial("case") for _ in range(3)]
    outside += [next_serial("case") for _ in range(BLOCK_SIZE)]
    assert len(set(outside + inside)) == len(outside + inside)


@pytest.mark.django_db(transaction=True)
def test_a_child_process_does_not_share_its_parents_block(monkeypatch):
    parent = next_serial("case")
    monkeypatch.setattr(ids.os, "getpid", lambda: -1)
    assert next_serial("case") == parent + BLOCK_SIZE


@pytest.mark.django_db(transaction=True)
def test_threads_get_different_numbers():
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads cannot share SQLite's memory")
    barrier = threading.Barrier(8)

    def take(number):
        barrier.wait()
        try:
            if number % 2:
                return [next_serial("case") for _ in range(150)]
            with transaction.atomic():
                return [next_serial("case") for _ in range(20)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = [number for taken in pool.map(take, range(8)) for number in taken]
    assert len(set(numbers)) == len(numbers) == 4 * 150 + 4 * 20
