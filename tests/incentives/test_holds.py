"""Awards that a person looks at: what makes them wait, its owner's word, decision, appeal. No silent penalty."""

import json
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import RequestFactory
from django.urls import reverse

from nuanxin.cases import services as cases
from nuanxin.cases.models import Attachment, Case, Confirmation
from nuanxin.cases.services import Draft, Photo
from nuanxin.incentives.models import Account, Hold, HoldRule
from nuanxin.incentives.queries import holds as queries
from nuanxin.incentives.queries.ledger import balance_of
from nuanxin.incentives.services import holds, ledger, reviewing
from nuanxin.incentives.services.replaying import check_ledger
from nuanxin.incentives.services.rows import open_book
from nuanxin.incentives.services.shop_orders import OrderHeld, cancel_order
from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import Invalid, NotFound
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.files.models import StoredFile
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.people.enums import SignInMethod
from nuanxin.people.models import Assignment, DeviceMark, Subject
from nuanxin.people.services import assign
from nuanxin.people.services.devices import MARK_COOKIE, mark_device
from tests.factories import people
from tests.factories import shops as make
from tests.factories.fixtures import jpeg
from tests.factories.honours import DAY, awarded
from tests.factories.town import COMMUNITY, LAT, LNG, START

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def town(settings, tmp_path, town_of):
    settings.MEDIA_ROOT = tmp_path / "media"
    return town_of(START)


def reported(town, who="worker", *, key="case-0001", at=None, east=0.002, picture=None):
    photos = (Photo("near", accept_image(picture or jpeg())),)
    draft = Draft(category="0302", text="井箅子翻了", lng=LNG + east, lat=LAT + 0.002, photos=photos)
    return cases.report_case(actor=town[who], draft=draft, key=key, now=at or town.now).case


def looked_at(town, case, *, source="case-1", at=None, who="worker"):
    posting = awarded(town, who, source=source, now=at or town.now + MINUTE)
    return holds.look_at_award(posting_id=posting.pk, case_number=case.number, now=at or town.now + MINUTE)


def held(town):
    first = reported(town)
    reported(town, key="case-0002", at=town.now + MINUTE)
    return looked_at(town, first)


def points(town, who="worker"):
    return balance_of(town[who].subject_id)


