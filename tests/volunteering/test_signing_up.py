"""Who comes: places that are never too many, the queue, the draw, swaps, rest, children; and who forgets what."""

import sqlite3
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import DomainError, Invalid, NotAllowed
from nuanxin.kernel.privacy.register import Subject
from nuanxin.people.queries import consent_purpose
from nuanxin.people.services import Agreement
from nuanxin.volunteering.models import (
    Appointment,
    Child,
    Shift,
    SignUp,
    Swap,
    VolunteerEntry,
    VolunteerProfile,
)
from nuanxin.volunteering.queries.activities import activity_page
from nuanxin.volunteering.queries.drawn import drawn
from nuanxin.volunteering.queries.organising import comers
from nuanxin.volunteering.queries.own_shifts import SignUpNotFound, next_shift, own_shifts, swaps_for
from nuanxin.volunteering.services import activities, activity_rounds, drawing, family, signing_up, swapping
from nuanxin.volunteering.services.places_of_shift import ShiftFull
from nuanxin.volunteering.services.signing_up import NotEligible, check_requirement
from tests.factories import people
from tests.factories.activities import DAY, HOUR, assert_sound, at, drafted, published, sign_up, someone
from tests.factories.town import COMMUNITY, build_town
from tests.factories.volunteers import appointed, post
from tests.places.test_booking_race import crowd_at_once

MINUTE = timedelta(minutes=1)


def test_a_place_then_the_queue_then_the_held_place(town):
    made = published(town, capacity=1)
    first, second, third = someone("甲"), someone("乙"), someone("丙")
    key = uuid4()
    mine = sign_up(town, made, first, key=key)
    assert sign_up(town, made, first, key=key) == mine == sign_up(town, made, first)
    with pytest.raises(signing_up.KeyTaken):
        sign_up(town, made, second, key=key)
    with pytest.raises(ShiftFull):
        sign_up(town, made, second)
    waits = sign_up(town, made, second, wait=True)
    last = sign_up(town, made, third, wait=True)
    assert own_shifts(third, now=town.now)[0][0].position == 2
    signing_up.call_off(actor=first, public_id=mine.public_id, now=town.now)
    waits.refresh_from_db()
    assert (waits.state, waits.held_until) == ("held", town.now + 2 * HOUR)
    assert next_shift(second, now=town.now) == waits
    assert activity_rounds.end_held_places(now=town.now + 2 * HOUR) == 1
    last.refresh_from_db()
    assert last.state == "held"
    with pytest.raises(signing_up.HoldOver):
        signing_up.accept_place(actor=second, public_id=waits.public_id, now=town.now + 3 * HOUR)
    given = {"actor": third, "public_id": last.public_id, "now": town.now + 2 * HOUR}
    assert signing_up.accept_place(**given).state == signing_up.accept_place(**given).state == "confirmed"
    assert_sound(made.shifts.get())


def test_nobody_is_asked_at_the_peak_the_hold_counts_from_its_end(town):
    made = published(town, capacity=1)
    first, second = someone("甲"), someone("乙")
    mine, waits = sign_up(town, made, first), sign_up(town, made, second, wait=True)
    signing_up.call_off(actor=first, public_id=mine.public_id, now=at(town, 1, 12))
    waits.refresh_from_db()
    assert waits.held_until == at(town, 1, 15)


def test_who_may_not(town):
    made = published(town, audience_types=["courier"])
    rider = someone()
    with pytest.raises(signing_up.NotEligible):
        sign_up(town, made, rider)
    courier = people.actor(
        people.worker(name="快递", community_code=COMMUNITY, works=[people.services.Work("courier")])
    )
    assert sign_up(town, made, courier).state == "confirmed"
    women = published(town, for_women=True, spans=[(at(town, 4, 14), at(town, 4, 15))])
    with pytest.raises(signing_up.NotEligible):
        sign_up(town, women, rider)
    assert sign_up(town, women, rider, belongs=True).state == "confirmed"
    with pytest.raises(NotAllowed):
        sign_up(town, made, town["dispatcher"])
    with pytest.raises(signing_up.SignUpOver):
        sign_up(town, women, someone("晚"), now=at(town, 4, 14, 30), belongs=True)
    ours = published(town, own_team_only=True, spans=[(at(town, 5, 14), at(town, 5, 15))])
    with pytest.raises(signing_up.NotEligible):
        sign_up(town, ours, rider)
    near = published(town, audience_area=COMMUNITY, spans=[(at(town, 6, 14), at(town, 6, 15))])
    assert sign_up(town, near, rider).state == "confirmed"
    assert not {field.name for field in SignUp._meta.fields} & {"gender", "belongs", "age"}


