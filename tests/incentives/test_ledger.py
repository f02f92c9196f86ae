"""Points: whatever happens in whatever order, a balance is the sum of its postings, and nothing is below nothing."""

import sqlite3
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuanxin.incentives.enums import PostingKind, Side
from nuanxin.incentives.models import Account, Deed, Draw, Lot, Posting, guard
from nuanxin.incentives.queries.ledger import balance_of, digest_of, lapsing, open_lots
from nuanxin.incentives.queries.statements import StatementFilters, all_lines, lines_of, totals_of
from nuanxin.incentives.services import ledger
from nuanxin.incentives.services.book import NotEnoughPoints, lapses_at
from nuanxin.kernel.errors import DomainError
from tests.factories.territories import NOW

DAY = timedelta(days=1)
ANN, BEN = UUID(int=1), UUID(int=2)


def give(amount, source="a", *, to=ANN, now=NOW, **more):
    return ledger.award(
        subject_id=to, amount=amount, rule=more.pop("rule", "thanks"), source=source, because="thanks", now=now, **more
    )  # fmt: skip


def take(amount, source="s", *, of=ANN, now=NOW):
    return ledger.spend(subject_id=of, amount=amount, source=source, now=now)


def numbers(subject_id=ANN):
    balance = balance_of(subject_id)
    return balance.points, balance.held, balance.owed, balance.growth


def assert_sound():
    """Every kept number is what the rows under it say."""
    for account in Account.objects.all():
        side, growth, head = Counter(), 0, bytes(32)
        for number, row in enumerate(Posting.objects.filter(account=account).order_by("number"), 1):
            side[row.debit] -= row.amount
            side[row.credit] += row.amount
            growth += row.amount * ((row.debit in ("issued", "team")) - (row.credit in ("issued", "team")))
            assert row.number == number
            head = digest_of(row, head)
            assert bytes(row.digest) == head
        assert bytes(account.head) == head
        assert (account.points, account.held, -account.owed) == (side["points"], side["held"], side["owed"])
        assert account.growth == growth
        told = totals_of(account.pk)  # what a sealed statement says
        assert (told["points"], told["held"], told["owed"], told["growth"]) == (
            account.points, account.held, account.owed, account.growth,
        )  # fmt: skip
        assert min(account.points, account.held, account.owed) >= 0
        assert not (account.owed and account.points)
        assert sum(Lot.objects.filter(account=account).values_list("remaining", flat=True)) == account.points
        assert sum(side.values()) == 0
    for lot in Lot.objects.all():
        drawn = sum(Draw.objects.filter(lot=lot).values_list("amount", flat=True))
        assert lot.remaining == lot.amount - drawn


@pytest.mark.django_db
def test_what_is_given_can_be_spent_and_comes_back():
    give(10)
    give(5, "b", now=NOW + DAY)
    take(12, now=NOW + 2 * DAY)
    assert numbers() == (3, 0, 0, 15)
    assert [lot.remaining for lot in open_lots(ANN)] == [3]  # the older went first
    ledger.refund(source="s", now=NOW + 3 * DAY)
    assert numbers() == (15, 0, 0, 15)
    assert_sound()


@pytest.mark.django_db
def test_the_same_call_again_is_the_same():
    first, second = give(10), give(10)
    assert first == second
    assert take(4) == take(4)
    ledger.refund(source="s", now=NOW)
    ledger.refund(source="s", now=NOW)
    assert ledger.reverse(posting_id=first.pk, because="mistake", now=NOW) == 0
    assert ledger.reverse(posting_id=first.pk, because="mistake", now=NOW) == 0
    assert numbers() == (0, 0, 0, 0)
    assert Deed.objects.count() == 4
    assert_sound()


@pytest.mark.django_db
def test_spent_and_taken_back_is_owed_and_paid_by_what_comes_next():
    posting = give(10)
    take(8)
    assert ledger.reverse(posting_id=posting.pk, because="mistake", now=NOW) == 8
    assert numbers() == (0, 0, 8, 0)
    with pytest.raises(NotEnoughPoints):
        take(1, "t")
    give(5, "b")
    assert numbers() == (0, 0, 3, 5)
    give(5, "c")
    assert numbers() == (2, 0, 0, 10)
    assert_sound()


@pytest.mark.django_db
def test_what_is_held_is_not_spent_and_is_taken_back_first():
    posting, _other = give(10), give(4, "b")
    assert ledger.hold(posting_id=posting.pk, because="review", now=NOW) == 10
    assert numbers() == (4, 10, 0, 14)
    with pytest.raises(NotEnoughPoints):
        take(5)
    assert ledger.release(posting_id=posting.pk, because="review", now=NOW + DAY) == 10
    assert ledger.hold(posting_id=posting.pk, because="review", now=NOW + DAY) == 10
    assert ledger.reverse(posting_id=posting.pk, because="review", now=NOW + DAY) == 0
    assert numbers() == (4, 0, 0, 4)
    assert_sound()


@pytest.mark.django_db
def test_what_lapses_leaves_growth_and_is_not_owed_twice():
    posting = give(10)
    late = lapses_at(NOW, 24)
    give(3, "b", now=late - DAY)
    assert lapsing(ANN, until=late) == 10
    take(4, now=late - DAY)
    assert ledger.expire_lots(now=late) == 1
    assert numbers() == (3, 0, 0, 13)
    assert ledger.expire_lots(now=late) == 0
    # Six have lapsed; of what is taken back only the four that were spent count, three of them are there.
    assert ledger.reverse(posting_id=posting.pk, because="mistake", now=late) == 1
    assert numbers() == (0, 0, 1, 3)
    assert_sound()