class TestWhatIsNoticed:
    def test_nothing_odd_nothing_held(self, town):
        assert looked_at(town, reported(town)) is None
        assert points(town).points == 10

    def test_the_same_picture_on_two_reports(self, town):
        hold = held(town)
        assert (hold.reason, hold.amount, hold.evidence["bits"]) == ("same_picture", 10, 0)
        assert (points(town).points, points(town).held) == (0, 10)

    def test_a_picture_that_looks_the_same_as_an_earlier_one(self, town):
        case = reported(town)
        other = reported(town, key="case-0002", at=town.now + MINUTE)
        StoredFile.objects.filter(pk=Attachment.objects.get(case=case).file_id).update(
            source_sha256="a", likeness=0b1011
        )
        StoredFile.objects.filter(pk=Attachment.objects.get(case=other).file_id).update(
            source_sha256="b", likeness=0b1111
        )
        hold = looked_at(town, case)
        assert (hold.reason, hold.evidence) == ("same_picture", {"bits": 1, "other": other.number})

    def test_two_places_that_nobody_rides_between_in_time(self, town):
        HoldRule.objects.filter(reason="same_picture").update(is_on=False)
        case = reported(town)
        reported(town, key="case-0002", at=town.now + MINUTE, east=0.025)
        hold = looked_at(town, case)
        assert hold.reason == "travel"
        assert hold.evidence["km"] > 2
        assert set(hold.evidence) == {"km", "minutes", "other"}  # no position

    def test_just_under_the_limits_nothing_waits(self, town):
        case = reported(town)
        other = reported(town, key="case-0002", at=town.now + 3 * MINUTE, east=0.025)
        of = {
            each: StoredFile.objects.filter(pk=Attachment.objects.get(case=each).file_id)
            for each in (case, other)
        }
        of[case].update(source_sha256="a", likeness=0b00000)
        of[other].update(source_sha256="b", likeness=0b11111)  # five bits, and 2.2 km in three minutes
        assert looked_at(town, case, at=town.now + 4 * MINUTE) is None
        of[other].update(likeness=0b01111)
        assert looked_at(town, case, source="case-2").reason == "same_picture"

    def test_a_picture_from_another_time(self, town):
        case = reported(town)
        StoredFile.objects.update(taken_at=town.now - timedelta(minutes=11))
        assert looked_at(town, case).reason == "old_picture"

    def test_ten_minutes_are_no_gap(self, town):
        case = reported(town)
        StoredFile.objects.update(taken_at=town.now - timedelta(minutes=10))
        assert looked_at(town, case) is None

    def test_a_burst(self, town):
        made = [
            awarded(town, source=f"s{number}", amount=2, now=town.now + number * MINUTE)
            for number in range(6)
        ]
        assert holds.look_at_award(posting_id=made[4].pk, case_number="", now=town.now) is None
        assert holds.look_at_award(posting_id=made[5].pk, case_number="", now=town.now).reason == "burst"

    def test_one_confirms_the_other_again_and_again(self, town):
        HoldRule.objects.filter(reason__in=["same_picture", "travel"]).update(is_on=False)
        for number in range(3):
            mine = reported(town, key=f"mine-000{number}", at=town.now + number * MINUTE)
            theirs = reported(town, "other_worker", key=f"them-000{number}", at=town.now + number * MINUTE)
            for who, case in (("other_worker", mine), ("worker", theirs)):
                Confirmation.objects.create(
                    case=case, subject_id=town[who].subject_id, key=f"{who}-{number}", position=1, at=town.now
                )
        hold = looked_at(town, Case.objects.order_by("pk").first())
        HoldRule.objects.filter(reason="reciprocal").update(limit=4)
        assert looked_at(town, Case.objects.order_by("pk").first(), source="case-2") is None
        assert (hold.reason, hold.evidence) == ("reciprocal", {"given": 3, "taken": 3})

    def test_an_award_is_held_once_and_a_rule_can_be_switched_off(self, town):
        hold = held(town)
        posting = awarded(town)
        assert holds.look_at_award(posting_id=posting.pk, case_number=hold.case_number, now=town.now) is None
        HoldRule.objects.update(is_on=False)
        assert looked_at(town, Case.objects.first(), source="case-2") is None


def on_one_phone(town, *names, mark="m" * 22, at=None):
    """Each signs in on the same phone; the awards make them accounts that earn points."""
    for name in names:
        who = people.worker(name) if name not in town.actors else None
        person = who or town.persons[name]
        request = RequestFactory().post("/sign-in/code/")
        request.COOKIES[MARK_COOKIE] = mark
        request.session = {}
        mark_device(request=request, person=person, method=SignInMethod.PHONE, now=at or town.now)
        ledger.award(
            subject_id=person.subject.pk, amount=2, rule="thanks", source=f"phone-{name}-{mark}", because="thanks",
            now=town.now,
        )  # fmt: skip