def test_rest_and_limits_come_first(town):
    one = someone()
    sign_up(town, published(town, spans=[(at(town, 1, 20), at(town, 1, 23))]), one)
    for spans, said in (
        ([(at(town, 1, 22), at(town, 1, 23, 30))], "已经报了"),
        ([(at(town, 2, 6), at(town, 2, 8))], "歇不过来"),
        ([(at(town, 1, 8), at(town, 1, 18))], "一天最多"),
    ):
        with pytest.raises(signing_up.DoesNotFit, match=said):
            sign_up(town, published(town, spans=spans), one)
    for day in (2, 3):
        sign_up(town, published(town, spans=[(at(town, day, 9), at(town, day, 17))]), one)
    with pytest.raises(signing_up.DoesNotFit, match="一周最多"):
        sign_up(town, published(town, spans=[(at(town, 4, 9), at(town, 4, 12))]), one)
    film = published(town, kind="family_film", spans=[(at(town, 4, 9), at(town, 4, 12))])
    assert sign_up(town, film, one).state == "confirmed"  # a film is no service


def test_called_off_late_the_leader_has_to_know(town):
    made = published(town)
    one = someone()
    mine = sign_up(town, made, one)
    done = signing_up.call_off(actor=one, public_id=mine.public_id, now=at(town, 3, 9))
    assert done.called_late
    assert [each.state for each in comers(made.shifts.get(), now=at(town, 3, 9))] == ["called_off"]
    again = sign_up(town, made, one, now=at(town, 3, 10))
    with pytest.raises(signing_up.SignUpOver):
        signing_up.call_off(actor=one, public_id=again.public_id, now=at(town, 3, 15))


def test_a_draw_that_anybody_can_work_out_again(town):
    opens = at(town, 1, 9)
    made = drafted(town, mode="draw", opens_at=opens, capacity=2)
    activities.publish_activity(actor=town["community_head"], public_id=made.public_id, now=town.now)
    activity_rounds.open_sign_ups(now=opens)
    shift = made.shifts.get()
    page_before = drawn(shift)
    assert page_before.digest
    assert not page_before.secret
    assert not page_before.lots
    crowd = [someone(f"抽签{n}") for n in range(5)]
    entered = [sign_up(town, made, each, now=opens + n * MINUTE) for n, each in enumerate(crowd)]
    assert {each.state for each in entered} == {"entered"}
    assert drawing.draw_due(now=shift.draw_at - MINUTE) == 0
    # One of them had a drawn place lately: behind those who had none.
    Shift.objects.filter(
        pk=published(town, spans=[(at(town, 5, 9), at(town, 5, 10))]).shifts.get().pk
    ).update(drawn_at=town.now)
    sign_up(town, Shift.objects.get(drawn_at__isnull=False), crowd[0], now=opens)
    assert (drawing.draw_due(now=shift.draw_at), drawing.draw_due(now=shift.draw_at)) == (1, 0)
    shift.refresh_from_db()
    shown = drawn(shift)
    assert shown.digest == page_before.digest
    again = sorted(shown.lots, key=lambda each: (each.had_lately, drawing.lot(shown.secret, each.sign_up)))
    assert again == shown.lots
    assert [each.is_drawn for each in shown.lots] == [True, True, False, False, False]
    assert shown.lots[-1].sign_up == entered[0].public_id
    assert_sound(shift)
    winner = SignUp.objects.get(public_id=shown.lots[0].sign_up)
    owner = next(each for each in crowd if each.person_id == winner.person_id)
    signing_up.call_off(actor=owner, public_id=winner.public_id, now=shift.draw_at)
    assert (
        SignUp.objects.get(public_id=shown.lots[2].sign_up).state == "held"
    )  # the queue goes on by the lots


