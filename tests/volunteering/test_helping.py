"""Needs meet people: by what they said themselves, never at peak hours, no without consequence."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import Invalid, NotFound
from nuanxin.kernel.events.models import Event
from nuanxin.places.services.warning import publish_warning
from nuanxin.volunteering.models import HelpOffer, HelpRequest, SignUp, VolunteerProfile
from nuanxin.volunteering.queries.assigning import assigned
from nuanxin.volunteering.queries.eligibility import in_the_way
from nuanxin.volunteering.queries.matching import areas_around, fits_for, free_bits, why_words
from nuanxin.volunteering.services import matching
from nuanxin.volunteering.services.matching import NeedData, ProfileData
from tests.factories.served import make_shift
from tests.factories.town import COMMUNITY, FAR_COMMUNITY, STREET

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 9, 15, 15, 0, tzinfo=SHANGHAI)  # a Tuesday, not a peak
EVENING = datetime(2026, 9, 17, 19, 0, tzinfo=SHANGHAI)  # Thursday
ALWAYS = 2**21 - 1


def open_to(town, key, *, areas=(COMMUNITY,), skills=(), free=ALWAYS):
    data = ProfileData(is_open=True, areas=tuple(areas), skills=tuple(skills), free=free)
    return matching.save_profile(actor=town[key], data=data, now=NOW)


def in_shift(town, begins, hours):
    shift = make_shift(town.organisations["community"], begins, begins + timedelta(hours=hours))
    SignUp.objects.create(
        shift=shift,
        person=town.persons["worker"],
        state="confirmed",
        state_since=NOW,
        asked_at=NOW,
        key=uuid4(),
    )


def asked(
    town, *, wanted=1, skill="", scope_code=COMMUNITY, now=NOW, starts_at=EVENING, key=None, kind="patrol"
):
    data = NeedData(
        kind=kind, title="夜市走一圈", note="", scope_code=scope_code, starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2), wanted=wanted, skill=skill,
    )  # fmt: skip
    return matching.ask_for_help(actor=town["community"], data=data, key=key or uuid4(), now=now)


def offers(need):
    return {each.person.pk: each for each in HelpOffer.objects.filter(request=need).select_related("person")}


@given(st.lists(st.lists(st.none() | st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=5))
def test_nobody_is_put_where_nobody_fits_and_nobody_twice(costs):
    pairs = assigned([[None if each is None else float(each) for each in row] for row in costs])
    assert len({row for row, _column in pairs}) == len({column for _row, column in pairs}) == len(pairs)
    assert all(costs[row][column] is not None for row, column in pairs)


def test_the_parts_of_the_week_a_time_touches():
    assert free_bits(EVENING, EVENING + timedelta(hours=1)) == 1 << (3 * 3 + 2)
    afternoon = EVENING.replace(hour=17, minute=30)
    assert free_bits(afternoon, afternoon + timedelta(hours=1)) == (1 << 10) | (1 << 11)


def test_an_area_lies_in_the_areas_above_it():
    assert areas_around(COMMUNITY) == ["990101000000", STREET, COMMUNITY]
    assert areas_around(STREET) == ["990101000000", STREET]


class TestFinding:
    def test_by_area_time_and_skill(self, town):
        open_to(town, "worker", skills=["first_aid"])
        open_to(town, "other_worker", areas=[FAR_COMMUNITY])
        open_to(town, "resident", free=1)
        need = asked(town, wanted=3)
        assert [each.person_id for each in fits_for(need, NOW)] == [town.persons["worker"].pk]
        skilled = asked(town, skill="sign_language")
        assert fits_for(skilled, NOW) == []
        assert matching.look_for_helpers(now=NOW) == 1
        [offer] = offers(need).values()
        words = why_words(offer.why)
        assert "您说过愿意在这一片帮忙" in words
        assert "最近一周没有找过您" in words
        told = Event.objects.get(name="volunteering.HelpOffered")
        assert told.subject_id == town["worker"].subject_id

    def test_nobody_who_did_not_say_so(self, town):
        open_to(town, "worker")
        data = ProfileData(is_open=False, areas=(COMMUNITY,), skills=(), free=ALWAYS)
        matching.save_profile(actor=town["worker"], data=data, now=NOW)
        assert fits_for(asked(town), NOW) == []
        assert VolunteerProfile.objects.get().free == ALWAYS

    def test_not_at_peak_hours(self, town):
        open_to(town, "worker")
        noon = NOW.replace(hour=11, minute=30)
        need = asked(town, now=noon)
        assert matching.look_for_helpers(now=noon) == 0
        assert need.look_at > noon
        assert matching.look_for_helpers(now=need.look_at) == 1

    def test_nobody_is_asked_out_on_a_patrol_in_the_heat(self, town):
        open_to(town, "worker")
        over = NOW + timedelta(hours=2)
        publish_warning(actor=SYSTEM, scope_code=STREET, kind="heat", starts_at=NOW, ends_at=over, now=NOW)
        need, indoors = asked(town), asked(town, kind="help", starts_at=EVENING + timedelta(days=1))
        assert matching.look_for_helpers(now=NOW) == 1
        assert (len(offers(need)), len(offers(indoors))) == (0, 1)
        need.refresh_from_db()
        assert need.look_at >= over
        HelpOffer.objects.all().delete()
        assert matching.look_for_helpers(now=need.look_at) == 1

    @pytest.mark.parametrize(
        ("begins", "hours", "is_asked"),
        [
            (EVENING - timedelta(hours=1), 2, False),  # at the same time
            (EVENING + timedelta(hours=9), 2, False),  # seven hours of a night between
            (EVENING + timedelta(hours=11), 2, True),
            (EVENING - timedelta(hours=11), 11, False),  # thirteen hours on one day
            (EVENING - timedelta(hours=6), 2, True),
        ],
    )
    def test_nobody_who_would_not_come_to_rest(self, town, begins, hours, is_asked):
        open_to(town, "worker")
        in_shift(town, begins, hours)
        assert bool(fits_for(asked(town), NOW)) is is_asked

    def test_nobody_who_has_enough_of_it_that_week(self, town, settings):
        open_to(town, "worker")
        need = asked(town)
        settings.NUANXIN_VOLUNTEER_WEEK_HOURS = 9
        in_shift(town, EVENING - timedelta(days=3), 8)
        assert fits_for(need, NOW) == []
        settings.NUANXIN_VOLUNTEER_WEEK_HOURS = 20
        assert fits_for(need, NOW)
        for day in (-2, -1, 2):
            in_shift(town, EVENING + timedelta(days=day), 1)
        assert fits_for(need, NOW) == []  # four times are enough

    def test_two_needs_do_not_ask_the_same_one(self, town):
        open_to(town, "worker")
        open_to(town, "other_worker")
        first, second = asked(town), asked(town)
        assert matching.look_for_helpers(now=NOW) == 2
        assert set(offers(first)) | set(offers(second)) == {
            town.persons["worker"].pk, town.persons["other_worker"].pk,
        }  # fmt: skip
        assert matching.look_for_helpers(now=NOW) == 0


class TestAnswering:
    def test_yes_fills_it_and_a_no_later_opens_it_again(self, town):
        open_to(town, "worker")
        need = asked(town)
        matching.look_for_helpers(now=NOW)
        [offer] = offers(need).values()
        given = {"public_id": offer.public_id, "now": NOW}
        with pytest.raises(NotFound):
            matching.answer_offer(actor=town["other_worker"], comes=True, **given)
        matching.answer_offer(actor=town["worker"], comes=True, **given)
        assert matching.answer_offer(actor=town["worker"], comes=True, **given).state == "accepted"
        need.refresh_from_db()
        assert need.state == "filled"
        open_to(town, "other_worker")
        matching.answer_offer(actor=town["worker"], comes=False, **given)
        assert matching.look_for_helpers(now=NOW) == 1
        assert town.persons["other_worker"].pk in offers(need)

    def test_who_has_promised_the_time_meanwhile_cannot_say_yes(self, town):
        open_to(town, "worker")
        need = asked(town)
        matching.look_for_helpers(now=NOW)
        [offer] = offers(need).values()
        in_shift(town, EVENING, 1)
        given = {"actor": town["worker"], "public_id": offer.public_id, "now": NOW}
        with pytest.raises(matching.BusyThen):
            matching.answer_offer(comes=True, **given)
        SignUp.objects.all().delete()
        assert matching.answer_offer(comes=True, **given).state == "accepted"

    @pytest.mark.parametrize(
        ("later", "said"),
        [(timedelta(), "答应了去"), (timedelta(hours=9), "歇不过来"), (timedelta(hours=12), "")],
    )
    def test_who_has_said_yes_signs_up_for_nothing_that_does_not_fit(self, town, later, said):
        open_to(town, "worker")
        need = asked(town)
        matching.look_for_helpers(now=NOW)
        [offer] = offers(need).values()
        given = {"actor": town["worker"], "public_id": offer.public_id, "now": NOW}
        matching.answer_offer(comes=True, **given)
        begins = EVENING + later
        shift = make_shift(town.organisations["community"], begins, begins + timedelta(hours=2))
        found = in_the_way(town.persons["worker"].pk, shift)
        assert said in str(found.why) if said else found is None
        matching.answer_offer(comes=False, **given)
        assert in_the_way(town.persons["worker"].pk, shift) is None

    def test_no_has_no_consequence(self, town):
        open_to(town, "worker")
        need = asked(town)
        matching.look_for_helpers(now=NOW)
        [offer] = offers(need).values()
        matching.answer_offer(actor=town["worker"], public_id=offer.public_id, comes=False, now=NOW)
        again = asked(town, starts_at=EVENING + timedelta(days=14))
        assert [each.person_id for each in fits_for(again, NOW)] == [town.persons["worker"].pk]

    def test_what_nobody_answers_lapses(self, town):
        open_to(town, "worker")
        need = asked(town)
        matching.look_for_helpers(now=NOW)
        assert matching.end_needs(now=NOW + timedelta(hours=13)) == 1
        [offer] = offers(need).values()
        with pytest.raises(matching.AnswerLate):
            matching.answer_offer(actor=town["worker"], public_id=offer.public_id, comes=True, now=EVENING)
        matching.end_needs(now=EVENING + timedelta(hours=3))
        need.refresh_from_db()
        assert need.state == "over"


def test_a_need_says_what_is_missing_and_is_one_for_one_key(town):
    key = uuid4()
    assert asked(town, key=key) == asked(town, key=key)
    assert HelpRequest.objects.count() == 1
    for other in ({"scope_code": FAR_COMMUNITY}, {"wanted": 0}, {"skill": "juggling"}, {"starts_at": NOW}):
        with pytest.raises(Invalid):
            asked(town, **other)
