"""Not coming after signing up: counted, said, and decided by a person; by default nothing follows."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from nuanxin.incentives.models import Absence, AbsenceReview
from nuanxin.incentives.queries import absences as queries
from nuanxin.incentives.services import absences, honour_catalogue, reviewing, stars
from nuanxin.kernel.errors import Invalid, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.privacy.register import Subject
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.volunteering.services import records
from nuanxin.volunteering.services.record_confirming import mark_absent
from tests.factories.desks import client_of
from tests.factories.honours import DAY, served
from tests.factories.served import ENDS, HOUR, build_served
from tests.factories.town import START

pytestmark = pytest.mark.django_db
LEVELS = {1: (100, 0), 2: (300, 0), 3: (600, 0), 4: (1000, 0), 5: (1500, 0)}


@pytest.fixture
def town(town_of):
    return town_of(START)


def policy(town, *, most=3, effect="pause", months=6):
    honour_catalogue.publish_scheme(
        actor=town["swd"], levels=LEVELS, publicity_days=5, most_no_shows=most, needs_balance=False, note="本地办法",
        no_show_effect=effect, pause_months=months, now=town.now,
    )  # fmt: skip


def absent(town, times=1, *, who="worker", year=2026, sign_up=None):
    for number in range(times):
        absences.hear_absence(
            sign_up=sign_up or uuid4(), subject_id=town[who].subject_id, on=date(year, 3, 1) + number * DAY,
            now=town.now,
        )  # fmt: skip


def decide(town, review, name, *, who="street_lead", opinion="看过记录", months=3, now=None):
    return absences.decide_absence(
        actor=town[who], public_id=review.public_id, name=name, opinion=opinion, months=months,
        now=now or town.now,
    )  # fmt: skip


def apply(town, now=None):
    return stars.apply_for_star(actor=town["worker"], shown_as="枫桥小王", now=now or town.now)


def noted(name):
    return Event.objects.filter(name=f"incentives.{name}")


def test_by_default_nothing_is_said_and_nothing_follows(town):
    absent(town, 9)
    served(town, hours=120)
    assert (AbsenceReview.objects.count(), noted("AbsenceNoted").count()) == (0, 0)
    assert apply(town).level == 1


def test_below_the_number_its_owner_hears_the_count_and_at_it_somebody_looks(town):
    policy(town)
    absent(town, 2)
    assert [each.payload["count"] for each in noted("AbsenceNoted").order_by("pk")] == [1, 2]
    assert AbsenceReview.objects.count() == 0
    absent(town)
    review = AbsenceReview.objects.get()
    assert (review.count, review.most, review.state) == (3, 3, "asked")
    assert noted("AbsenceAsked").get().subject_id == town["worker"].subject_id
    absent(town)
    assert AbsenceReview.objects.count() == 1  # once a year


def test_a_reminder_is_only_that(town):
    policy(town, effect="remind")
    absent(town, 5)
    assert (AbsenceReview.objects.count(), noted("AbsenceNoted").count()) == (0, 5)


def test_the_same_event_twice_another_year_and_another_person_do_not_add_up(town):
    policy(town)
    same = uuid4()
    absent(town, sign_up=same)
    absent(town, sign_up=same)
    absent(town, 2, year=2025)
    absent(town, 2, who="other_worker")
    assert queries.own_absences(town["worker"], now=town.now).count == 1
    assert AbsenceReview.objects.count() == 0


def test_until_somebody_has_decided_stars_go_on_and_while_they_wait_stars_stay(town):
    policy(town)
    served(town, hours=120)
    absent(town, 3)
    assert queries.paused_until(town["worker"].subject_id, now=town.now) is None
    review = absences.answer_absence(
        actor=town["worker"],
        public_id=AbsenceReview.objects.get().public_id,
        answer="车坏在路上",
        now=town.now,
    )
    with pytest.raises(IllegalMove):
        absences.answer_absence(
            actor=town["worker"], public_id=review.public_id, answer="又一次", now=town.now
        )
    for wrong in ({"opinion": " "}, {"months": 0}, {"months": 7}):
        with pytest.raises(Invalid):
            decide(town, review, "pause", **wrong)
    with pytest.raises(NotFound):
        decide(town, review, "pause", who="other_worker")
    decided = decide(town, review, "pause")
    assert decided.until == date(2026, 12, 15)
    with pytest.raises(stars.StarsWait):
        apply(town)
    assert apply(town, now=town.now + timedelta(days=92)).level == 1


def test_nobody_decides_about_themselves(town):
    policy(town)
    absent(town, 3, who="street_lead")
    review = AbsenceReview.objects.get()
    with pytest.raises(absences.OwnAbsence):
        decide(town, review, "keep")
    assert queries.listed_absences(town["street_lead"], tab="all") == ([], False)


def test_an_upheld_appeal_by_another_one_ends_it_at_once(town):
    policy(town)
    served(town, hours=120)
    absent(town, 3)
    review = decide(town, AbsenceReview.objects.get(), "pause")
    appeal = reviewing.file_appeal(
        actor=town["worker"], about="absence", target=review.public_id, reason="两次是活动取消", now=town.now
    )
    verdict = {"public_id": appeal.public_id, "is_upheld": True, "answer": "活动确实取消了", "now": town.now}
    with pytest.raises(reviewing.OwnDecision):
        reviewing.decide_appeal(actor=town["street_lead"], **verdict)
    reviewing.decide_appeal(actor=town["swd"], **verdict)
    review.refresh_from_db()
    assert (review.state, review.until) == ("kept", None)
    assert apply(town).level == 1


def test_late_is_said_once_and_an_erasure_leaves_a_count(town):
    policy(town)
    absent(town, 3)
    late = AbsenceReview.objects.get().due_at
    assert (absences.watch_absences(now=late), absences.watch_absences(now=late)) == (1, 0)
    own = town["worker"].subject_id
    absences.erase_absences(Subject(person_id=None, subject_id=own), now=late)
    assert AbsenceReview.objects.filter(subject_id=None, state="kept").count() == 1
    Absence.objects.all().delete()


def test_the_pages_say_it_and_the_desk_sees_nobody(town, django_assert_max_num_queries):
    policy(town)
    year = timezone.localdate().year
    absent(town, 2, year=year)
    worker, lead = client_of(town, "worker"), client_of(town, "street_lead")
    page = worker.get(reverse("incentives:own_stars")).content.decode()
    assert "2 次" in page
    assert "请人看" in page
    absent(town, year=year)
    review = AbsenceReview.objects.get()
    assert (
        worker.post(
            reverse("incentives:absence_answer", args=[review.public_id]), {"answer": "车坏了"}
        ).status_code
        == 302
    )
    with django_assert_max_num_queries(12):
        listed = lead.get(reverse("incentives:absences")).content.decode()
    assert "车坏了" in listed
    desk = reverse("incentives:absence", args=[review.public_id])
    shown = lead.get(desk).content.decode()
    assert town.persons["worker"].name not in listed + shown
    assert str(town["worker"].subject_id) not in listed + shown
    assert lead.post(desk, {"do": "pause", "opinion": "看过", "months": ""}).status_code == 422
    assert lead.post(desk, {"do": "pause", "opinion": "看过", "months": "2"}).status_code == 302
    assert "申诉" in worker.get(reverse("incentives:own_stars")).content.decode()
    file = lead.post(reverse("incentives:absence_export"), {"tab": "all", "form": "csv"})
    assert "车坏了" not in file.getvalue().decode()
    assert client_of(town, "platform").get(desk).status_code == 404


def test_what_volunteering_says_is_heard_and_taken_back_once_somebody_served_after_all(town):
    there = build_served(town)
    mark_absent(now=ENDS + 2 * HOUR, since=ENDS - DAY, until=ENDS + HOUR)
    drain(now=ENDS + 2 * HOUR)
    assert Absence.objects.filter(subject_id=town["other_worker"].subject_id).count() == 1
    place = there.places["other_worker"]
    row = records.admit(actor=there.leader, sign_up_id=place.public_id, now=ENDS + 3 * HOUR)
    assert absences.hear_coming(record=row.public_id) == 1
    assert not Absence.objects.filter(subject_id=town["other_worker"].subject_id).exists()
