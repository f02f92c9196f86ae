"""Checking in and out, confirming in one sweep, corrections: hours that are true."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanxin.kernel.errors import Invalid, KeyReused, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.files.models import StoredFile
from nuanxin.kernel.geo.coordinates import LngLat
from nuanxin.kernel.privacy.register import Subject, registered
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.notifications.models import Notice
from nuanxin.people.models import Organisation
from nuanxin.people.services import give_consent
from nuanxin.volunteering.models import Activity, CheckInPoint, ClaimPicture, RecordStep, ServiceRecord
from nuanxin.volunteering.models.records import MOST_MINUTES
from nuanxin.volunteering.queries import check_codes
from nuanxin.volunteering.queries import records as queries
from nuanxin.volunteering.queries.minutes import (
    hours_shown,
    is_too_fast,
    overlap,
    served_minutes,
    within_a_day,
)
from nuanxin.volunteering.services import record_correcting, record_forgetting, records
from nuanxin.volunteering.services.claim_pictures import PictureUsed, forget_pictures, pictures_due
from nuanxin.volunteering.services.record_confirming import (
    Judged,
    confirm_hours,
    mark_absent,
    refuse_hours,
    release_held,
)
from nuanxin.volunteering.workflow import CERTIFICATE, HELP, HELP_OFFER, RECORD
from tests.factories import pictures
from tests.factories.served import BEGINS, DAY, ENDS, HOUR, MINUTE, build_served, make_shift
from tests.factories.town import LAT, LNG, STREET

MOMENTS = st.integers(-300, 900).map(lambda minutes: BEGINS + minutes * MINUTE)


@pytest.fixture
def served(town):
    return build_served(town)


def came(served, key="worker", at=BEGINS, shift=None, **given):
    code = check_codes.pictured((shift or served.shift).public_id, at)
    return records.check_in(actor=served.town[key], code=code, now=given.pop("now", at), **given)


def left(served, record, key="worker", at=ENDS):
    return records.check_out(actor=served.town[key], public_id=record.public_id, now=at)


def recorded(served, key="worker", **judged):
    row = left(served, came(served, key), key)
    marks = {row.public_id: Judged(**judged)} if judged else None
    confirm_hours(actor=served.leader, records=[row.public_id], judged=marks, now=ENDS + HOUR)
    return fresh(row)


def fresh(row):
    return ServiceRecord.objects.get(pk=row.pk)


def told(name):
    return [each.payload for each in Event.objects.filter(name=f"volunteering.{name}").order_by("pk")]


class TestArithmetic:
    @given(st.integers(0, 100_000))
    def test_hours_are_never_more_than_the_minutes(self, minutes):
        shown = hours_shown(minutes)
        whole, hundredths = shown.split(".")
        assert len(hundredths) == 2
        as_hundredths = int(whole) * 100 + int(hundredths)
        assert as_hundredths * 60 <= minutes * 100 < (as_hundredths + 1) * 60

    def test_as_people_read_it(self):
        assert [hours_shown(each) for each in (0, 1, 59, 60, 100, 119)] == [
            "0.00", "0.01", "0.98", "1.00", "1.66", "1.98",
        ]  # fmt: skip

    @given(MOMENTS, st.none() | MOMENTS)
    def test_only_what_was_served_counts(self, came_at, left_at):
        if left_at is not None and left_at < came_at:
            return
        served = served_minutes(came_at=came_at, left_at=left_at, starts_at=BEGINS, ends_at=ENDS)
        there = (left_at or ENDS) - came_at
        assert 0 <= served <= max(there // MINUTE, 0)
        assert served <= 3 * 60
        if left_at is None:
            assert served * MINUTE <= ENDS - BEGINS

    @given(st.integers(0, 2000), st.integers(0, MOST_MINUTES))
    def test_a_day_has_twelve_hours(self, minutes, already):
        assert 0 <= within_a_day(minutes, already=already) + already <= MOST_MINUTES
        assert within_a_day(minutes, already=already) <= minutes

    @given(MOMENTS, MOMENTS, MOMENTS, MOMENTS)
    def test_overlap_is_mutual_and_touching_is_none(self, a, b, c, d):
        first, other = sorted((a, b)), sorted((c, d))
        assert overlap(*first, *other) == overlap(*other, *first)
        assert not overlap(first[0], first[1], first[1], first[1] + HOUR)

    def test_nobody_rides_that_fast(self):
        assert is_too_fast(30_000, timedelta(minutes=20))
        assert is_too_fast(5_000, timedelta(0))
        assert not is_too_fast(900, timedelta(0))
        assert not is_too_fast(5_000, timedelta(minutes=10))


class TestCodes:
    def test_of_one_shift_and_of_now(self):
        shift = uuid4()
        code = check_codes.pictured(shift, BEGINS)
        assert check_codes.opened(f"https://x/y/#{code}", BEGINS + MINUTE).shift == shift
        assert check_codes.pictured(shift, BEGINS + MINUTE) != code
        with pytest.raises(check_codes.NotACheckCode):
            check_codes.opened(code, BEGINS + 31 * MINUTE)
        with pytest.raises(check_codes.NotACheckCode):
            check_codes.opened(code, BEGINS - 2 * MINUTE)

    @given(st.text(max_size=80))
    def test_nothing_else_opens(self, text):
        with pytest.raises(check_codes.NotACheckCode):
            check_codes.opened(text, BEGINS)

    def test_altered_in_any_place_it_is_none(self):
        code = check_codes.pictured(uuid4(), BEGINS)
        for place in range(len(code) - 1):
            other = code[:place] + ("A" if code[place] != "A" else "B") + code[place + 1 :]
            with pytest.raises(check_codes.NotACheckCode):
                check_codes.opened(other, BEGINS)

    def test_typed_it_is_tried_where_one_is_expected(self):
        shift, other = uuid4(), uuid4()
        text = check_codes.typed(shift, BEGINS)
        assert (
            check_codes.read_typed(f" {text[:3]} {text[3:].lower()}", [other, shift], BEGINS + MINUTE).shift
            == shift
        )
        with pytest.raises(check_codes.NotACheckCode):
            check_codes.read_typed(text, [other], BEGINS)
        with pytest.raises(check_codes.NotACheckCode):
            check_codes.read_typed(text, [shift], BEGINS + 4 * MINUTE)


class TestCheckingIn:
    def test_from_the_code_to_the_sweep(self, served):
        row = came(served, at=BEGINS - 10 * MINUTE)
        assert (row.state, row.came_by, row.is_late) == ("checked_in", "code", False)
        assert came(served, at=BEGINS) == row
        out = left(served, row)
        assert (out.state, out.minutes) == ("pending", 120)  # waiting before the start is not service
        assert left(served, row).state == "pending"
        assert len(told("HoursPending")) == 1

    def test_typed_or_without_signal(self, served):
        code = check_codes.typed(served.shift.public_id, BEGINS)
        row = records.check_in(actor=served.town["worker"], code=code, now=BEGINS + MINUTE)
        assert row.state == "checked_in"
        late = came(served, "other_worker", at=BEGINS, now=BEGINS + 20 * MINUTE)
        assert (late.is_late, late.came_at) == (True, BEGINS)

    def test_who_may_not(self, served):
        with pytest.raises(records.NotSignedUp):
            came(served, "grid_part")
        with pytest.raises(records.WrongCheckCode):
            records.check_in(actor=served.town["worker"], code="ABCDEF", now=BEGINS)
        with pytest.raises(records.TooEarlyToCheckIn):
            came(served, at=BEGINS - 2 * HOUR)
        with pytest.raises(records.ShiftIsOver):
            came(served, at=ENDS + MINUTE)

    def test_not_at_two_places(self, served):
        other = served.another_shift(BEGINS + HOUR)
        served.sign_up("worker", other)
        came(served)
        with pytest.raises(records.AtTwoPlaces):
            came(served, at=BEGINS + HOUR, shift=other)

    def test_too_fast_is_held_for_a_look(self, served):
        left(served, came(served))
        far = served.another_shift(ENDS + 10 * MINUTE, lng=LNG + 0.5)
        served.sign_up("worker", far)
        row = left(served, came(served, at=ENDS + 10 * MINUTE, shift=far), at=ENDS + HOUR)
        assert row.held_for == "speed"
        assert confirm_hours(actor=served.leader, records=[row.public_id], now=ENDS + DAY).left == 1
        with pytest.raises(Invalid):
            release_held(actor=served.leader, public_id=row.public_id, note="", now=ENDS + DAY)
        release_held(actor=served.leader, public_id=row.public_id, note="坐车来的，看到他了", now=ENDS + DAY)
        assert confirm_hours(actor=served.leader, records=[row.public_id], now=ENDS + DAY).recorded == 1

    def test_a_position_only_with_consent_and_near(self, served):
        near, far = records.Position(LNG, LAT + 0.001), records.Position(LNG, LAT + 0.01, accuracy_m=20)
        row = came(served, position=far)
        assert not CheckInPoint.objects.exists()
        give_consent(person=served.town.persons["other_worker"], purpose="check_in_place", now=BEGINS)
        with pytest.raises(records.NotHere):
            came(served, "other_worker", position=far)
        other = came(served, "other_worker", position=near)
        assert CheckInPoint.objects.get().record == other
        assert row.state == "checked_in"
        record_forgetting.blur_points(now=BEGINS + 91 * DAY)
        assert CheckInPoint.objects.get().place == "105.00 30.00"

    def test_two_on_one_phone_are_only_said(self, served):
        row = came(served, device="a-phone")
        other = came(served, "other_worker", device="a-phone")
        assert (fresh(row).shares_device, other.shares_device) == (True, True)
        assert len(row.device) == 32

    def test_the_leader_taps_but_not_for_herself(self, served):
        made = served.sign_up("resident")
        with pytest.raises(records.OwnRecord):
            records.admit(actor=served.leader, sign_up_id=made.public_id, now=BEGINS)
        place = served.places["worker"]
        row = records.admit(actor=served.leader, sign_up_id=place.public_id, now=BEGINS)
        assert (row.came_by, row.state) == ("leader", "checked_in")
        assert records.admit(actor=served.leader, sign_up_id=place.public_id, now=BEGINS + MINUTE) == row
        out = records.check_out_by_leader(actor=served.leader, public_id=row.public_id, now=ENDS)
        assert out.minutes == 120
        with pytest.raises(NotFound):
            records.admit(actor=served.town["next_community"], sign_up_id=place.public_id, now=BEGINS)

    def test_an_office_that_organises_confirms_what_it_organised_and_nothing_else(self, served):
        """No community lies over a street: without this nobody could record what the street's own office held."""
        town, street = served.town, served.town["street_lead"]
        shift = make_shift(Organisation.objects.get(pk=street.organisation_id), title="街道大扫除")
        Activity.objects.filter(pk=shift.activity_id).update(scope_code=STREET, team=None)
        place = served.sign_up("worker", shift)
        row = records.admit(actor=street, sign_up_id=place.public_id, now=BEGINS)
        left(served, row)
        drain(now=ENDS)
        assert Notice.objects.filter(kind="serve_todo", assignment=street.assignment_id).exists()
        of_team = left(served, came(served, "other_worker"), "other_worker")
        for who, counted in (("community_head", [of_team]), ("gas_lead", []), ("street_lead", [row])):
            both = [row.public_id, of_team.public_id]
            assert confirm_hours(actor=town[who], records=both, now=ENDS + HOUR).recorded == len(counted)

    def test_who_never_checked_out_served_to_the_planned_end(self, served):
        row = came(served, at=BEGINS + 30 * MINUTE)
        assert records.close_shifts(now=ENDS + HOUR) == 0
        assert records.close_shifts(now=ENDS + 3 * HOUR) == 1
        row = fresh(row)
        assert (row.state, row.minutes, row.left_by, row.is_late) == ("pending", 90, "none", True)

    def test_who_was_not_seen_is_counted_once(self, served):
        came(served)
        given = {"since": ENDS - DAY, "until": ENDS + HOUR}
        assert mark_absent(now=ENDS + 2 * HOUR, **given) == 1
        assert mark_absent(now=ENDS + 2 * HOUR, **given) == 0
        assert [each["sign_up"] for each in told("DidNotCome")] == [
            str(served.places["other_worker"].public_id)
        ]
        late = records.admit(
            actor=served.leader, sign_up_id=served.places["other_worker"].public_id, now=ENDS + 3 * HOUR
        )
        assert (late.state, late.is_late, late.minutes) == ("pending", True, 120)

    def test_nothing_is_recorded_of_what_is_no_service(self, served):
        kind = served.shift.activity.kind
        kind.__class__.objects.filter(pk=kind.pk).update(is_volunteering=False)
        with pytest.raises(records.ShiftIsOver):
            came(served)