def test_two_swap_and_both_have_to_fit(town):
    made = published(
        town, spans=[(at(town, 3, 14), at(town, 3, 16)), (at(town, 4, 14), at(town, 4, 16))], capacity=1
    )
    one, other, busy = someone("甲"), someone("乙"), someone("丙")
    first, second = made.shifts.order_by("starts_at")
    mine, theirs = sign_up(town, first, one), sign_up(town, second, other)
    swap = swapping.offer_swap(actor=one, public_id=mine.public_id, now=town.now)
    assert swapping.offer_swap(actor=one, public_id=mine.public_id, now=town.now) == swap
    assert [each.mine for each in swaps_for(other, now=town.now)] == [[theirs]]
    sign_up(town, published(town, spans=[(at(town, 3, 15), at(town, 3, 17))]), busy)
    with pytest.raises(signing_up.DoesNotFit):
        swapping.take_swap(actor=busy, public_id=swap.public_id, give=None, now=town.now)
    given = {"actor": other, "public_id": swap.public_id, "give": theirs.public_id, "now": town.now}
    got = swapping.take_swap(**given)
    assert got.shift_id == first.pk
    assert swapping.take_swap(**{**given, "give": None}) == got
    assert SignUp.objects.get(person=one.person_id, state="confirmed").shift_id == second.pk
    assert_sound(first)
    assert_sound(second)
    with pytest.raises(swapping.SwapGone):
        swapping.take_swap(actor=someone("丁"), public_id=swap.public_id, give=None, now=town.now)
    assert Swap.objects.get().state == "taken"


def test_a_swap_asks_for_the_word_that_signing_up_asks_for(town):
    spans = [(at(town, 3, 14), at(town, 3, 16)), (at(town, 4, 14), at(town, 4, 16))]
    made = published(town, spans=spans, for_women=True)
    one, other = someone("甲"), someone("乙")
    first, _second = made.shifts.order_by("starts_at")
    mine = sign_up(town, first, one, belongs=True)
    swap = swapping.offer_swap(actor=one, public_id=mine.public_id, now=town.now)
    given = {"actor": other, "public_id": swap.public_id, "give": None, "now": town.now}
    with pytest.raises(signing_up.NotEligible):
        swapping.take_swap(**given)
    assert swapping.take_swap(**given, belongs=True).shift_id == first.pk


CHILDREN = {
    "title": "小红蜂手工课", "kind": "little_red_bee", "with_children": True, "min_age": 6, "max_age": 12,
}  # fmt: skip


def bees(town, **given):
    """Approved by the street: it always is for children."""
    made = drafted(town, **CHILDREN, **given)
    activities.propose_activity(actor=town["community_head"], public_id=made.public_id, now=town.now)
    activities.approve_activity(actor=town["street_lead"], public_id=made.public_id, now=town.now)
    activity_rounds.open_sign_ups(now=town.now)
    made.refresh_from_db()
    return made


def test_a_child_comes_with_a_guardian_goes_with_a_code_and_is_forgotten(town):
    made = bees(town)
    guardian = someone("家长")
    child = signing_up.ChildData("小满", 8)
    with pytest.raises(signing_up.GuardianNeeded):
        sign_up(town, made, guardian, children=[child])
    agreed = Agreement(consent_purpose("child_activity").version, town.now)
    for bad in ([], [signing_up.ChildData("小满", 13)], [signing_up.ChildData("欧阳小满满满", 8)] * 4):
        with pytest.raises(Invalid):
            sign_up(town, made, guardian, children=bad, agreement=agreed)
    mine = sign_up(town, made, guardian, children=[child, signing_up.ChildData("小寒", 6)], agreement=agreed)
    shift = made.shifts.get()
    assert (mine.places, shift.left) == (2, 0)
    raw = connection.cursor()
    raw.execute("SELECT name, age, code FROM volunteering_child")
    assert not any("小满" in value for row in raw.fetchall() for value in row)
    code = own_shifts(guardian, now=town.now)[0][0].children[0].code
    organiser = town["community_head"]
    kid = Child.objects.first()
    given = {"actor": organiser, "public_id": mine.public_id, "child_id": kid.pk}
    assert comers(shift, now=town.now)[0].children == []  # three days before nobody needs to know
    with pytest.raises(family.NotTheDay):
        family.child_arrived(**given, now=town.now)
    on = shift.starts_at
    with pytest.raises(family.NotArrived):
        family.hand_over(**given, code=code, now=on)
    family.child_arrived(**given, now=on)
    with pytest.raises(family.WrongCode):
        family.hand_over(**given, code="0000", now=shift.ends_at)
    assert family.hand_over(**given, code=code.lower(), now=shift.ends_at).handed_over_at == shift.ends_at
    assert family.forget_children(now=shift.ends_at + 2 * DAY) == 0
    assert family.forget_children(now=shift.ends_at + 3 * DAY + HOUR) == 2
    assert SignUp.objects.get().places == 2


