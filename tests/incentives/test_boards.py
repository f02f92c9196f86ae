"""Boards: nobody is there who did not choose to; sums are kept award by award; a place is for its owner."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from nuanxin.incentives.models import BoardMember, BoardTally
from nuanxin.incentives.queries import boards as queries
from nuanxin.incentives.services import boards, ledger
from nuanxin.incentives.services.hearing_hours import Heard, correct_hours, hear_hours
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.events import drain
from nuanxin.people.services import erase_me
from nuanxin.people.services.consents import withdraw_consent
from nuanxin.volunteering.models import Activity, SignUp, Team
from nuanxin.volunteering.queries import check_codes
from nuanxin.volunteering.services.record_confirming import confirm_hours
from nuanxin.volunteering.services.records import check_in, check_out
from tests.factories import volunteers
from tests.factories.honours import awarded
from tests.factories.served import BEGINS, ENDS, make_shift
from tests.factories.town import DISTRICT, OTHER_STREET, START, STREET

pytestmark = pytest.mark.django_db
MONTH = "2026-09"


@pytest.fixture
def town(town_of):
    return town_of(START)


def earned(town, who, amount, source, group="report"):
    posting = awarded(town, who, amount=amount, source=source, group=group)
    drain(now=queries.counted_at(town.now))
    return posting


def names(**given):
    return [(row.place, row.nickname, row.points) for row in queries.board(period=MONTH, **given)]


def test_nobody_is_there_who_did_not_choose_to(town):
    earned(town, "worker", 10, "a")
    earned(town, "other_worker", 30, "b")
    assert names() == []
    assert queries.own_place(subject_id=town["worker"].subject_id, period=MONTH).points == 10
    boards.join_board(actor=town["worker"], nickname="枫桥小王", now=town.now)
    assert names() == [(1, "枫桥小王", 10)]
    earned(town, "worker", 5, "c", group="activity")
    assert names() == [(1, "枫桥小王", 15)]
    assert names(kind="service") == [(1, "枫桥小王", 5)]
    boards.leave_board(actor=town["worker"], now=town.now)
    boards.leave_board(actor=town["worker"], now=town.now)
    assert names() == []
    assert not BoardMember.objects.exists()
    assert queries.own_place(subject_id=town["worker"].subject_id, period=MONTH).points == 15


def test_a_board_does_not_move_when_a_case_is_closed_or_an_award_denied(town):
    """Who closes a case, or denies an award that waits, would read on the board whose it was."""
    boards.join_board(actor=town["worker"], nickname="枫桥小王", now=town.now)
    posting = awarded(town, now=town.now)
    drain(now=town.now + timedelta(hours=12))
    assert names() == names(kind="report") == []
    drain(now=queries.counted_at(town.now))
    assert names() == names(kind="report") == [(1, "枫桥小王", 10)]
    later = town.now + timedelta(days=1)
    ledger.reverse(posting_id=posting.pk, because="review_no", now=later)
    drain(now=later + timedelta(hours=12))
    assert names() == [(1, "枫桥小王", 10)]
    drain(now=queries.counted_at(later))
    assert names() == []


def test_of_an_account_that_went_nothing_is_written_again(town):
    awarded(town, now=town.now)
    erase_me(person=town.persons["worker"], now=town.now)
    drain(now=queries.counted_at(town.now))
    assert not BoardTally.objects.exists()


def test_withdrawing_the_consent_is_leaving(town):
    earned(town, "worker", 10, "a")
    boards.join_board(actor=town["worker"], nickname="枫桥小王", now=town.now)
    withdraw_consent(person=town.persons["worker"], purpose="points_board", now=town.now)
    assert names() == []


def test_the_same_points_are_the_same_place(town):
    for number, (who, points) in enumerate([("worker", 10), ("other_worker", 10), ("grid_part", 5)]):
        earned(town, who, points, f"s{number}")
        boards.join_board(actor=town[who], nickname=f"称呼{number}", now=town.now)
    assert [place for place, _name, _points in names()] == [1, 1, 3]
    own = queries.own_place(subject_id=town["grid_part"].subject_id, period=MONTH)
    assert (own.place, own.points) == (3, 5)


def test_by_area(town):
    earned(town, "worker", 10, "a")
    boards.join_board(actor=town["worker"], nickname="枫桥小王", now=town.now)
    assert len(names(within=STREET)) == len(names(within=DISTRICT)) == 1
    assert names(within=OTHER_STREET) == []


def test_an_event_counts_once_and_a_reversal_takes_it_back(town):
    posting = earned(town, "worker", 10, "a")
    event = uuid4()
    given = {"event": event, "posting_id": posting.pk, "amount": 7, "now": town.now}
    assert boards.count_points(**given)
    assert not boards.count_points(**given)
    assert BoardTally.objects.get(period="all", kind="all").points == 17
    ledger.reverse(posting_id=posting.pk, because="mistake", now=town.now)
    drain(now=queries.counted_at(town.now))
    assert BoardTally.objects.get(period="all", kind="all").points == 7


def test_orders_pay_and_likes_are_refused(town):
    for measure in ("orders", "pay", "likes", "study_time", "speed"):
        with pytest.raises(boards.NotRankable):
            boards.check_measure(measure)
    with pytest.raises(NotAllowed):
        boards.join_board(actor=town["dispatcher"], nickname="小李", now=town.now)
    with pytest.raises(Invalid):
        boards.join_board(actor=town["worker"], nickname="", now=town.now)


def test_teams_come_as_a_sum_and_not_of_one_or_two_people(town, django_assert_num_queries):
    made = volunteers.team(town)
    served_in(town, made, "worker", "worker", "worker", "other_worker")
    assert queries.team_board(period="all") == []
    (last,) = served_in(town, made, "resident")
    with django_assert_num_queries(2):
        (row,) = queries.team_board(period="2026-08", within=STREET)
    assert (row.place, row.name, row.hours) == (1, "枫林骑手志愿服务队", "10.00")
    assert queries.team_board(period="all", within=OTHER_STREET) == []
    Team.objects.update(scope_code=DISTRICT)  # one of the district serves in each street
    assert queries.team_board(period="all", within=OTHER_STREET) == queries.team_board(period="all")
    correct_hours(heard=Heard(uuid4(), town.now + timedelta(days=1)), record=last, minutes=0)
    assert queries.team_board(period="all") == []


def test_what_a_team_organised_and_was_confirmed_is_on_the_board(town):
    """All the way: an activity that the team organises, checked in, confirmed, heard of."""
    made = volunteers.team(town)
    shift = make_shift(made.organisation, title="夜市安全巡查")
    Activity.objects.filter(pk=shift.activity_id).update(team=None)
    for number, who in enumerate(("worker", "other_worker", "resident")):
        SignUp.objects.create(
            shift=shift,
            person=town.persons[who],
            state="confirmed",
            state_since=BEGINS,
            asked_at=BEGINS,
            key=uuid4(),
        )
        code = check_codes.pictured(shift.public_id, BEGINS)
        row = check_in(actor=town[who], code=code, now=BEGINS, device=f"phone-{number}")
        check_out(actor=town[who], public_id=row.public_id, now=ENDS)
        confirm_hours(actor=SYSTEM, records=[row.public_id], now=ENDS + timedelta(hours=1))
    drain(now=ENDS + timedelta(hours=2))
    (found,) = queries.team_board(period=MONTH, within=STREET)
    assert (found.name, found.hours) == ("枫林骑手志愿服务队", "6.00")


def served_in(town, team, *people):
    """Two hours each, in August."""
    rows = []
    for who in people:
        rows.append(uuid4())
        hear_hours(
            heard=Heard(uuid4(), town.now), record=rows[-1], subject_id=town[who].subject_id, minutes=120,
            served_on=date(2026, 8, 1), team=str(team.public_id),
        )  # fmt: skip
    return rows


def test_a_page_is_two_statements_however_many(town, django_assert_num_queries):
    for number, who in enumerate(("worker", "other_worker", "grid_part")):
        earned(town, who, 10 + number, f"s{number}")
        boards.join_board(actor=town[who], nickname=f"称呼{number}", now=town.now)
    with django_assert_num_queries(2):
        assert len(queries.board(period=MONTH, within=STREET)) == 3
    with django_assert_num_queries(3):
        queries.own_place(subject_id=town["worker"].subject_id, period=MONTH)