class TestOnePhone:
    def test_more_accounts_than_the_limit_wait_and_at_the_limit_none_does(self, town):
        on_one_phone(town, "worker", "甲师傅", "乙师傅")
        assert looked_at(town, reported(town)) is None
        on_one_phone(town, "丙师傅")
        hold = looked_at(town, Case.objects.get(), source="case-2")
        assert (hold.reason, hold.evidence) == ("device", {"accounts": 4, "days": 90})
        assert hold.case_number == ""  # nothing of a report stands beside a phone
        assert "4 个" in queries.facts_of(hold)[0]

    def test_who_earns_nothing_and_who_was_here_long_ago_do_not_count(self, town):
        on_one_phone(town, "worker", "甲师傅", "乙师傅")
        on_one_phone(town, "丙师傅", at=town.now - 92 * DAY)
        assert looked_at(town, reported(town)) is None
        on_one_phone(town, "丙师傅")
        Account.objects.exclude(pk=town["worker"].subject_id).update(growth=0)
        assert looked_at(town, Case.objects.get(), source="case-2") is None

    def test_a_familys_phone_is_asked_about_once(self, town):
        on_one_phone(town, "worker", "甲师傅", "乙师傅", "丙师傅")
        hold = looked_at(town, reported(town))
        assert looked_at(town, Case.objects.get(), source="case-2") is None  # one question at a time
        decide(town, hold, "release", opinion=queries.GIVEN["device"][0])
        assert looked_at(town, Case.objects.get(), source="case-3") is None
        on_one_phone(town, "丁师傅")
        assert looked_at(town, Case.objects.get(), source="case-4").evidence["accounts"] == 5

    def test_a_denied_one_is_asked_about_again(self, town):
        on_one_phone(town, "worker", "甲师傅", "乙师傅", "丙师傅")
        decide(town, looked_at(town, reported(town)), "deny", opinion="四个账号都是同一个人的")
        assert looked_at(town, Case.objects.get(), source="case-2").reason == "device"
        assert check_ledger().is_equal

    def test_nobody_reads_whose_phone_it_is(self, town, client):
        on_one_phone(town, "worker", "甲师傅", "乙师傅", "丙师傅")
        hold = looked_at(town, reported(town))
        people.sign_in(client, Assignment.objects.get(pk=town["street_lead"].assignment_id))
        page = client.get(reverse("incentives:hold", args=[hold.public_id])).content.decode()
        marks = set(DeviceMark.objects.values_list("digest", flat=True))
        names = {"甲师傅", "乙师傅", "丙师傅", town.persons["worker"].name, Case.objects.get().number}
        subjects = set(map(str, Subject.objects.values_list("pk", flat=True)))
        assert not [word for word in marks | names | subjects if word in page]
        told = json.dumps(list(Event.objects.values_list("payload", flat=True)) + list(
            AuditEntry.objects.values_list("detail", flat=True)
        ), default=str)  # fmt: skip
        assert not [mark for mark in marks if mark in told]


class TestOnesOwnShop:
    """Whoever may hand over at a shop redeems there: somebody else looks first, and nothing is taken away."""

    @pytest.fixture
    def keeper(self, town):
        made = make.shop_at(lng=LNG + 0.002, lat=LAT + 0.002)
        cup = make.item(made, points=40, stock=5, now=town.now)
        person = people.worker("钱老板")
        assign(actor=SYSTEM, person=person, role="community", scope_code=COMMUNITY, now=town.now)
        who = people.actor(person.assignments.get(role="worker"))
        ledger.award(
            subject_id=who.subject_id, amount=100, rule="thanks", source="keeper", because="thanks", now=town.now
        )  # fmt: skip
        return cup, who

    def test_who_keeps_no_shop_is_not_looked_at(self, town, keeper):
        cup, _who = keeper
        awarded(town, amount=100)
        assert make.place_order(cup, town["worker"], now=town.now).is_held is False
        assert Hold.objects.count() == 0

    def test_held_it_cannot_be_fetched_and_released_it_can(self, town, keeper):
        cup, who = keeper
        order = make.place_order(cup, who, now=town.now)
        hold = Hold.objects.get()
        assert (hold.reason, hold.evidence, hold.amount) == ("self_redeem", {"count": 1, "days": 30}, 40)
        with pytest.raises(OrderHeld):
            make.show(order, who, now=town.now)
        decide(town, hold, "release", now=town.now + DAY)
        make.show(order, who, now=town.now + DAY)
        assert balance_of(who.subject_id).points == 60

    def test_denied_the_points_are_back_and_an_upheld_appeal_gives_none_twice(self, town, keeper):
        cup, who = keeper
        order = make.place_order(cup, who, now=town.now)
        hold = decide(town, Hold.objects.get(), "deny", opinion="一个月里换了好几次，柜台记录对不上")
        order.refresh_from_db()
        assert (order.state, order.is_held, balance_of(who.subject_id).points) == ("cancelled", False, 100)
        appeal = reviewing.file_appeal(
            actor=who, about="hold", target=hold.public_id, reason="是给站里换的", now=town.now
        )
        reviewing.decide_appeal(
            actor=town["swd"], public_id=appeal.public_id, is_upheld=True, answer="属实", now=town.now
        )
        assert balance_of(who.subject_id).points == 100
        assert check_ledger().is_equal

    def test_below_the_limit_nothing_waits(self, town, keeper):
        cup, who = keeper
        HoldRule.objects.filter(reason="self_redeem").update(limit=2)
        assert make.place_order(cup, who, now=town.now).is_held is False
        assert make.place_order(cup, who, now=town.now).is_held is True

    def test_given_up_meanwhile_nothing_is_left_to_decide_about(self, town, keeper):
        cup, who = keeper
        order = make.place_order(cup, who, now=town.now)
        cancel_order(actor=who, public_id=order.public_id, now=town.now)
        decide(town, Hold.objects.get(), "deny", opinion="看过了")
        assert balance_of(who.subject_id).points == 100