def test_an_erased_account_leaves_a_free_place_and_no_child(town):
    made = bees(town)
    guardian, waiting = someone("家长"), someone("下一位")
    agreed = Agreement(consent_purpose("child_activity").version, town.now)
    two = [signing_up.ChildData("小满", 8), signing_up.ChildData("小寒", 6)]
    sign_up(town, made, guardian, children=two, agreement=agreed)
    sign_up(town, made, waiting, children=two[:1], agreement=agreed, wait=True)
    subject = Subject(person_id=guardian.person_id, subject_id=guardian.subject_id)
    activity_rounds.erase_sign_ups(subject, now=town.now)
    assert not SignUp.objects.filter(person=guardian.person_id).exists()
    assert SignUp.objects.get(person=waiting.person_id).state == "held"
    assert Child.objects.count() == 1
    assert activity_rounds.forget_names(now=town.now + 400 * DAY) == 1


STEPS = st.lists(
    st.tuples(st.sampled_from(["come", "wait", "off", "accept", "rounds", "swap"]), st.integers(0, 3)),
    max_size=16,
)


def does(made, one, step, now):
    mine = SignUp.objects.filter(person=one.person_id).order_by("-state_since", "-pk").first()
    own = {"actor": one, "public_id": mine.public_id if mine else uuid4(), "now": now}
    swap = Swap.objects.filter(state="offered").exclude(offered__person=one.person_id).first()
    deeds = {
        "come": lambda: sign_up(None, made, one, now=now),
        "wait": lambda: sign_up(None, made, one, now=now, wait=True),
        "off": lambda: signing_up.call_off(**own),
        "accept": lambda: signing_up.accept_place(**own),
        "rounds": lambda: activity_rounds.end_held_places(now=now),
        "swap": lambda: (
            swapping.take_swap(actor=one, public_id=swap.public_id, give=None, now=now)
            if swap
            else swapping.offer_swap(**own)
        ),
    }
    deeds[step]()


