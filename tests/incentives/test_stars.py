"""Hours, stars, the worker rating and the tip-off register: four of six things that are never one number."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from nuanxin.cases import services as cases
from nuanxin.incentives.models import (
    HoursEntry,
    HoursTotal,
    Posting,
    StarApplication,
    TipOff,
    TipProgramme,
    WorkerRating,
)
from nuanxin.incentives.queries import ratings, tip_offs
from nuanxin.incentives.queries import stars as queries
from nuanxin.incentives.services import honour_catalogue, reviewing, stars
from nuanxin.incentives.services import ratings as rating_services
from nuanxin.incentives.services import tip_offs as tips
from nuanxin.incentives.services.hearing_hours import Heard, NotRecordedYet, correct_hours, hear_hours
from nuanxin.kernel.access import policy
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.people.services.consents import give_consent, withdraw_consent
from tests.factories.honours import DAY, served
from tests.factories.town import DISTRICT, LAT, LNG, START

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def town(town_of):
    return town_of(START)


def apply(town, *, now=None):
    return stars.apply_for_star(actor=town["worker"], shown_as="枫桥小王", now=now or town.now)


class TestHours:
    def test_one_event_is_heard_once_and_the_later_word_holds(self, town):
        own, record, heard = town["worker"].subject_id, uuid4(), Heard(uuid4(), town.now)
        given = {
            "record": record,
            "subject_id": own,
            "minutes": 125,
            "served_on": date(2026, 9, 1),
            "team": "",
        }
        assert hear_hours(heard=heard, **given)
        assert not hear_hours(heard=heard, **given)
        later = Heard(uuid4(), town.now + MINUTE)
        assert correct_hours(heard=later, record=record, minutes=60)
        assert not correct_hours(heard=heard, record=record, minutes=125)
        assert HoursTotal.objects.get().minutes == HoursEntry.objects.get().minutes == 60
        with pytest.raises(NotRecordedYet):
            correct_hours(heard=later, record=uuid4(), minutes=10)

    def test_what_is_shown_is_never_more_than_what_was_served(self):
        assert [queries.hours_shown(each) for each in (0, 59, 60, 125, 5999)] == [
            "0.00",
            "0.98",
            "1.00",
            "2.08",
            "99.98",
        ]


class TestApplying:
    def test_a_minute_too_few_is_not_enough(self, town):
        served(town, hours=99)
        with pytest.raises(stars.NotYet):
            apply(town)
        standing = queries.standing_of(town["worker"].subject_id)
        assert (standing.entitled, standing.missing_hours, standing.percent) == (0, "1", 99)

    def test_applied_checked_shown_five_working_days_granted(self, town):
        served(town, hours=310)
        star = apply(town)
        assert (star.level, star.state, apply(town).pk) == (2, "applied", star.pk)
        shown = stars.publicise_star(actor=town["street_lead"], public_id=star.public_id, now=town.now)
        # 16, 17, 18, the Sunday that is worked for the holiday, 21
        assert shown.publicity_until.astimezone(SHANGHAI).date() == date(2026, 9, 21)
        assert stars.grant_shown_stars(now=town.now + DAY) == 0
        after = shown.publicity_until + MINUTE
        assert stars.grant_shown_stars(now=after) == 1
        assert queries.level_of(town["worker"].subject_id) == 2
        assert stars.grant_shown_stars(now=after) == 0
        with pytest.raises(stars.NotYet):
            apply(town, now=after)

    def test_nobody_checks_their_own_and_strangers_see_nothing(self, town):
        served(town, "grid_part", hours=120)
        star = stars.apply_for_star(actor=town["grid_part"], shown_as="小王", now=town.now)
        with pytest.raises(NotFound):
            stars.publicise_star(actor=town["other_dispatcher"], public_id=star.public_id, now=town.now)
        StarApplication.objects.update(subject_id=town["street_lead"].subject_id)
        with pytest.raises(stars.OwnStar):
            stars.publicise_star(actor=town["street_lead"], public_id=star.public_id, now=town.now)

    def test_an_open_objection_stops_the_calendar_and_is_answered_first(self, town):
        served(town)
        star = apply(town)
        shown = stars.publicise_star(actor=town["street_lead"], public_id=star.public_id, now=town.now)
        key = uuid4()
        given = {"about": "star", "target": star.public_id, "key": key, "now": town.now + DAY}
        first = reviewing.raise_objection(text="那天他没有来", **given)
        assert reviewing.raise_objection(text="那天他没有来", **given).pk == first.pk
        after = shown.publicity_until + MINUTE
        assert stars.grant_shown_stars(now=after) == 1  # said once
        assert stars.grant_shown_stars(now=after) == 0
        with pytest.raises(reviewing.NotPublic):
            reviewing.raise_objection(**{**given, "key": uuid4(), "now": after}, text="再说一句")
        with pytest.raises(NotFound):
            reviewing.answer_objection(
                actor=town["other_dispatcher"],
                objection_id=first.pk,
                is_upheld=False,
                answer="查了",
                now=after,
            )
        reviewing.answer_objection(
            actor=town["street_lead"],
            objection_id=first.pk,
            is_upheld=False,
            answer="签到和照片都在",
            now=after,
        )
        assert stars.grant_shown_stars(now=after) == 1
        star.refresh_from_db()
        assert star.state == "granted"

    def test_an_objection_that_is_right_ends_it_whatever_the_calendar_says(self, town):
        served(town)
        star = apply(town)
        shown = stars.publicise_star(actor=town["street_lead"], public_id=star.public_id, now=town.now)
        given = {"about": "star", "target": star.public_id, "now": town.now + DAY}
        first, second = (
            reviewing.raise_objection(text="那天他没有来", key=uuid4(), **given) for _time in range(2)
        )
        answer = {"actor": town["street_lead"], "is_upheld": True, "now": town.now + 2 * DAY}
        reviewing.answer_objection(objection_id=first.pk, answer="两次签到都不是本人", **answer)
        reviewing.answer_objection(objection_id=second.pk, answer="同上", **answer)
        assert stars.grant_shown_stars(now=shown.publicity_until + MINUTE) == 0
        star.refresh_from_db()
        assert (star.state, star.state_reason) == ("refused", "两次签到都不是本人")
        assert reviewing.may_appeal(town["worker"], "star", star.public_id, town.now + 3 * DAY)

    def test_refused_it_is_contested_and_another_one_decides(self, town):
        served(town)
        star = apply(town)
        with pytest.raises(Invalid):
            stars.refuse_star(actor=town["street_lead"], public_id=star.public_id, reason=" ", now=town.now)
        stars.refuse_star(
            actor=town["street_lead"], public_id=star.public_id, reason="有两次重复", now=town.now
        )
        given = {"actor": town["worker"], "about": "star", "target": star.public_id, "now": town.now + DAY}
        appeal = reviewing.file_appeal(reason="不是同一天", **given)
        assert reviewing.file_appeal(reason="不是同一天", **given).pk == appeal.pk
        verdict = {
            "public_id": appeal.public_id,
            "is_upheld": True,
            "answer": "两次都在",
            "now": town.now + DAY,
        }
        with pytest.raises(reviewing.OwnDecision):
            reviewing.decide_appeal(actor=town["street_lead"], **verdict)
        reviewing.decide_appeal(actor=town["swd"], **verdict)
        star.refresh_from_db()
        assert star.state == "applied"
        with pytest.raises(reviewing.NoAppeal):
            reviewing.decide_appeal(actor=town["swd"], **verdict)

    def test_after_thirty_days_a_decision_stands(self, town):
        served(town)
        star = apply(town)
        stars.refuse_star(actor=town["street_lead"], public_id=star.public_id, reason="重复", now=town.now)
        with pytest.raises(reviewing.NotAppealable):
            reviewing.file_appeal(
                actor=town["worker"],
                about="star",
                target=star.public_id,
                reason="不服",
                now=town.now + 31 * DAY,
            )
        with pytest.raises(reviewing.NotAppealable):
            reviewing.file_appeal(
                actor=town["other_worker"], about="star", target=star.public_id, reason="不服", now=town.now
            )

    def test_what_one_is_called_is_no_phone_number(self, town):
        served(town)
        for name in ("", "一二三四五六七八九十一二三", "小王19900001234"):
            with pytest.raises(Invalid):
                stars.apply_for_star(actor=town["worker"], shown_as=name, now=town.now)
        with pytest.raises(NotAllowed):
            stars.apply_for_star(actor=town["dispatcher"], shown_as="小王", now=town.now)

    def test_withdrawn_it_may_be_asked_for_again(self, town):
        served(town)
        star = apply(town)
        stars.withdraw_star(actor=town["worker"], public_id=star.public_id, now=town.now)
        assert apply(town).pk != star.pk
        with pytest.raises(IllegalMove):
            stars.publicise_star(actor=town["street_lead"], public_id=star.public_id, now=town.now)


class TestScheme:
    def test_a_local_variant_is_the_next_version_and_asks_for_growth_too(self, town):
        levels = {1: (50, 500), 2: (100, 1000), 3: (200, 2000), 4: (400, 4200), 5: (800, 8400)}
        rest = {
            "publicity_days": 7,
            "most_no_shows": 5,
            "needs_balance": True,
            "note": "本地办法",
            "now": town.now,
        }
        with pytest.raises(NotAllowed):
            honour_catalogue.publish_scheme(actor=town["street_lead"], levels=levels, **rest)
        with pytest.raises(Invalid):
            honour_catalogue.publish_scheme(actor=town["swd"], levels=levels, **{**rest, "publicity_days": 4})
        with pytest.raises(Invalid):
            honour_catalogue.publish_scheme(actor=town["swd"], levels={**levels, 5: (10, 0)}, **rest)
        assert honour_catalogue.publish_scheme(actor=town["swd"], levels=levels, **rest).version == 2
        served(town, hours=60)
        with pytest.raises(stars.NotYet):
            apply(town)


class TestRating:
    def test_nobody_is_rated_without_having_agreed(self, town):
        served(town, hours=11, on=date(2026, 8, 1))
        assert rating_services.rate_quarter(now=datetime(2026, 10, 2, tzinfo=SHANGHAI)) == 0

    def test_a_quarter_with_its_factors_for_its_owner_alone(self, town):
        person, now = town.persons["worker"], datetime(2026, 10, 2, tzinfo=SHANGHAI)
        give_consent(person=person, purpose=ratings.PURPOSE, now=town.now)
        served(town, hours=11, on=date(2026, 8, 1))
        served(town, hours=50, on=date(2026, 10, 1))
        assert rating_services.rate_quarter(now=now) == 1
        assert rating_services.rate_quarter(now=now) == 0
        (shown,) = ratings.own_ratings(town["worker"])
        assert (shown.rating.period, shown.rating.minutes, shown.level.level) == ("2026Q3", 660, 3)
        assert ratings.own_ratings(town["other_worker"]) == []
        for who, actor in town.actors.items():
            seen = policy.visible(WorkerRating.objects.all(), "incentives.rating", actor).exists()
            assert seen == (who == "worker"), who

        word = rating_services.show_rating(
            actor=town["worker"], public_id=shown.rating.public_id, days=7, now=now
        )
        assert ratings.rating_behind(word, now=now + DAY)[0].rating == shown.rating
        with pytest.raises(NotFound):
            ratings.rating_behind(word, now=now + 8 * DAY)
        link = shown.rating.links.get()
        with pytest.raises(NotFound):
            rating_services.hide_rating(actor=town["other_worker"], link_id=link.pk, now=now)
        rating_services.hide_rating(actor=town["worker"], link_id=link.pk, now=now)
        with pytest.raises(NotFound):
            ratings.rating_behind(word, now=now + DAY)
        withdraw_consent(person=person, purpose=ratings.PURPOSE, now=now)
        assert not WorkerRating.objects.exists()

    def test_an_appeal_works_it_out_anew(self, town):
        now = datetime(2026, 10, 2, tzinfo=SHANGHAI)
        give_consent(person=town.persons["worker"], purpose=ratings.PURPOSE, now=town.now)
        rating_services.rate_quarter(now=now)
        rating = WorkerRating.objects.get()
        served(town, hours=20, on=date(2026, 9, 1))
        appeal = reviewing.file_appeal(
            actor=town["worker"], about="rating", target=rating.public_id, reason="少记了一次", now=now
        )
        reviewing.decide_appeal(
            actor=town["swd"], public_id=appeal.public_id, is_upheld=True, answer="补上了", now=now
        )
        rating.refresh_from_db()
        assert (rating.minutes, rating.level) == (1200, 4)


class TestTipOff:
    @pytest.fixture
    def programme(self, town):
        return TipProgramme.objects.create(
            code="food", name_zh="食品安全线索", name_en="Food safety clues", reward="每条 50 元", how="市场监管所窗口",
            department=town.organisations["city_management"], scope_code=DISTRICT,
        )  # fmt: skip

    def test_the_department_knows_a_clue_and_never_whose(self, town, programme):
        tip, code = tips.register_tip(
            actor=town["worker"], programme="food", clue="SP-2026 001", now=town.now
        )
        assert (tip.clue, code in tip.claim_digest) == ("SP-2026001", False)
        with pytest.raises(tips.TakenClue):
            tips.register_tip(actor=town["other_worker"], programme="food", clue="SP-2026001", now=town.now)
        with pytest.raises(tips.TakenClue):  # the same clue, typed in another way
            tips.register_tip(
                actor=town["other_worker"], programme="food", clue=" ｓｐ-2026001", now=town.now
            )
        draft = cases.Draft(category="0302", text="井箅子翻了", lng=LNG, lat=LAT)
        case = cases.report_case(actor=town["worker"], draft=draft, key="tip-0001", now=town.now).case
        given = {"programme": "food", "clue": case.number, "now": town.now}
        with pytest.raises(
            tips.NotYourReport
        ):  # the number is on the public page: anybody could send it in first
            tips.register_tip(actor=town["other_worker"], **given)
        assert tips.register_tip(actor=town["worker"], **given)
        with pytest.raises(Invalid):
            tips.register_tip(actor=town["worker"], programme="food", clue="1", now=town.now)
        (row, *_others), _more = tip_offs.tips_to_verify(town["city_management"])
        assert "subject_id" in row.get_deferred_fields()
        assert tip_offs.tips_to_verify(town["water"]) == ([], False)
        step = {"actor": town["city_management"], "public_id": tip.public_id, "reason": "", "now": town.now}
        with pytest.raises(IllegalMove):
            tips.perform_tip(name="pay", code=code, **step)
        tips.perform_tip(name="verify", code="", **step)
        with pytest.raises(Invalid):
            tips.perform_tip(name="pay", code="WRONG", **step)
        assert tips.perform_tip(name="pay", code=code.lower(), **step).state == "paid"
        assert not Posting.objects.exists()

    def test_no_column_could_hold_bank_or_tax(self):
        names = {field.name for field in TipOff._meta.get_fields()}
        assert not [
            name for name in names if any(word in name for word in ("bank", "card", "tax", "amount", "name"))
        ]
