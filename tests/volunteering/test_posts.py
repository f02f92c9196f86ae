"""A post from setting it up to the end of a term: rules, seats, clocks, the role in the system."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from nuanxin.kernel.errors import Invalid, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.privacy.register import Subject
from nuanxin.kernel.retention import rule_named, run_rule
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.people.models import Assignment
from nuanxin.people.services import end_assignment
from nuanxin.volunteering.models import Appointment, AppointmentStep, Post, PostKind
from nuanxin.volunteering.queries import posts as queries
from nuanxin.volunteering.queries.posts import PostFilters
from nuanxin.volunteering.queries.requirements import trained_before
from nuanxin.volunteering.services import appointment_watching as watching
from nuanxin.volunteering.services import appointments, posts
from nuanxin.volunteering.services.appointment_log import OwnNomination
from nuanxin.volunteering.services.leaving import erase_appointments, forget_appointments
from nuanxin.volunteering.services.posts import PostData
from tests.factories.crowd import Crowd
from tests.factories.town import COMMUNITY, NEXT_COMMUNITY, STREET
from tests.factories.volunteers import DAY, applied, appointed, happened, post, publicised

pytestmark = pytest.mark.django_db


class TestPost:
    def test_the_eight_roles_and_the_others_are_there_with_both_names(self, town):
        made = post(town, "deputy_building_head", compound=town.compound.public_id, building="3 号楼")
        assert (made.kind.name_zh, made.kind.name_en) == ("副楼长", "Deputy building head")
        assert queries.house_of(made) == "云栖里 3 号楼"
        eight = Post._meta.get_field("kind").related_model.objects.filter(family="八大员")
        assert eight.count() == 8
        assert all(each.tasks for each in eight)

    def test_what_is_wrong_is_said_beside_its_field(self, town):
        with pytest.raises(Invalid) as wrong:
            post(town, "part_time_grid_worker", scope_code=STREET, headcount=0, term_months=99, setting=" ")
        assert set(wrong.value.fields) == {"scope_code", "headcount", "term_months", "setting"}
        with pytest.raises(Invalid) as house:
            post(town, "deputy_building_head")
        assert "building" in house.value.fields
        with pytest.raises(posts.OutsideArea):
            post(town, scope_code=NEXT_COMMUNITY, actor=town["community"])

    def test_fewer_seats_than_are_taken_are_refused(self, town):
        made = post(town, headcount=2)
        appointed(town, made)
        given = {"actor": town["community"], "public_id": made.public_id, "now": town.now}
        data = {"kind": made.kind_id, "scope_code": COMMUNITY, "setting": "同上"}
        with pytest.raises(posts.PeopleOnIt):
            posts.close_post(**given)
        changed = posts.change_post(**given, data=PostData(**data, headcount=1))
        assert changed.headcount == 1
        with pytest.raises(appointments.NoSeat):
            applied(town, made, "other_worker")

    def test_closed_whoever_waits_hears_of_it(self, town):
        made = post(town)
        found = applied(town, made)
        posts.close_post(actor=town["community"], public_id=made.public_id, now=town.now)
        found.refresh_from_db()
        assert found.state == "refused"
        assert happened("AppointmentMoved")[-1]["step"] == "drop"


class TestSelection:
    def test_from_the_word_of_the_worker_to_the_role(self, town):
        made = post(town, training="网格工作和保密培训")
        found = applied(town, made)
        assert applied(town, made) == found
        head = {"actor": town["community_head"], "public_id": found.public_id}
        with pytest.raises(IllegalMove):
            appointments.publicise_appointment(**head, now=town.now)
        appointments.review_nomination(actor=town["community"], public_id=found.public_id, now=town.now)
        found = appointments.publicise_appointment(**head, now=town.now)
        assert (found.publicity_until - town.now).days >= 6  # five working days with a weekend
        with pytest.raises(appointments.PublicityRuns):
            appointments.appoint(**head, now=town.now)
        after = found.publicity_until + DAY / 24
        with pytest.raises(appointments.NotTrained):
            appointments.appoint(**head, now=after)
        appointments.confirm_training(actor=town["community"], public_id=found.public_id, now=after)
        found = appointments.appoint(**head, now=after)
        assert found.number.startswith("P990101-2026-0001")
        role = Assignment.objects.get(pk=found.assignment_id)
        assert (role.role_id, role.scope_code, role.active_to) == ("grid_part", COMMUNITY, None)
        assert happened("PostAppointed") == [
            {"appointment_id": found.pk, "post_kind": "part_time_grid_worker"}
        ]
        assert [each.action for each in AppointmentStep.objects.filter(appointment=found)] == [
            "apply", "review", "publicise", "trained", "appoint",
        ]  # fmt: skip

    def test_a_training_that_was_confirmed_for_another_post_counts_again(self, town):
        training = "网格工作和保密培训"
        appointed(town, post(town, training=training))
        other = post(town, training="网格工作和“保密”培训", scope_code=COMMUNITY)
        found = applied(town, other)
        given = {"public_id": found.public_id, "now": town.now}
        appointments.review_nomination(actor=town["community"], **given)
        found = appointments.publicise_appointment(actor=town["community_head"], **given)
        assert "岗位培训确认过" in trained_before(found.person_id, other.training).why
        after = found.publicity_until + DAY / 24
        appointments.appoint(actor=town["community_head"], public_id=found.public_id, now=after)
        found.refresh_from_db()
        assert found.trained_at == after
        step = AppointmentStep.objects.get(appointment=found, action="trained")
        assert (step.role, step.opinion) == ("system", other.training)
        assert trained_before(town.persons["other_worker"].pk, training) is None

    def test_nobody_decides_about_themselves_or_their_own_nomination(self, town):
        made = post(town)
        worker = town.persons["worker"]
        found = appointments.nominate(
            actor=town["community"], public_id=made.public_id, phone=worker.phone, why="热心", now=town.now
        )
        given = {"public_id": found.public_id, "now": town.now}
        with pytest.raises(IllegalMove):
            appointments.review_nomination(actor=town["community_head"], **given)
        with pytest.raises(NotFound):
            appointments.agree_to_nomination(actor=town["other_worker"], **given)
        appointments.agree_to_nomination(actor=town["worker"], **given)
        with pytest.raises(OwnNomination):
            appointments.review_nomination(actor=town["community"], **given)
        appointments.review_nomination(actor=town["community_head"], **given)
        with pytest.raises(OwnNomination):
            appointments.publicise_appointment(actor=town["community_head"], **given)
        appointments.publicise_appointment(actor=town["street_lead"], **given)
        with pytest.raises(OwnNomination):
            appointments.nominate(
                actor=town["community"], public_id=made.public_id, phone=town.persons["community"].phone,
                why="我", now=town.now,
            )  # fmt: skip
        with pytest.raises(NotFound):
            queries.appointment_for(town["next_community"], "volunteering.view_nominee", found.public_id)
        assert queries.name_of(town["swd"], found).startswith("测**")

    def test_an_objection_is_answered_first(self, town):
        found = publicised(town, post(town))
        given = {"public_id": found.public_id, "now": town.now}
        key = uuid4()
        said = watching.object_to_appointment(**given, key=key, text="不住在这个网格")
        assert watching.object_to_appointment(**given, key=key, text="不住在这个网格") == said
        after = found.publicity_until + DAY / 24
        head = {"actor": town["community_head"], "public_id": found.public_id, "now": after}
        with pytest.raises(appointments.ObjectionsOpen):
            appointments.appoint(**head)
        with pytest.raises(watching.NotPublic):
            watching.object_to_appointment(public_id=found.public_id, key=uuid4(), text="晚了", now=after)
        answer = {"objection_id": said.pk, "is_upheld": False, "answer": "核实过，住在本网格"}
        watching.answer_post_objection(**head, **answer)
        with pytest.raises(watching.AnsweredAlready):
            watching.answer_post_objection(**head, **answer)
        assert appointments.appoint(**head).state == "appointed"

    def test_after_an_objection_that_is_right_it_is_looked_at_again(self, town):
        made = post(town)
        found = publicised(town, made)
        said = watching.object_to_appointment(
            public_id=found.public_id, key=uuid4(), text="不住在这个网格", now=town.now
        )
        head = {"actor": town["community_head"], "public_id": found.public_id}
        watching.answer_post_objection(
            **head, objection_id=said.pk, is_upheld=True, answer="确实不住这里", now=town.now
        )
        with pytest.raises(appointments.ObjectionUpheld):
            appointments.appoint(**head, now=found.publicity_until + DAY)
        appointments.review_again(**head, reason="住址搬过来了再看", now=town.now + DAY)
        again = {"public_id": found.public_id, "now": town.now + 2 * DAY}
        appointments.review_nomination(actor=town["community"], **again)
        shown = appointments.publicise_appointment(actor=town["community_head"], **again)
        assert appointments.appoint(**head, now=shown.publicity_until + DAY).state == "appointed"

    def test_sent_back_its_seat_is_free_again(self, town):
        made = post(town)
        found = publicised(town, made)
        with pytest.raises(Invalid):
            appointments.review_again(
                actor=town["community_head"], public_id=found.public_id, reason="", now=town.now
            )
        back = appointments.review_again(
            actor=town["community_head"], public_id=found.public_id, reason="住址要核实", now=town.now
        )
        assert (back.state, back.seat, back.reviewed_by_id) == ("nominated", None, None)
        assert publicised(town, made, "other_worker").seat == 1


class TestEnd:
    def test_resigned_the_role_ends_and_the_card_is_over(self, town):
        found = appointed(town, post(town))
        now = found.appointed_at + DAY
        assert queries.card_by_code(found.code, now=now).is_valid
        assert queries.card_by_code(found.code, now=now).name.startswith("测**")
        with pytest.raises(Invalid):
            appointments.resign(actor=town["worker"], public_id=found.public_id, handover="", now=now)
        appointments.resign(actor=town["worker"], public_id=found.public_id, handover="钥匙交给社区", now=now)
        assert Assignment.objects.get(pk=found.assignment_id).active_to == now
        card = queries.card_by_code(found.code, now=now)
        assert (card.is_valid, card.name) == (False, "")
        assert happened("PostEnded")[-1]["how"] == "resign"
        drain(now=now)

    def test_a_term_is_reminded_of_twice_and_then_over(self, town):
        found = appointed(town, post(town))
        start = found.appointed_at
        said = []
        for days in (300, 336, 337, 359, 360, 365, 366, 367):
            while watching.watch_appointments(now=start + days * DAY):
                pass
            said.append(len(happened("PostTermEndsSoon")))
        assert said[0] == 0
        assert said[-1] == 2
        found.refresh_from_db()
        assert found.state == "expired"
        assert Assignment.objects.get(pk=found.assignment_id).active_to is not None

    def test_whose_role_is_ended_elsewhere_has_no_post(self, town):
        found = appointed(town, post(town))
        role = Assignment.objects.select_related("person__subject").get(pk=found.assignment_id)
        now = found.appointed_at + DAY
        end_assignment(actor=town["community_head"], assignment=role, now=now)
        drain(now=now)
        found.refresh_from_db()
        assert (found.state, found.seat) == ("removed", None)

    def test_removed_with_a_reason_by_another(self, town):
        found = appointed(town, post(town))
        now = found.appointed_at + DAY
        given = {"actor": town["community_head"], "public_id": found.public_id, "now": now}
        with pytest.raises(Invalid):
            appointments.remove_from_post(**given, reason=" ")
        assert appointments.remove_from_post(**given, reason="长期不在本地").state == "removed"

    def test_an_erased_person_leaves_a_figure(self, town):
        found = appointed(town, post(town))
        person = town.persons["worker"]
        subject = Subject(person.pk, person.subject.pk)
        assert erase_appointments(subject, now=found.appointed_at + DAY).anonymised == 1
        found.refresh_from_db()
        assert (found.person, found.state, found.why) == (None, "resigned", "")
        assert Assignment.objects.get(pk=found.assignment_id).active_to is not None

    def test_after_three_years_nobody_knows_who(self, town):
        found = appointed(town, post(town))
        now = found.appointed_at + DAY
        appointments.resign(actor=town["worker"], public_id=found.public_id, handover="没有", now=now)
        assert forget_appointments(now=now + 1000 * DAY) == 0
        assert forget_appointments(now=now + 1100 * DAY) == 1


def test_every_post_that_people_really_hold_is_shipped(town):
    """The eight, sentinels, mobile and part-time grid workers, volunteer riders, deputy building heads, guides."""
    kinds = {each.name_zh: each for each in PostKind.objects.all()}
    assert sum(each.family == "八大员" for each in kinds.values()) == 8
    assert all(each.tasks for each in kinds.values())
    areas = {"志愿骑手": "grid", "社区兼职网格员": "grid", "副楼长": "building", "导游队员": "street"}
    assert {name: kinds[name].area for name in areas} == areas
    assert {"民情速递员", "流动网格员", "消防隐患哨兵", "社区网格管家", "平安合伙人"} <= set(kinds)


def test_the_database_gives_no_seat_twice(town):
    made = post(town, headcount=2)
    first, second = publicised(town, made), publicised(town, made, "other_worker")
    assert {first.seat, second.seat} == {1, 2}
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=second.pk).update(seat=first.seat)


def test_lists_take_the_same_number_of_statements_however_long(town, django_assert_num_queries):
    for n in range(4):
        applied(town, post(town, headcount=n + 1))
    with django_assert_num_queries(1):
        rows, _more = queries.listed_posts(town["street_lead"], PostFilters(only="vacant"))
    assert [row.vacant for row in rows] == [4, 3, 2, 1]
    with django_assert_num_queries(1):
        assert len(queries.listed_appointments(town["street_lead"], PostFilters())[0]) == 4
    assert queries.appointment_counts(town["street_lead"])["review"] == 4
    assert queries.filled_in(town["street_lead"]).percent == 0
    assert queries.filled_in(town["other_dispatcher"]).percent is None


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_get_one_seat(town, tmp_path):
    made = post(town)
    waiting = []
    for who in ("worker", "other_worker"):
        found = applied(town, made, who)
        appointments.review_nomination(actor=town["community"], public_id=found.public_id, now=town.now)
        waiting.append(found.public_id)
    head = town["community_head"]
    acts = [
        lambda each=each: appointments.publicise_appointment(actor=head, public_id=each, now=town.now).state
        for each in waiting
    ]
    crowd = Crowd(tmp_path)
    assert sorted(crowd.together(*acts)) == ["NoSeat", "publicity"]
    seated = crowd.together(lambda: Appointment.objects.filter(post=made, state="publicity").count())
    assert seated == [1]


def test_what_is_over_is_counted_and_forgotten_by_its_rule(town):
    found = appointed(town, post(town))
    end = found.appointed_at + DAY
    appointments.resign(actor=town["worker"], public_id=found.public_id, handover="没有", now=end)
    for table in ("Appointment", "TeamMember", "ReserveCandidate", "ProgrammeMember", "PostObjection"):
        run = run_rule(rule_named(f"volunteering.{table}"), now=end + 1100 * DAY)
        assert (run.due, run.gone) == ((1, 1) if table == "Appointment" else (0, 0))