@pytest.mark.django_db
def test_a_spending_lets_what_is_due_lapse_first():
    give(10)
    with pytest.raises(NotEnoughPoints):
        take(1, now=lapses_at(NOW, 24))
    assert numbers() == (10, 0, 0, 10)  # nothing of it has happened


@pytest.mark.django_db
def test_what_comes_back_late_stays_thirty_days():
    give(10)
    late = lapses_at(NOW, 24)
    take(10, now=late - DAY)
    ledger.refund(source="s", now=late + DAY)
    lot = open_lots(ANN).get()
    assert timedelta(days=30) <= lot.expires_at - (late + DAY) <= timedelta(days=31)


@pytest.mark.django_db
def test_the_database_itself_refuses_a_debt_and_a_change():
    posting = give(10)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.update(points=-1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.filter(pk=posting.pk).update(amount=0)
    guard.install(connection)
    try:
        for rows in (Posting.objects.all(), Deed.objects.all()):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                rows._raw_delete(rows.db)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Posting.objects.update(amount=11)
    finally:
        guard.remove(connection)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["award", "spend", "refund", "reverse", "hold", "release", "expire", "part"]),
        st.integers(0, 3),
        st.integers(1, 12),
    ),
    max_size=24,
)


def step(name, which, amount, now):
    postings = list(Posting.objects.filter(account=ANN, kind=PostingKind.AWARD).order_by("number"))
    posting_id = postings[which % len(postings)].pk if postings else 0
    deeds = {
        "award": lambda: give(amount, f"a{now}", now=now, months=which),
        "spend": lambda: take(amount, f"s{which}", now=now),
        "refund": lambda: ledger.refund(source=f"s{which}", now=now),
        "part": lambda: ledger.refund(source=f"s{which}", now=now, amount=amount, part=str(amount)),
        "reverse": lambda: ledger.reverse(posting_id=posting_id, because="mistake", now=now),
        "hold": lambda: ledger.hold(posting_id=posting_id, because="review", now=now),
        "release": lambda: ledger.release(posting_id=posting_id, because="review", now=now),
        "expire": lambda: ledger.expire_lots(now=now),
    }
    deeds[name]()


@pytest.mark.django_db
@given(steps=STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_a_balance_is_the_sum_of_its_postings(steps):
    with transaction.atomic():
        for number, (name, which, amount) in enumerate(steps):
            try:
                with transaction.atomic():
                    step(name, which, amount, NOW + number * 9 * DAY)
            except DomainError as error:
                assert error.message  # noqa: PT017  -- any refusal, as long as it says something
            assert_sound()
        transaction.set_rollback(True)


def at_once(path, deeds):
    """Each in a thread with a connection of its own; of SQLite to a file, as a server has it."""
    gate = threading.Barrier(len(deeds))

    def one(deed):
        if path:
            connection.settings_dict = {**connection.settings_dict, "NAME": str(path)}
        try:
            connection.ensure_connection()
            gate.wait()
            return deed()
        except DomainError as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


@pytest.mark.django_db(transaction=True)
def test_eight_spend_the_last_points_at_once(tmp_path):
    give(20)
    path = None
    if connection.vendor == "sqlite":
        path = tmp_path / "race.sqlite3"
        with sqlite3.connect(path) as copy:
            connection.connection.backup(copy)
        copy.close()
    deeds = [lambda n=n: take(6, f"s{n}").kind for n in range(6)]
    deeds += [
        lambda: take(6, "s0").kind,
        lambda: give(1, "more").kind,
    ]  # the same press once more, and an award
    got = at_once(path, deeds)
    assert got.count("NotEnoughPoints") in (3, 4)

    def counted():
        assert_sound()
        return numbers(), Posting.objects.filter(debit=Side.POINTS).count()

    assert at_once(path, [counted]) == [((3, 0, 0, 21), 3)]
    fresh = [lambda n=n: give(1, f"first{n}", to=BEN).amount for n in range(8)]  # nobody has an account yet
    assert at_once(path, fresh) == [1] * 8
    assert at_once(path, [lambda: numbers(BEN)]) == [(8, 0, 0, 8)]


def test_a_lot_lapses_at_the_end_of_the_same_day():
    assert lapses_at(NOW, 24).date() == NOW.date().replace(
        year=NOW.year + 2
    )  # midnight in Shanghai is 16:00 before


@pytest.mark.django_db
def test_a_statement_goes_by_what_happened_not_by_when_it_was_heard():
    days = (3, 0, 2, 2, 1, 0)  # heard of in this order
    for number, day in enumerate(days, 1):
        give(number, f"g{number}", now=NOW + day * DAY)
    give(7, "g7", now=NOW + 2 * DAY - timedelta(hours=20))
    give(1, "b", to=BEN, now=NOW + 2 * DAY)
    said = [1, 4, 3, 7, 5, 6, 2]
    assert [line.posting.number for line in all_lines(ANN, StatementFilters())] == said
    walked, before, more = [], 0, True
    while more:
        lines, more = lines_of(ANN, StatementFilters(), before=before, most=2)
        walked += [line.posting.number for line in lines]
        before = walked[-1]
    assert walked == said
    assert lines_of(ANN, StatementFilters(), before=2) == ([], False)