class TestClaims:
    def claim(self, served, **other):
        given = {
            "organisation": served.team.public_id, "source": "help", "title": "帮张大爷搬柜子", "starts_at": BEGINS,
            "ends_at": ENDS, "proof": "枫桥社区 3 号楼，网格员在场",
        }  # fmt: skip
        return records.Claim(**given | other)

    def test_written_down_by_oneself_it_is_labelled(self, served):
        key = uuid4()
        actor = served.town["worker"]
        row = records.enter_service(actor=actor, claim=self.claim(served), key=key, now=ENDS + HOUR)
        assert (row.state, row.is_manual, row.minutes) == ("pending", True, 120)
        assert records.enter_service(actor=actor, claim=self.claim(served), key=key, now=ENDS + HOUR) == row
        for who, other in ((actor, {"title": "别的事"}), (served.town["other_worker"], {})):
            with pytest.raises(KeyReused):  # another thing is not swallowed under the key of the first
                records.enter_service(actor=who, claim=self.claim(served, **other), key=key, now=ENDS + HOUR)
        with pytest.raises(records.AtTwoPlaces):
            records.enter_service(actor=actor, claim=self.claim(served), key=uuid4(), now=ENDS + HOUR)
        assert confirm_hours(actor=served.leader, records=[row.public_id], now=ENDS + DAY).recorded == 1

    @pytest.mark.parametrize(
        ("field", "other"),
        [
            ("organisation", {"organisation": uuid4()}),
            ("proof", {"proof": "  "}),
            ("title", {"title": ""}),
            ("source", {"source": "shift"}),
            ("ends_at", {"ends_at": BEGINS}),
            ("starts_at", {"starts_at": BEGINS - 40 * DAY, "ends_at": BEGINS - 40 * DAY + HOUR}),
        ],
    )
    def test_what_is_missing_is_said(self, served, field, other):
        with pytest.raises(Invalid) as refused:
            records.enter_service(
                actor=served.town["worker"], claim=self.claim(served, **other), key=uuid4(), now=ENDS + HOUR
            )
        assert field in refused.value.fields

    def with_picture(self, served, number=1, *, key=None, **other):
        accepted = replace(accept_image(pictures.drawn(number)), taken_at=BEGINS, point=LngLat(104.48, 38.48))
        claim = self.claim(served, picture=accepted, **other)
        return records.enter_service(
            actor=served.town["worker"], claim=claim, key=key or uuid4(), now=ENDS + HOUR
        )

    def test_a_picture_comes_along_without_where_and_when_it_was_taken(self, served):
        key = uuid4()
        row = self.with_picture(served, key=key)
        assert self.with_picture(served, key=key) == row
        kept = ClaimPicture.objects.get()
        file = kept.file
        assert (file.taken_at, file.lng, file.lat, file.likeness) == (None, None, None, None)
        earlier = {"starts_at": BEGINS - 5 * HOUR, "ends_at": BEGINS - 4 * HOUR}
        with pytest.raises(PictureUsed):
            self.with_picture(served, **earlier)
        assert ServiceRecord.objects.count() == 1, "nothing of the refused one stays"

    def test_a_picture_goes_after_half_a_year_and_with_its_owner(
        self, served, django_capture_on_commit_callbacks
    ):
        row = self.with_picture(served)
        assert forget_pictures(now=ENDS + 180 * DAY) == 0
        with django_capture_on_commit_callbacks(execute=True):
            assert (pictures_due(ENDS + 181 * DAY), forget_pictures(now=ENDS + 181 * DAY)) == (1, 1)
        assert not StoredFile.objects.exists()
        assert fresh(row).proof
        self.with_picture(served, 2, starts_at=BEGINS - 5 * HOUR, ends_at=BEGINS - 4 * HOUR)
        person = served.town.persons["worker"]
        subject = Subject(person.pk, served.town["worker"].subject_id)
        table = next(each for each in registered() if each.model is ClaimPicture)
        assert [each["record__title"] for each in table.export(subject)] == ["帮张大爷搬柜子"]
        with django_capture_on_commit_callbacks(execute=True):
            record_forgetting.erase_records(subject, now=ENDS + 2 * DAY)
        assert not ClaimPicture.objects.exists()
        assert not StoredFile.objects.exists()

    def test_a_day_has_twelve_hours(self, served):
        given = {"starts_at": BEGINS - 5 * HOUR, "ends_at": BEGINS + 5 * HOUR}
        actor = served.town["worker"]
        long = records.enter_service(
            actor=actor, claim=self.claim(served, **given), key=uuid4(), now=BEGINS + DAY
        )
        rest = {"starts_at": BEGINS + 5 * HOUR, "ends_at": BEGINS + 9 * HOUR}
        more = records.enter_service(
            actor=actor, claim=self.claim(served, **rest), key=uuid4(), now=BEGINS + DAY
        )
        assert (long.minutes, more.minutes) == (600, 120)