class TestDeciding:
    def test_its_owner_is_told_in_plain_words_and_answers(self, town):
        hold = held(town)
        (own,) = queries.own_holds(town["worker"])
        assert "同一张" in queries.why(own)
        assert queries.facts_of(own)
        assert queries.own_holds(town["other_worker"]) == []
        with pytest.raises(Invalid):
            holds.answer_hold(actor=town["worker"], public_id=hold.public_id, answer=" ", now=town.now)
        with pytest.raises(NotFound):
            holds.answer_hold(actor=town["other_worker"], public_id=hold.public_id, answer="我", now=town.now)
        done = holds.answer_hold(
            actor=town["worker"], public_id=hold.public_id, answer="点了两次", now=town.now
        )
        assert done.state == "answered"
        with pytest.raises(IllegalMove):
            holds.answer_hold(actor=town["worker"], public_id=hold.public_id, answer="又一次", now=town.now)

    def test_released_it_can_be_spent(self, town):
        hold = held(town)
        with pytest.raises(NotFound):
            decide(town, hold, "release", who="dispatcher")
        decide(town, hold, "release")
        assert (points(town).points, points(town).held) == (10, 0)
        with pytest.raises(IllegalMove):
            decide(town, hold, "deny", opinion="不是")

    def test_not_given_needs_a_reason_and_takes_this_award_alone(self, town):
        hold = held(town)
        awarded(town, source="another", amount=3)
        with pytest.raises(Invalid):
            decide(town, hold, "deny", opinion=" ")
        decide(town, hold, "deny", opinion="两张是同一张")
        assert (points(town).points, points(town).held, points(town).owed) == (3, 0, 0)

    def test_an_appeal_is_decided_by_another_one_and_gives_it_back(self, town):
        hold = decide(town, held(town), "deny", opinion="两张是同一张")
        given = {"actor": town["worker"], "about": "hold", "target": hold.public_id, "now": town.now + DAY}
        assert reviewing.may_appeal(town["worker"], "hold", hold.public_id, town.now + DAY)
        appeal = reviewing.file_appeal(reason="是两个井盖", **given)
        verdict = {
            "public_id": appeal.public_id,
            "is_upheld": True,
            "answer": "现场看过，是两个",
            "now": town.now + DAY,
        }
        assert queries.open_appeals(town["street_lead"]) == []
        assert queries.open_appeals(town["swd"]) == [appeal]
        with pytest.raises(reviewing.OwnDecision):
            reviewing.decide_appeal(actor=town["street_lead"], **verdict)
        reviewing.decide_appeal(actor=town["swd"], **verdict)
        hold.refresh_from_db()
        assert (hold.state, points(town).points) == ("released", 10)

    def test_what_had_been_used_of_it_already_comes_back_as_well(self, town):
        """Four of the ten paid what was owed, six were held; a denial takes ten, so an upheld appeal gives ten."""
        owing = awarded(town, source="earlier", amount=4)
        ledger.spend(subject_id=town["worker"].subject_id, amount=4, source="a", now=town.now)
        ledger.reverse(posting_id=owing.pk, because="corrected", now=town.now)
        hold = held(town)
        before = points(town)
        assert (before.points, before.held, before.owed) == (0, 6, 0)
        decide(town, hold, "deny", opinion="两张是同一张")
        assert (points(town).points, points(town).held, points(town).owed) == (0, 0, 4)
        appeal = reviewing.file_appeal(
            actor=town["worker"], about="hold", target=hold.public_id, reason="是两个井盖", now=town.now + DAY
        )
        reviewing.decide_appeal(
            actor=town["swd"], public_id=appeal.public_id, is_upheld=True, answer="是两个", now=town.now + DAY
        )
        after = points(town)
        assert (after.points, after.held, after.owed, after.growth) == (6, 0, 0, before.growth)
        day = Counter(open_book(town["worker"].subject_id).shelf.earned(town.now + DAY))
        assert day["all"] == 0  # what is given again takes nothing of what the day can give
        assert check_ledger().is_equal

    def test_nobody_looks_at_their_own(self, town):
        hold = held(town)
        Hold.objects.update(subject_id=town["street_lead"].subject_id)
        with pytest.raises(holds.OwnHold):
            decide(town, hold, "release")
        rows, _more = queries.listed_holds(town["street_lead"], queries.HoldFilters(), now=town.now)
        assert rows == []

    def test_late_is_said_once_and_what_leads_to_a_report_goes(self, town):
        hold = held(town)
        late = hold.due_at + MINUTE
        assert (holds.watch_reviews(now=late), holds.watch_reviews(now=late)) == (1, 0)
        decide(town, hold, "release", now=late)
        assert holds.forget_evidence(now=late + 89 * DAY) == 0
        assert holds.forget_evidence(now=late + 91 * DAY) == 1
        hold.refresh_from_db()
        assert (hold.evidence, hold.case_number, hold.state) == ({}, "", "released")

    def test_ones_own_cost_the_same_however_many(self, town, django_assert_num_queries):
        hold = held(town)
        decide(town, hold, "deny", opinion="是同一张")
        for number in range(6):
            if number == 1:
                reviewing.file_appeal(
                    actor=town["worker"],
                    about="hold",
                    target=hold.public_id,
                    reason="不是一张",
                    now=town.now + DAY,
                )
            with django_assert_num_queries(2):
                told = queries.own_holds_told(town["worker"], now=town.now + DAY)
            assert len(told) == number + 1
            assert (told[-1].may_appeal, told[-1].appeal is None) == (number == 0, number == 0)
            again = Hold.objects.get(pk=hold.pk)
            again.pk, again.public_id, again.rule = None, uuid4(), f"again_{number}"
            again.save(force_insert=True)
        late = queries.own_holds_told(town["worker"], now=town.now + 40 * DAY)
        assert not any(each.may_appeal for each in late)

    def test_figures(self, town, django_assert_num_queries):
        decide(town, held(town), "release")
        with django_assert_num_queries(1):
            told = queries.hold_figures(town["street_lead"], now=town.now)
        assert (told.held, told.waiting, told.percent_released) == (1, 0, 100)
        assert queries.hold_figures(Actor(), now=town.now).percent_released is None


def decide(town, hold, name, *, who="street_lead", opinion="看过了", now=None):
    return holds.decide_hold(
        actor=town[who], public_id=hold.public_id, name=name, opinion=opinion, now=now or town.now
    )
