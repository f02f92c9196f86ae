"""Many rows at once are the rows that the models would have written."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from nuanxin.incentives.models import Account, Deed, Lot
from nuanxin.kernel.loading import insert_rows, take_ids

AT = datetime(2026, 9, 15, 1, 2, 3, 456, tzinfo=UTC)
ANN = UUID(int=1)
DEED = ("name", "source", "subject_id", "at", "facts", "rule")


@pytest.mark.django_db
def test_each_value_comes_back_as_it_was():
    Account.objects.create(subject_id=ANN)
    rows = [
        ("a.Happened", "1", ANN, AT, '{"minutes": 90, "word": "一\\t二"}', ""),
        ("a.Happened", "2", None, AT, "{}", "r"),
    ]
    insert_rows(Deed, DEED, rows)
    first, second = Deed.objects.order_by("source")
    assert (first.subject_id, first.at, first.facts) == (ANN, AT, {"minutes": 90, "word": "一\t二"})
    assert (second.subject_id, second.facts, second.rule) == (None, {}, "r")
    Account.objects.filter(pk=ANN).update(head=bytes(range(32)))
    assert bytes(Account.objects.get(pk=ANN).head) == bytes(range(32))


@pytest.mark.django_db
def test_ids_are_nobody_elses_and_constraints_hold():
    Account.objects.create(subject_id=ANN)
    insert_rows(Deed, DEED, [("a.Happened", "1", ANN, AT, "{}", "")])
    deed = Deed.objects.get()
    ids = take_ids(Lot, 3)
    assert ids == sorted(set(ids))
    names = (
        "id",
        "account_id",
        "number",
        "deed_id",
        "rule",
        "amount",
        "remaining",
        "expired",
        "expires_at",
        "reminded",
    )
    insert_rows(Lot, names, [(key, ANN, 1, deed.pk, "", 2, 2, 0, AT, 0) for key in ids])
    made = Lot.objects.create(account_id=ANN, number=2, deed=deed, amount=1, remaining=1, expires_at=AT)
    assert made.pk > max(ids)
    assert Lot.objects.filter(pk__in=ids, expires_at=AT).count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Deed, DEED, [("a.Happened", "1", ANN, AT, "{}", "")])