class TestConfirming:
    def test_a_whole_shift_in_one_sweep(self, served):
        rows = [left(served, came(served, key), key) for key in ("worker", "other_worker")]
        [sweep] = queries.sweeps(served.leader)
        assert (len(sweep.rows), sweep.minutes) == (2, 240)
        marks = {rows[0].public_id: Judged(120, "一直站在最挤的路口")}
        done = confirm_hours(
            actor=served.leader, records=[each.public_id for each in rows], judged=marks, now=ENDS + HOUR
        )
        assert done.recorded == 2
        first = told("HoursRecorded")[0]
        assert (first["minutes"], first["quality"], first["served_on"]) == (120, 120, "2026-09-15")
        subjects = set(
            Event.objects.filter(name="volunteering.HoursRecorded").values_list("subject_id", flat=True)
        )
        assert len(subjects) == 2
        again = confirm_hours(actor=served.leader, records=[each.public_id for each in rows], now=ENDS + HOUR)
        assert again.recorded == 0
        assert queries.minutes_of(served.town.persons["worker"].pk) == 120

    def test_more_needs_a_reason_and_nobody_confirms_their_own(self, served):
        row = left(served, came(served))
        with pytest.raises(Invalid):
            confirm_hours(
                actor=served.leader, records=[row.public_id], judged={row.public_id: Judged(120)}, now=ENDS
            )
        with pytest.raises(Invalid):
            confirm_hours(
                actor=served.leader, records=[row.public_id], judged={row.public_id: Judged(90)}, now=ENDS
            )
        served.sign_up("resident")
        own = left(served, came(served, "resident"), "resident")
        assert confirm_hours(actor=served.leader, records=[own.public_id], now=ENDS).recorded == 0
        assert confirm_hours(actor=served.town["community"], records=[own.public_id], now=ENDS).recorded == 1

    def test_refused_with_a_reason(self, served):
        row = left(served, came(served))
        given = {"actor": served.leader, "public_id": row.public_id, "now": ENDS + HOUR}
        with pytest.raises(Invalid):
            refuse_hours(**given, reason=" ")
        assert refuse_hours(**given, reason="点到以后就走了").minutes == 0
        assert refuse_hours(**given, reason="点到以后就走了").state == "refused"
        with pytest.raises(NotFound):
            refuse_hours(actor=served.town["next_community"], public_id=row.public_id, reason="x", now=ENDS)

    def test_of_another_team_nothing_is_seen(self, served):
        row = left(served, came(served))
        for key in ("next_community", "other_dispatcher"):
            with pytest.raises(NotFound):
                queries.visible_record(served.town[key], row.public_id)
        assert queries.sweeps(served.town["next_community"]) == []

    def test_lists_cost_the_same_for_one_and_for_many(self, served, django_assert_num_queries):
        left(served, came(served))
        with django_assert_num_queries(1):
            queries.sweeps(served.leader)
        left(served, came(served, "other_worker"), "other_worker")
        with django_assert_num_queries(1):
            queries.sweeps(served.leader)
        with django_assert_num_queries(2):
            queries.expected_at(served.shift)
        with django_assert_num_queries(4):
            queries.own_hours(served.town["worker"], queries.HourFilters())