@pytest.mark.django_db
@given(steps=STEPS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_there_are_never_more_than_there_is_room_for(town, steps):
    with transaction.atomic():
        made = published(town, capacity=2)
        crowd = [someone(f"性质{n}") for n in range(4)]
        for number, (step, who) in enumerate(steps):
            now = town.now + number * 7 * MINUTE
            try:
                with transaction.atomic():
                    does(made, crowd[who], step, now)
            except DomainError as error:
                assert error.message  # noqa: PT017  -- any refusal, as long as it says something
            shift = made.shifts.get()
            assert_sound(shift)
            waiting = SignUp.objects.filter(shift=shift, state="waiting").exists()
            assert shift.taken >= shift.capacity or not waiting
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_eight_want_the_last_two_places_at_once(tmp_path):
    town = build_town()
    made = published(town, capacity=2)
    crowd = [someone(f"同时{n}") for n in range(8)]
    path = None
    if connection.vendor == "sqlite":
        path = tmp_path / "race.sqlite3"
        with sqlite3.connect(path) as copy:
            connection.connection.backup(copy)
        copy.close()
    got = crowd_at_once(path, [lambda n=n: sign_up(town, made, crowd[n]).state for n in range(8)])
    assert sorted(got) == ["ShiftFull"] * 6 + ["confirmed"] * 2
    after = crowd_at_once(
        path, [lambda n=n: sign_up(town, made, crowd[n], wait=True).state for n in range(8)]
    )
    assert sorted(after) == ["confirmed"] * 2 + ["waiting"] * 6


def test_the_database_itself_refuses_one_too_many(town):
    made = published(town, capacity=1)
    sign_up(town, made, someone())
    with pytest.raises(IntegrityError), transaction.atomic():
        Shift.objects.update(taken=2)


# --- What is asked for ------------------------------
class TestRequirements:
    def mine(self, town, **given):
        made = published(town, **given)
        return made, sign_up(town, made, town["worker"])

    def known(self, town, made):
        return [each.known for each in comers(made.shifts.get(), now=town.now)]

    def test_a_training_that_somebody_confirmed_is_known(self, town):
        made, mine = self.mine(town, required="急救 培训")
        assert self.known(town, made) == [""]
        office = made.organiser
        entry = {"person": mine.person, "organisation": office, "entered_at": town.now, "on": town.now.date()}
        VolunteerEntry.objects.create(kind="praise", title="急救培训", **entry)
        assert self.known(town, made) == [""], "praise is no training"
        VolunteerEntry.objects.create(kind="training", title="“急救培训”", **entry)
        assert "服务记录里有这次培训" in self.known(town, made)[0]
        coming, _past = own_shifts(town["worker"], now=town.now)
        assert "服务记录里有这次培训" in coming[0].known
        assert "服务记录里有这次培训" in activity_page(town["worker"], made.public_id, now=town.now).known
        assert activity_page(town["other_worker"], made.public_id, now=town.now).known == ""

    def test_what_somebody_says_of_himself_is_no_proof(self, town):
        made, mine = self.mine(town, required="急救")
        VolunteerProfile.objects.create(person=mine.person, skills="first_aid", updated_at=town.now)
        assert self.known(town, made) == [""]

    def test_a_post_is_known_while_it_is_held(self, town):
        made, _mine = self.mine(town, required="社区兼职网格员")
        held = appointed(town, post(town), now=town.now + 8 * DAY)
        assert "在任：社区兼职网格员" in self.known(town, made)[0]
        Appointment.objects.filter(pk=held.pk).update(state="expired")
        assert self.known(town, made) == [""]

    def test_only_whoever_holds_the_post_signs_up(self, town):
        made = published(town, required_post="part_time_grid_worker")
        assert "在任的社区兼职网格员" in str(
            activity_page(town["worker"], made.public_id, now=town.now).refusal.why
        )
        with pytest.raises(NotEligible) as refused:
            sign_up(town, made, town["worker"])
        assert "岗位" in str(refused.value.hint)
        held = appointed(town, post(town), now=town.now + 8 * DAY)
        assert sign_up(town, made, town["worker"]).state == "confirmed"
        assert held.person_id == town.persons["worker"].pk
        with pytest.raises(Invalid) as wrong:
            published(town, required_post="nobody_knows")
        assert "required_post" in wrong.value.fields

    def test_the_organisers_look_says_who_and_is_audited_once(self, town):
        made, mine = self.mine(town, required="电工证")
        given = {"actor": town["community"], "public_id": mine.public_id}
        for _twice in range(2):
            check_requirement(**given, is_checked=True, now=town.now)
        mine.refresh_from_db()
        assert (mine.is_checked, mine.checked_by_id) == (True, town["community"].assignment_id)
        assert mine.checked_at == town.now
        assert AuditEntry.objects.filter(action="volunteering.requirement_seen").count() == 1
        check_requirement(**given, is_checked=False, now=town.now + HOUR)
        mine.refresh_from_db()
        assert (mine.is_checked, mine.checked_by_id, mine.checked_at) == (False, None, None)
        with pytest.raises(SignUpNotFound):
            check_requirement(
                actor=town["next_community"], public_id=mine.public_id, is_checked=True, now=town.now
            )
        assert self.known(town, made) == [""]

    def test_many_cost_no_more_than_one(self, town, django_assert_num_queries):
        made = published(town, required="急救培训", capacity=9)
        shift = made.shifts.get()
        sign_up(town, made, town["worker"])
        with django_assert_num_queries(4):
            comers(shift, now=town.now)
        for number in range(5):
            sign_up(town, made, someone(f"来人{number}"))
        with django_assert_num_queries(4):
            assert len(comers(shift, now=town.now)) == 6
