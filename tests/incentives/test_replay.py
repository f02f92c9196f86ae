"""The journal tells everything: dropped and told again, the ledger is the same to the point."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.db import connection, transaction
from django.db.models import F

from nuanxin.cases import services as cases
from nuanxin.cases.events import CaseClosed
from nuanxin.cases.services import Draft, Photo
from nuanxin.cli.main import main
from nuanxin.incentives import subscribers
from nuanxin.incentives.models import (
    Account,
    Draw,
    Hold,
    Honour,
    HoursEntry,
    Lot,
    Mention,
    Posting,
    ShopOrder,
    StarApplication,
    guard,
)
from nuanxin.incentives.queries.ledger import balance_of
from nuanxin.incentives.services import holds, ledger, replaying, stars
from nuanxin.kernel.events import Envelope, drain
from nuanxin.kernel.files.accept import accept_image
from nuanxin.people.services import erase_me
from nuanxin.volunteering.events import HoursCorrected, HoursRecorded
from tests.factories import shops as make
from tests.factories.fixtures import jpeg
from tests.factories.honours import awarded, displayed, served
from tests.factories.territories import NOW
from tests.factories.town import LAT, LNG, build_town
from tests.incentives.test_ledger import ANN, BEN, DAY, assert_sound, give, numbers, take

MINUTE = timedelta(minutes=1)


def heard(subject_id=ANN, at=NOW):
    return Envelope(uuid4(), subject_id, "640402001001", at)


def hours(record="r1", minutes=90, quality=100, *, of=ANN, at=NOW):
    happened = HoursRecorded(record, minutes, quality, "patrol", "", "", "2026-09-15")
    subscribers.hours_recorded(happened, heard(of, at))


def everything():
    return [
        list(model.objects.order_by(*order).values_list(*names))
        for model, order, names in (
            (Account, ["subject_id"], ["subject_id", "points", "held", "owed", "growth", "count"]),
            (Posting, ["id"], ["id", "account_id", "number", "amount", "kind", "because", "at"]),
            (
                Lot,
                ["account_id", "number", "id"],
                ["account_id", "number", "remaining", "expired", "expires_at"],
            ),
            (Draw, ["account_id", "number", "amount"], ["account_id", "number", "amount"]),
        )
    ]


def lived():
    """A bit of everything, for two people."""
    hours()
    hours("r2", 615, 120, at=NOW + DAY)
    subscribers.hours_corrected(HoursCorrected("r1", 90, 100, 30, 80, "late"), heard(at=NOW + 2 * DAY))
    posting = give(50, "big", now=NOW + 2 * DAY)
    take(30, now=NOW + 3 * DAY)
    ledger.refund(source="s", amount=7, part="1", now=NOW + 4 * DAY)
    ledger.hold(posting_id=posting.pk, because="review", now=NOW + 5 * DAY)
    ledger.release(posting_id=posting.pk, because="review", now=NOW + 6 * DAY)
    hours("r3", 120, of=BEN)
    take(15, "t", of=BEN, now=NOW + DAY)
    first = Posting.objects.filter(account=BEN).order_by("number").first()
    assert ledger.reverse(posting_id=first.pk, because="mistake", now=NOW + 2 * DAY) == 15
    ledger.expire_lots(now=NOW + timedelta(days=800))


@pytest.mark.django_db
def test_hours_are_whole_minutes_times_quality_rounded_down():
    hours(minutes=89, quality=80)  # 89 × 10 × 0.8 / 60 = 11.87
    assert numbers() == (11, 0, 0, 11)
    hours("r2", 720, 120, at=NOW + timedelta(hours=1))  # 144, but 100 a day
    assert numbers() == (100, 0, 0, 100)


@pytest.mark.django_db
def test_corrected_hours_are_taken_back_and_given_anew():
    hours(minutes=120)
    take(18)
    correct = HoursCorrected("r1", 120, 100, 60, 100, "late")
    subscribers.hours_corrected(correct, heard(at=NOW + DAY))
    assert numbers() == (0, 0, 8, 10)
    subscribers.hours_corrected(replace(correct, minutes=180), heard(at=NOW + 2 * DAY))
    assert numbers() == (12, 0, 0, 30)
    assert_sound()


@pytest.mark.django_db
@pytest.mark.parametrize("later", [timedelta(hours=1), DAY])
def test_corrected_hours_stay_within_the_caps_of_their_own_day_and_take_nothing_from_another(later):
    hours("other", 60, at=NOW)
    hours(minutes=600, at=NOW + timedelta(minutes=5))
    hours("next", 60, at=NOW + DAY)
    assert numbers()[0] == 110  # a hundred of the first day, ten of the next
    correct = HoursCorrected("r1", 600, 100, 500, 100, "late")
    subscribers.hours_corrected(correct, heard(at=NOW + later))
    assert numbers()[0] == 10 + 83 + 10
    subscribers.hours_corrected(replace(correct, minutes=630), heard(at=NOW + later + timedelta(hours=1)))
    assert numbers()[0] == 100 + 10
    hours("last", 540, at=NOW + DAY + timedelta(hours=3))
    assert numbers()[0] == 200
    assert_sound()
    assert replaying.check_ledger().is_equal


@pytest.mark.django_db
def test_what_is_dropped_is_told_again_to_the_point():
    lived()
    assert_sound()
    assert replaying.check_ledger().is_equal
    before = everything()
    Account.objects.filter(pk=ANN).update(points=1)
    found = replaying.check_ledger()
    assert [(subject, what) for subject, what in found.first] == [(ANN, "account")]
    Draw.objects.all().delete()
    for model in (Lot, Posting, Account):
        model.objects.all()._raw_delete("default")
    assert replaying.check_ledger().differing == 2
    told = []
    replaying.rebuild_ledger(now=NOW, progress=lambda done, total: told.append((done, total)))
    guard.remove(connection)
    assert told[-1] == (replaying.check_ledger().deeds,) * 2
    after = everything()
    assert [row[1:] for row in after[1]] == sorted(
        (row[1:] for row in before[1]), key=lambda row: (row[0], row[1])
    )
    assert after[0] == before[0]
    assert after[2:] == before[2:]
    assert replaying.check_ledger().is_equal


@pytest.mark.django_db
def test_a_rebuild_keeps_the_ids_of_postings_and_leaves_the_sound_ones_alone():
    lived()
    before = everything()
    Posting.objects.filter(account=BEN, number=1).update(amount=1)
    done = replaying.rebuild_ledger(now=NOW)
    guard.remove(connection)
    assert (done.differing, everything()) == (1, before)


def replayed():
    return CliRunner().invoke(main, ["incentives", "replay", "--check"]).exit_code


def thanked(town):
    """Somebody who has all there is: points for cases, a held award, things fetched and given back, hours, honours."""
    worker, own = town["worker"], town["worker"].subject_id
    for number in range(2):  # the same picture twice
        draft = Draft(category="0302", text="井箅子翻了", lng=LNG + 0.002, lat=LAT + 0.002,
                      photos=(Photo("near", accept_image(jpeg())),))  # fmt: skip
        at = town.now + number * MINUTE
        case = cases.report_case(actor=worker, draft=draft, key=f"case-000{number}", now=at).case
    closed = CaseClosed(case.pk, case.number, "0302", "solved", 1, on_time=True)
    subscribers.case_closed(closed, heard(own, town.now + MINUTE))
    hours(minutes=600, of=own, at=town.now)
    served(town)
    posting = awarded(town, amount=20, now=town.now + 2 * MINUTE)
    assert holds.look_at_award(posting_id=posting.pk, case_number=case.number, now=town.now + 2 * MINUTE)
    thing = make.item(make.shop_at(lng=LNG + 0.002, lat=LAT + 0.002), points=30, now=town.now)
    for number in range(2):
        order = make.place_order(thing, worker, now=town.now + 3 * MINUTE)
        if number:
            make.shop_orders.cancel_order(actor=worker, public_id=order.public_id, now=town.now + 4 * MINUTE)
    stars.apply_for_star(actor=worker, shown_as="枫桥小王", now=town.now)
    displayed(town)


@pytest.mark.django_db
def test_whoever_is_erased_leaves_sums_that_are_told_again_to_the_point(settings, tmp_path):
    """By the whole erasure, of every context; and it is still seen when one of their rows is changed."""
    settings.MEDIA_ROOT = tmp_path / "media"
    town = build_town()
    lived()
    thanked(town)
    own = town["worker"].subject_id
    assert Mention.objects.filter(subject_id=own).exists()
    assert all(
        model.objects.filter(subject_id=own).exists() for model in (Hold, Honour, HoursEntry, StarApplication)
    )
    before, kept = balance_of(own), Posting.objects.filter(account=own).count()
    assert before.held == 20
    assert replayed() == 0
    erase_me(person=town.persons["worker"], now=town.now + 30 * DAY)
    drain(now=town.now + 30 * DAY)
    assert not Mention.objects.filter(subject_id=own).exists()
    assert not ShopOrder.objects.filter(person=town.persons["worker"]).exists()
    assert not any(
        model.objects.filter(subject_id=own).exists() for model in (Honour, HoursEntry, StarApplication)
    )
    assert Posting.objects.filter(account=own).count() >= kept
    assert replayed() == 0
    assert_sound()
    Posting.objects.filter(account=own, number=1).update(amount=F("amount") + 1)
    assert replayed() == 1
    Posting.objects.filter(account=own, number=1).update(amount=F("amount") - 1)
    assert replayed() == 0
    Posting.objects.filter(account=own).order_by("-number")[:1].get().delete()
    assert replayed() == 1


@pytest.mark.django_db
def test_the_command_says_so_by_its_exit_code():
    lived()
    assert CliRunner().invoke(main, ["incentives", "replay", "--check"]).exit_code == 0
    with transaction.atomic():
        Lot.objects.filter(account=ANN).update(reminded=7)  # no part of it
        assert CliRunner().invoke(main, ["incentives", "replay", "--check"]).exit_code == 0
        Account.objects.update(growth=1)
    result = CliRunner().invoke(main, ["incentives", "replay", "--check"])
    assert result.exit_code == 1
    assert "2 subjects differ" in result.output
    assert CliRunner().invoke(main, ["incentives", "replay"]).exit_code == 0
    guard.remove(connection)
    assert CliRunner().invoke(main, ["incentives", "replay", "--check"]).exit_code == 0