class TestCorrecting:
    def ask(self, served, row, minutes=150):
        return record_correcting.ask_correction(
            actor=served.town["worker"], public_id=row.public_id, words="多站了半小时", wanted_minutes=minutes,
            now=ENDS + DAY,
        )  # fmt: skip

    def grant(self, served, row, **other):
        given = {
            "actor": served.leader, "public_id": row.public_id, "minutes": 150, "quality": 100,
            "answer": "核对过照片", "now": ENDS + 2 * DAY,
        }  # fmt: skip
        return record_correcting.grant_correction(**given | other)

    def test_before_and_after_stay(self, served):
        row = recorded(served)
        asked = self.ask(served, row)
        assert self.ask(served, row) == asked
        assert fresh(row).state == "asked"
        done = self.grant(served, row)
        assert (done.state, done.minutes) == ("corrected", 150)
        step = RecordStep.objects.get(record=row, name="correct")
        assert (step.minutes_before, step.minutes_after) == (120, 150)
        [said] = told("HoursCorrected")
        assert (said["minutes_before"], said["minutes"], said["reason"]) == (120, 150, "correction")
        with pytest.raises(record_correcting.NothingAsked):
            self.grant(served, row)

    def test_somebody_else_decides_and_says_why(self, served):
        row = recorded(served)
        self.ask(served, row)
        with pytest.raises(Invalid):
            self.grant(served, row, answer="")
        with pytest.raises(record_correcting.MoreThanADay):
            self.grant(served, row, minutes=721)
        with pytest.raises(NotFound):
            self.grant(served, row, actor=served.town["worker"])
        kept = record_correcting.refuse_correction(
            actor=served.leader, public_id=row.public_id, answer="登记表上是两小时", now=ENDS + 2 * DAY
        )
        assert (kept.state, kept.minutes) == ("recorded", 120)
        assert told("HoursCorrected") == []

    def test_what_was_refused_counts_after_all(self, served):
        row = left(served, came(served))
        refuse_hours(actor=served.leader, public_id=row.public_id, reason="没看到人", now=ENDS + HOUR)
        self.ask(served, row, minutes=120)
        self.grant(served, row, minutes=120)
        assert (fresh(row).state, fresh(row).minutes) == ("corrected", 120)
        assert [each["minutes"] for each in told("HoursRecorded")] == [120]
        assert told("HoursCorrected") == []


@pytest.mark.parametrize("workflow", [RECORD, CERTIFICATE, HELP, HELP_OFFER], ids=lambda each: each.name)
def test_every_state_can_be_reached_and_every_step_is_refused_elsewhere(workflow):
    reached, grown = {""}, True
    while grown:
        more = {m.target for m in workflow.transitions.values() if reached & set(m.sources)} - reached
        reached, grown = reached | more, bool(more)
    assert reached - {""} == set(workflow.states.values)


def test_steps_from_other_states_are_refused(served):
    row = recorded(served)
    for name, move in RECORD.transitions.items():
        if row.state not in move.sources:
            with pytest.raises(IllegalMove):
                RECORD.step(fresh(row), name)
