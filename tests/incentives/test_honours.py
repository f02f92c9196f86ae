"""An honour from the nomination to the end of its display: who may, both consents, no votes."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from nuanxin.cases import services as cases
from nuanxin.cases.models import Case, HandOff
from nuanxin.cases.services import Draft
from nuanxin.incentives.models import Honour, HonourKind, HonourPhoto, HonourStep
from nuanxin.incentives.queries import honours as queries
from nuanxin.incentives.services import honour_days, honour_photos, honours, reviewing
from nuanxin.incentives.services.honours import Nomination
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import DomainError, Invalid, KeyReused, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.notifications.models import Notice
from nuanxin.people.models import Consent
from nuanxin.people.queries import actor_for
from nuanxin.people.services import assign
from nuanxin.people.services.consents import withdraw_consent
from tests.factories.fixtures import jpeg
from tests.factories.honours import DAY, agreed, displayed, nominated, perform, publicised
from tests.factories.town import DISTRICT, LAT, LNG, START, STREET

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def town(settings, tmp_path, town_of):
    settings.MEDIA_ROOT = tmp_path / "media"
    return town_of(START)


def fresh(honour):
    return Honour.objects.get(pk=honour.pk)


class TestNominating:
    def test_the_same_submission_is_the_same_nomination(self, town):
        key = uuid4()
        first = nominated(town, key=key)
        assert nominated(town, key=key).pk == first.pk
        with pytest.raises(KeyReused):  # the key of somebody else tells nothing of theirs
            nominated(town, "resident", key=key)
        assert first.subject_id == town["worker"].subject_id
        assert first.nominator_id == town["other_worker"].subject_id

    def test_of_nobodys_street_the_district_looks_into_it(self, town):
        """Who has not said where they live nominates as well: it waits for nobody who is not there."""
        stray = replace(town["resident"], scope_code=DISTRICT)
        data = Nomination("badge", "扶老人过街", "每天早上扶邻居老人过街，坚持了一年。", who="送水的李师傅")
        made = honours.nominate(actor=stray, data=data, key=uuid4(), now=town.now)
        drain(now=town.now)
        assert made.scope_code == DISTRICT
        assert Notice.objects.filter(person=town.persons["swd"], facts__thanks="nominated").exists()
        perform(town, made, "verify", "swd")
        assert fresh(made).state == "verified"
        with pytest.raises(DomainError):
            perform(town, made, "refuse", "swd")  # two people, here as elsewhere

    def test_oneself_is_fine_and_a_stranger_without_an_account_is_found_later(self, town):
        data = Nomination(
            "badge", "捡到手机还给失主", "八月在驿站捡到一部手机，等了两小时还给失主。", is_self=True
        )
        assert honours.nominate(actor=town["worker"], data=data, key=uuid4(), now=town.now).subject_id
        data = Nomination("badge", "扶老人过街", "每天早上扶邻居老人过街，坚持了一年。", who="送水的李师傅")
        made = honours.nominate(actor=town["worker"], data=data, key=uuid4(), now=town.now)
        assert made.subject_id is None
        perform(town, made, "verify", "community")
        with pytest.raises(honours.NobodyKnown):
            perform(town, made, "publicise", "street_lead")
        with pytest.raises(honours.NobodyKnown):
            honours.edit_story(
                actor=town["community_head"], public_id=made.public_id, title="扶老人过街",
                story="每天早上扶老人过街。",
                phone="19911110000", now=town.now,
            )  # fmt: skip
        found = honours.edit_story(
            actor=town["community_head"], public_id=made.public_id, title="扶老人过街",
            story="每天早上扶老人过街，一年了。",
            phone=town.persons["resident"].phone, now=town.now,
        )  # fmt: skip
        assert found.subject_id == town["resident"].subject_id

    def test_bad_input_says_what_to_do(self, town):
        with pytest.raises(Invalid) as wrong:
            honours.nominate(
                actor=town["worker"], data=Nomination("king", "", "短"), key=uuid4(), now=town.now
            )
        assert set(wrong.value.fields) == {"kind", "title", "story", "who"}

    def test_there_is_nothing_to_vote_or_like_with(self):
        words = ("vote", "like", "rank", "view_count", "score")
        for model in (Honour, HonourKind, HonourPhoto, HonourStep):
            assert not [f.name for f in model._meta.get_fields() if any(word in f.name for word in words)]


class TestDuties:
    def test_who_verifies_does_not_decide_and_no_part_in_it_does_neither(self, town):
        honour = nominated(town, "community")
        with pytest.raises(honours.OwnHonour):
            perform(town, honour, "verify", "community")
        perform(town, honour, "verify", "community_head")
        agreed(town, honour)
        Honour.objects.filter(pk=honour.pk).update(verified_by=perform_id(town, "street_lead"))
        with pytest.raises(honours.SameTwo):
            perform(town, honour, "publicise", "street_lead")
        assert perform(town, honour, "publicise", "swd").state == "publicity"

    def test_one_human_being_in_two_roles_is_one(self, town):
        """Another assignment is no other pair of eyes."""
        given = {"actor": SYSTEM, "person": town.persons["community"], "now": town.now}
        both = actor_for(assign(role="street_lead", scope_code=STREET, **given))
        honour = nominated(town)
        perform(town, honour, "verify", "community")
        photo = honour_photos.add_picture(
            actor=town["community"], public_id=honour.public_id, accepted=accept_image(jpeg()), now=town.now
        )
        agreed(town, honour)
        with pytest.raises(honours.SameTwo):
            honours.perform_honour(
                actor=both, public_id=honour.public_id, name="publicise", opinion="属实", now=town.now
            )
        with pytest.raises(honour_photos.OwnPicture):
            honour_photos.release_picture(
                actor=both, public_id=honour.public_id, photo_id=photo.pk, now=town.now
            )

    def test_who_nominated_answers_no_objection(self, town):
        honour = nominated(town, "street_lead")
        perform(town, honour, "verify", "community")
        agreed(town, honour)
        perform(town, honour, "publicise", "swd")
        said = reviewing.raise_objection(
            about="honour", target=honour.public_id, key=uuid4(), text="那天推车的是别人", now=town.now
        )
        given = {"objection_id": said.pk, "is_upheld": False, "answer": "问过了，属实", "now": town.now}
        with pytest.raises(NotFound):
            reviewing.answer_objection(actor=town["street_lead"], **given)
        assert reviewing.answer_objection(actor=town["swd"], **given).answered_at == town.now

    def test_after_an_objection_that_is_right_nobody_is_honoured(self, town):
        honour = nominated(town)
        perform(town, honour, "verify", "community")
        agreed(town, honour)
        shown = perform(town, honour, "publicise", "swd")
        said = reviewing.raise_objection(
            about="honour", target=honour.public_id, key=uuid4(), text="那天推车的是别人", now=town.now
        )
        reviewing.answer_objection(
            actor=town["swd"], objection_id=said.pk, is_upheld=True, answer="录像里是别人", now=town.now
        )
        after = shown.publicity_until + DAY
        with pytest.raises(honours.ObjectionUpheld):
            perform(town, honour, "award", "swd", now=after)
        assert perform(town, honour, "refuse", "swd", opinion="录像里是别人", now=after).state == "refused"

    def test_a_stranger_does_not_know_of_it(self, town):
        honour = nominated(town)
        with pytest.raises(NotFound):
            perform(town, honour, "verify", "other_dispatcher")
        with pytest.raises(NotFound):
            queries.my_honour(town["resident"], honour.public_id)

    def test_a_word_is_needed_where_the_table_says_so(self, town):
        honour = nominated(town)
        with pytest.raises(Invalid):
            perform(town, honour, "verify", "community", opinion=" ")
        with pytest.raises(KeyError):
            perform(town, honour, "hide", "street_lead")
        with pytest.raises(IllegalMove):
            perform(town, honour, "award", "street_lead")


def perform_id(town, who):
    return town[who].assignment_id


class TestConsent:
    def test_nothing_is_shown_before_its_owner_agrees(self, town):
        honour = nominated(town)
        perform(town, honour, "verify", "community")
        with pytest.raises(honours.NoConsent):
            perform(town, honour, "publicise", "street_lead")
        with pytest.raises(NotFound):  # who nominated cannot agree for the honoured
            honours.agree_honour(
                actor=town["other_worker"], public_id=honour.public_id, purpose=honours.PUBLICITY, shown_as="他",
                now=town.now,
            )  # fmt: skip
        agreed(town, honour)
        assert Consent.objects.filter(purpose="honour_publicity", withdrawn_at=None).count() == 1
        shown = perform(town, honour, "publicise", "street_lead")
        assert queries.story(shown.public_id, now=town.now).shown_as == "枫桥小王"

    def test_both_consents_are_separate_and_taking_either_back_is_at_once(self, town):
        honour = displayed(town)
        at = town.now + 11 * DAY
        (row,), _more = queries.roll(show="wall", now=at)
        assert row == honour
        honours.disagree_honour(
            actor=town["worker"], public_id=honour.public_id, purpose=honours.DISPLAY, now=at
        )
        assert queries.roll(show="wall", now=at) == ([], False)
        with pytest.raises(NotFound):
            queries.story(honour.public_id, now=at)
        assert fresh(honour).state == "awarded"
        agreed(town, honour, honours.DISPLAY, now=at)
        assert perform(town, honour, "display", "street_lead", now=at).state == "displayed"
        withdraw_consent(person=town.persons["worker"], purpose=honours.DISPLAY, now=at)
        assert fresh(honour).state == "awarded"
        assert fresh(honour).may_publicise_at is not None

    def test_during_publicity_it_goes_back_to_verified(self, town):
        honour = publicised(town)
        withdraw_consent(person=town.persons["worker"], purpose=honours.PUBLICITY, now=town.now + DAY)
        assert (fresh(honour).state, queries.roll(show="publicity", now=town.now + DAY)) == (
            "verified",
            ([], False),
        )

    def test_its_owner_may_not_want_it_at_all(self, town):
        honour = nominated(town)
        assert perform(town, honour, "withdraw", "worker", opinion="").state == "withdrawn"


class TestAwarding:
    def test_publicity_runs_and_objections_are_answered_first(self, town):
        honour = publicised(town)
        with pytest.raises(honours.StillShown):
            perform(town, honour, "award", "street_lead", now=town.now + DAY)
        objection = reviewing.raise_objection(
            about="honour", target=honour.public_id, key=uuid4(), text="推车的不是他", now=town.now + DAY
        )
        after = honour.publicity_until + MINUTE
        assert honour_days.end_honour_days(now=after) == 1
        assert honour_days.end_honour_days(now=after) == 0
        with pytest.raises(honours.ObjectionsOpen):
            perform(town, honour, "award", "street_lead", now=after)
        reviewing.answer_objection(
            actor=town["street_lead"],
            objection_id=objection.pk,
            is_upheld=False,
            answer="看过录像，是他",
            now=after,
        )
        assert perform(town, honour, "award", "street_lead", now=after).awarded_at == after

    def test_display_ends_on_its_day(self, town):
        honour = displayed(town)
        end = fresh(honour).displayed_until
        assert (end - town.now).days > 365
        with pytest.raises(NotFound):
            queries.story(honour.public_id, now=end)
        assert honour_days.end_honour_days(now=end) == 1
        assert fresh(honour).state == "ended"

    def test_a_righteous_act_is_nominated_and_forwarded_and_never_shown(self, town):
        honour = nominated(town, kind="righteous_act")
        perform(town, honour, "verify", "community")
        agreed(town, honour)
        with pytest.raises(honours.NominationOnly):
            perform(town, honour, "publicise", "street_lead")
        assert perform(town, honour, "forward", "street_lead").state == "forwarded"
        assert "政法委" in honour.kind.about_zh
        other = nominated(town)
        perform(town, other, "verify", "community")
        with pytest.raises(honours.NotThisKind):
            perform(town, other, "forward", "street_lead")

    def test_refused_its_nominator_contests_and_another_one_decides(self, town):
        honour = nominated(town)
        perform(town, honour, "refuse", "street_lead", opinion="查无此事")
        appeal = reviewing.file_appeal(
            actor=town["other_worker"], about="honour", target=honour.public_id, reason="有视频", now=town.now
        )
        reviewing.decide_appeal(
            actor=town["swd"], public_id=appeal.public_id, is_upheld=True, answer="视频属实", now=town.now
        )
        assert fresh(honour).state == "nominated"


class TestPictures:
    def test_another_one_looks_before_anybody_else_does(self, town):
        honour = publicised(town)
        given = {"public_id": honour.public_id, "now": town.now}
        photo = honour_photos.add_picture(actor=town["community"], accepted=accept_image(jpeg()), **given)
        assert (
            honour_photos.add_picture(actor=town["community"], accepted=accept_image(jpeg()), **given).pk
            == photo.pk
        )
        key = photo.file.public_id
        with pytest.raises(NotFound):
            queries.public_picture(key, now=town.now)
        honour_photos.release_picture(actor=town["street_lead"], photo_id=photo.pk, **given)
        assert queries.public_picture(key, now=town.now) == key
        withdraw_consent(person=town.persons["worker"], purpose=honours.PUBLICITY, now=town.now)
        with pytest.raises(NotFound):
            queries.public_picture(key, now=town.now)
        honour_photos.remove_picture(actor=town["street_lead"], photo_id=photo.pk, **given)
        honour_photos.remove_picture(actor=town["street_lead"], photo_id=photo.pk, **given)
        assert not HonourPhoto.objects.exists()


class TestGoodDeedReported:
    def test_a_report_becomes_a_nomination_and_its_reporter_stays_unknown(self, town):
        draft = Draft(category="1106", text="有位师傅扶老人过街", lng=LNG + 0.002, lat=LAT + 0.002)
        case = cases.report_case(actor=town["worker"], draft=draft, key="good-deed-1", now=town.now).case
        if case.state != "filed":
            cases.file_case(actor=town["dispatcher"], case=case, now=town.now + MINUTE)
        drain(now=town.now + MINUTE)
        honour = Honour.objects.get()
        assert (honour.case_number, honour.nominator_id, honour.subject_id) == (case.number, None, None)
        assert "扶老人" not in honour.story
        perform(town, honour, "verify", "community")
        case = Case.objects.get(pk=case.pk)
        assert (case.state, case.outcome) == ("closed", "transferred")
        assert "善行义举榜" in HandOff.objects.get().receipt


def test_the_list_costs_the_same_however_long(town, django_assert_num_queries):
    for _number in range(3):
        nominated(town)
    filters = queries.HonourFilters()
    with django_assert_num_queries(1):
        rows, more = queries.listed_honours(town["street_lead"], filters)
    assert (len(rows), more) == (3, False)
    with django_assert_num_queries(3):
        queries.honour_page(rows[0])
