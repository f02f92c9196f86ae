"""A friendly scene from the application to the end of its plate: rules, clocks, who may do what."""

from datetime import date
from uuid import uuid4

import pytest

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import Invalid, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.kernel.worktime.months import months_on
from nuanxin.notifications.models import Notice
from nuanxin.notifications.queries import line_of
from nuanxin.places import services as places
from nuanxin.places.models import Scene, SceneStandard, SceneStep
from nuanxin.places.queries import scenes as queries
from nuanxin.places.queries.scene_standard import (
    Mark,
    items_of,
    standard_in_force,
    weigh,
)
from nuanxin.places.services import scene_appeals, scene_assessing, scene_standard, scene_watching, scenes
from nuanxin.places.services.scene_log import OwnScene
from tests.factories import people
from tests.factories.places import LAT, place
from tests.factories.scenes import DAY, Staff, accredited, applied, assessed, fresh, marks, publicised
from tests.factories.stock import actor_of, happened
from tests.factories.territories import COMMUNITY, NOW, OTHER_STREET, STREET

PUBLICITY_ENDS = NOW.replace(
    day=9, hour=9
)  # five working days after Monday the second: 17:00 of the Monday after


@pytest.fixture
def staff(city):
    return Staff()


class TestApplying:
    def test_whose_place_it_is_asks_once(self, staff):
        scene = applied(staff)
        assert (scene.state, scene.place, scene.scope_code) == ("applied", staff.place, COMMUNITY)
        assert applied(staff) == scene
        assert happened("SceneApplied") == [{"scene_id": scene.pk, "type": "station"}]
        with pytest.raises(scenes.SceneThere):
            applied(staff, type_code="park")

    def test_bad_input_says_what_to_do(self, staff):
        given = {"actor": staff.actor("keeper"), "public_id": staff.place.public_id, "now": NOW}
        with pytest.raises(Invalid) as words:
            scenes.apply_for_place(**given, type_code="station", words=" ")
        assert "words" in words.value.fields
        with pytest.raises(Invalid) as kind:
            scenes.apply_for_place(**given, type_code="castle", words="有热水")
        assert "type" in kind.value.fields

    def test_a_stranger_does_not_know_of_it(self, staff):
        scene = applied(staff)
        elsewhere = actor_of("dispatcher", scope_code=OTHER_STREET)
        with pytest.raises(NotFound):
            scenes.start_assessing(actor=elsewhere, public_id=scene.public_id, now=NOW)
        with pytest.raises(NotFound):
            queries.visible_scene(elsewhere, scene.public_id)
        assert queries.visible_scene(staff.actor("keeper"), scene.public_id) == scene

    def test_a_compound_is_a_scene_without_being_a_place(self, staff):
        manager = people.organisation("暖居物业", kind="property_manager")
        site = staff.place.site.__class__.objects.create(
            name="云栖里", kind="compound", scope_code=COMMUNITY, operator=manager
        )
        actor = actor_of("property", organisation=manager)
        assert queries.sites_to_apply(actor) == [site]
        scene = scenes.apply_for_site(
            actor=actor, site_id=site.public_id, type_code="compound", words="北门直接进", now=NOW
        )
        assert (scene.place, scene.name) == (None, "云栖里")
        assert queries.sites_to_apply(actor) == []
        drain(now=NOW)
        with pytest.raises(scenes.NoSuchSite):
            scenes.apply_for_site(
                actor=staff.actor("keeper"), site_id=site.public_id, type_code="compound", words="?", now=NOW
            )

    def test_withdrawn_it_may_be_asked_for_again(self, staff):
        scene = applied(staff)
        scenes.withdraw_scene(actor=staff.actor("keeper"), public_id=scene.public_id, now=NOW)
        assert applied(staff) != scene


class TestWeighing:
    def test_what_does_not_apply_is_not_counted_and_musts_are_met_in_full(self, city):
        items = items_of(standard_in_force(), "station")
        full = {each.code: 2 for each in items}
        assert weigh(items, full, minimum=70).is_met
        assert weigh(items, full, minimum=70).score == 100
        without = full | {"thanks": None}
        assert weigh(items, without, minimum=70).score == 100
        partly = weigh(items, full | {"polite": 1}, minimum=70)
        assert (partly.is_met, partly.missed) == (False, ("polite",))
        assert weigh(items, dict.fromkeys(full), minimum=70).score == 0

    def test_the_checklist_asks_each_type_what_fits_it(self, city):
        standard = standard_in_force()
        assert "lift" in {each.code for each in items_of(standard, "mall")}
        assert "lift" not in {each.code for each in items_of(standard, "station")}

    def test_months_end_where_the_month_ends(self):
        assert months_on(date(2026, 1, 31), 1) == date(2026, 2, 28)
        assert months_on(date(2026, 3, 2), 12) == date(2027, 3, 2)


class TestAssessing:
    def test_one_goes_there_another_confirms(self, staff):
        scene = applied(staff)
        given = {"public_id": scene.public_id, "now": NOW}
        with pytest.raises(scene_assessing.NotNow):
            scene_assessing.assess_scene(actor=staff.actor("assessor"), marks=marks(scene), **given)
        scenes.start_assessing(actor=staff.actor("assessor"), **given)
        with pytest.raises(scenes.NotAssessed):
            scenes.publicise(actor=staff.actor("lead"), **given)
        first = scene_assessing.assess_scene(actor=staff.actor("assessor"), marks=marks(scene), **given)
        again = scene_assessing.assess_scene(
            actor=staff.actor("assessor"), marks=marks(scene, thanks=1), **given
        )
        assert first.pk == again.pk
        assert again.score < 100
        with pytest.raises(scene_assessing.AnothersAssessment):
            scene_assessing.assess_scene(actor=staff.actor("looker"), marks=marks(scene), **given)
        with pytest.raises(scene_assessing.SamePair):
            scene_assessing.confirm_assessment(actor=staff.actor("assessor"), **given)
        with pytest.raises(Invalid):
            scene_assessing.return_assessment(actor=staff.actor("looker"), opinion="", **given)
        found = scene_assessing.confirm_assessment(actor=staff.actor("looker"), **given)
        assert (found.state, found.is_met, found.standard.version) == ("confirmed", True, 1)
        with pytest.raises(scene_assessing.NothingToConfirm):
            scene_assessing.confirm_assessment(actor=staff.actor("looker"), **given)

    def test_each_item_says_what_it_lacks(self, staff):
        scene = applied(staff)
        scenes.start_assessing(actor=staff.actor("assessor"), public_id=scene.public_id, now=NOW)
        found = [each for each in marks(scene, polite=None) if each.code != "toilet"]
        found = [Mark(each.code, each.grade, "" if each.code == "water" else each.evidence) for each in found]
        with pytest.raises(Invalid) as wrong:
            scene_assessing.assess_scene(
                actor=staff.actor("assessor"), public_id=scene.public_id, marks=found, now=NOW
            )
        assert set(wrong.value.fields) == {"polite", "toilet", "water"}

    def test_nobody_assesses_or_decides_what_is_their_own(self, staff):
        host = people.organisation("枫林街道办事处", kind="street_office", scope_code=STREET)
        own = staff.place
        places.hand_over_keeper(actor=SYSTEM, public_id=own.public_id, assignment_id=staff.keeper.pk, now=NOW)
        scene = applied(staff)
        # The keeper has a second post in the street.
        second = people.services.assign(
            actor=SYSTEM, person=staff.keeper.person, role="dispatcher", scope_code=STREET, now=NOW
        )
        hosted = people.staff("street_lead", scope_code=STREET, organisation=host)
        type(own).objects.filter(pk=own.pk).update(host=host)
        for who in (people.actor(second), people.actor(hosted)):
            with pytest.raises(OwnScene):
                scenes.start_assessing(actor=who, public_id=scene.public_id, now=NOW)

    def test_what_fails_goes_no_further_than_a_refusal(self, staff):
        scene = applied(staff)
        found = assessed(staff, scene, safety=0)
        assert not found.is_met
        given = {"actor": staff.actor("lead"), "public_id": scene.public_id, "now": NOW}
        with pytest.raises(scenes.NotMet):
            scenes.publicise(**given)
        with pytest.raises(Invalid):
            scenes.refuse_scene(reason=" ", **given)
        assert scenes.refuse_scene(reason="消防通道堵着", **given).state == "refused"


class TestPublicity:
    def test_its_working_days_run_before_it_is_accredited(self, staff):
        scene = publicised(staff)
        assert scene.publicity_until.date() == PUBLICITY_ENDS.date()
        given = {"actor": staff.actor("lead"), "public_id": scene.public_id}
        with pytest.raises(scenes.PublicityRuns):
            scenes.accredit(now=NOW + 6 * DAY, **given)
        assert scene_watching.watch_scenes(now=NOW + 6 * DAY) == 0
        after = NOW + 8 * DAY
        assert (scene_watching.watch_scenes(now=after), scene_watching.watch_scenes(now=after)) == (1, 0)
        assert happened("ScenePublicityOver") == [{"scene_id": scene.pk, "objections": 0}]
        found = scenes.accredit(now=after, **given)
        assert (found.state, found.number) == ("accredited", "990101-2026-0001")
        assert found.recheck_on == date(2027, 3, 10)
        drain(now=after)
        told = Notice.objects.filter(person=staff.keeper.person_id, kind="scene_news").order_by("-pk")
        assert "认定为友好场景" in line_of(told[0], {}).title
        assert Notice.objects.filter(person=staff.lead.person_id, facts__scene="over").exists()

    def test_an_objection_is_answered_first_and_keeps_nobody(self, staff):
        scene = publicised(staff)
        key, text = uuid4(), "夜里看不见楼号"
        for _ in range(2):
            made = scene_appeals.object_to_scene(public_id=scene.public_id, key=key, text=text, now=NOW + DAY)
        assert scene.objections.count() == 1
        with pytest.raises(Invalid):
            scene_appeals.object_to_scene(public_id=scene.public_id, key=uuid4(), text=" ", now=NOW + DAY)
        after = NOW + 8 * DAY
        with pytest.raises(scene_appeals.NotPublic):
            scene_appeals.object_to_scene(public_id=scene.public_id, key=uuid4(), text=text, now=after)
        given = {"actor": staff.actor("lead"), "public_id": scene.public_id, "now": after}
        with pytest.raises(scenes.ObjectionsOpen):
            scenes.accredit(**given)
        answer = {"objection_id": made.pk, "is_upheld": True, "answer": "已补装反光楼号"}
        scene_appeals.answer_objection(**given, **answer)
        with pytest.raises(scene_appeals.AnsweredAlready):
            scene_appeals.answer_objection(**given, **answer)
        scenes.assess_again(reason="补装以后再看一次", **given)
        with pytest.raises(scenes.NotAssessed):
            scenes.publicise(**given)
        assessed(staff, fresh(scene), now=after + DAY)
        assert scenes.publicise(**given | {"now": after + DAY}).state == "publicity"

    def test_what_is_not_public_yet_nobody_finds(self, staff):
        scene = applied(staff)
        with pytest.raises(NotFound):
            queries.public_scene(scene.public_id)
        assert queries.public_scenes(show="publicity") == ([], False)


class TestPlate:
    def test_a_plate_falls_due_is_looked_at_again_and_stays(self, staff):
        scene = accredited(staff)
        on = NOW + 373 * DAY
        street = staff.actor("lead")
        assert queries.plates_to_recheck(street, now=NOW + 20 * DAY) == []
        soon = queries.plates_to_recheck(street, now=on - 20 * DAY)
        assert [(each.scene, each.is_due, each.is_late) for each in soon] == [(scene, False, False)]
        assert queries.plates_to_recheck(actor_of("dispatcher", scope_code=OTHER_STREET), now=on) == []
        assert queries.plates_to_recheck(people.actor(people.worker()), now=on) == []
        assert (scene_watching.watch_scenes(now=on), scene_watching.watch_scenes(now=on)) == (1, 0)
        assert fresh(scene).state == "recheck"
        assert [each.is_due for each in queries.plates_to_recheck(street, now=on)] == [True]
        later = on + 60 * DAY
        assert scene_watching.watch_scenes(now=later) == 1
        assert queries.plates_to_recheck(street, now=later)[0].is_late
        assert happened("SceneLate") == [{"scene_id": scene.pk, "what": "recheck"}]
        given = {"actor": street, "public_id": scene.public_id, "now": later}
        with pytest.raises(scenes.NotAssessed):
            scenes.renew(**given)
        found = assessed(staff, fresh(scene), now=later)
        assert found.occasion == "recheck"
        renewed = scenes.renew(**given | {"now": later + DAY})
        assert (renewed.state, renewed.number) == ("accredited", scene.number)
        assert renewed.recheck_on > later.date()

    def test_suspended_reinstated_revoked(self, staff):
        scene = accredited(staff)
        now = NOW + 10 * DAY
        given = {"actor": staff.actor("lead"), "public_id": scene.public_id, "now": now}
        scenes.suspend_scene(reason="不让小哥进", **given)
        assert queries.plate_of(staff.place) is None
        assert queries.scene_by_plate(scene.code).state == "suspended"
        with pytest.raises(IllegalMove):
            scenes.accredit(**given)
        assert scenes.reinstate_scene(reason="门岗换了人，规矩贴出来了", **given).state == "accredited"
        assert scenes.revoke_scene(reason="店关了", **given).state == "revoked"
        assert applied(staff, now=now).number == ""

    def test_numbers_run_on_in_a_district(self, staff):
        accredited(staff)
        other = Staff(elsewhere())
        assert accredited(other).number == "990101-2026-0002"

    def test_a_place_that_closes_takes_its_plate_down(self, staff):
        scene = accredited(staff)
        places.close_place(actor=SYSTEM, public_id=staff.place.public_id, reason="拆了", now=NOW + 9 * DAY)
        assert scene_watching.watch_scenes(now=NOW + 9 * DAY) == 1
        assert (fresh(scene).state, fresh(scene).state_reason) == ("revoked", "这个地方已经撤销。")
        assert scene_watching.watch_scenes(now=NOW + 9 * DAY) == 0

    def test_a_late_step_is_said_once(self, staff):
        applied(staff)
        late = NOW + 40 * DAY
        assert (scene_watching.watch_scenes(now=late), scene_watching.watch_scenes(now=late)) == (1, 0)
        assert [each["what"] for each in happened("SceneLate")] == ["applied"]


def elsewhere():
    return place("云栖驿站", lat=LAT + 0.004)


class TestAppeal:
    def suspended(self, staff):
        scene = accredited(staff)
        given = {"actor": staff.actor("lead"), "public_id": scene.public_id, "now": NOW + 10 * DAY}
        scenes.suspend_scene(reason="不让小哥进", **given)
        return fresh(scene)

    def test_another_one_decides_and_the_plate_is_back(self, staff):
        scene = self.suspended(staff)
        when = {"public_id": scene.public_id, "now": NOW + 11 * DAY}
        with pytest.raises(NotFound):
            scene_appeals.file_scene_appeal(actor=staff.actor("lead"), reason="?", **when)
        scene_appeals.file_scene_appeal(actor=staff.actor("keeper"), reason="那天停电，门禁坏了", **when)
        with pytest.raises(scene_appeals.NotAppealable):
            scene_appeals.file_scene_appeal(actor=staff.actor("keeper"), reason="再说一次", **when)
        with pytest.raises(scenes.AppealRuns):
            scenes.revoke_scene(actor=staff.actor("lead"), reason="算了", **when)
        given = {"is_upheld": True, "answer": "停电属实", **when}
        with pytest.raises(scene_appeals.OwnDecision):
            scene_appeals.decide_scene_appeal(actor=staff.actor("lead"), **given)
        scene_appeals.decide_scene_appeal(actor=staff.actor("judge"), **given)
        assert (fresh(scene).state, fresh(scene).number) == ("accredited", scene.number)
        with pytest.raises(scene_appeals.NoAppeal):
            scene_appeals.decide_scene_appeal(actor=staff.actor("judge"), **given)
        drain(now=when["now"])
        told = Notice.objects.filter(person=staff.judge.person_id, facts__scene="appealed")
        assert told.count() == 1
        assert not Notice.objects.filter(person=staff.lead.person_id, facts__scene="appealed").exists()

    def test_refused_and_upheld_it_is_assessed_anew(self, staff):
        scene = applied(staff)
        scenes.refuse_scene(actor=staff.actor("lead"), public_id=scene.public_id, reason="材料不对", now=NOW)
        when = {"public_id": scene.public_id, "now": NOW + DAY}
        scene_appeals.file_scene_appeal(actor=staff.actor("keeper"), reason="材料都在", **when)
        scene_appeals.decide_scene_appeal(actor=staff.actor("judge"), is_upheld=True, answer="是齐的", **when)
        assert fresh(scene).state == "assessing"

    def test_rejected_it_stays_and_late_it_is_said(self, staff):
        scene = self.suspended(staff)
        when = {"public_id": scene.public_id, "now": NOW + 11 * DAY}
        scene_appeals.file_scene_appeal(actor=staff.actor("keeper"), reason="不服", **when)
        late = NOW + 60 * DAY
        assert (scene_watching.watch_scenes(now=late), scene_watching.watch_scenes(now=late)) == (1, 0)
        given = {"is_upheld": False, "public_id": scene.public_id, "now": late}
        scene_appeals.decide_scene_appeal(actor=staff.actor("judge"), answer="情况属实", **given)
        assert fresh(scene).state == "suspended"

    def test_after_its_days_nobody_may(self, staff):
        scene = self.suspended(staff)
        with pytest.raises(scene_appeals.NotAppealable):
            scene_appeals.file_scene_appeal(
                actor=staff.actor("keeper"), public_id=scene.public_id, reason="不服", now=NOW + 60 * DAY
            )


class TestStandard:
    def data(self, **given):
        held = standard_in_force()
        return scene_standard.StandardData(
            **{name: given.get(name, getattr(held, name)) for name in scene_standard.LIMITS}
        )

    def items(self):
        table = scene_standard.standard_rows(standard_in_force())
        next(iter(table))
        return [
            scene_standard.ItemData(
                row[0], row[1], row[3], row[4], int(row[5]), row[2], row[6] == "1", row[7] == "1"
            )
            for row in table
        ]

    def test_an_edit_is_a_new_version_and_old_assessments_keep_theirs(self, staff):
        scene = applied(staff)
        before = assessed(staff, scene)
        lead = actor_of("swd", scope_code="990101000000")
        given = {"actor": lead, "base": 1, "now": NOW}
        same = scene_standard.publish_standard(**given, data=self.data(), items=self.items())
        assert same.version == 1
        made = scene_standard.publish_standard(**given, data=self.data(minimum=90), items=self.items()[:5])
        assert (made.version, standard_in_force().version) == (2, 2)
        before.refresh_from_db()
        assert before.standard.version == scene.standard.version == 1
        assert items_of(before.standard) != items_of(made)
        with pytest.raises(scene_standard.StandardMoved):
            scene_standard.publish_standard(**given, data=self.data(minimum=80), items=self.items()[:5])

    def test_bad_checklists_are_refused_with_the_reason(self, staff):
        lead = actor_of("swd", scope_code="990101000000")
        items = self.items()
        for bad in ([], [*items, items[0]], [scene_standard.ItemData("x1", "castle", "有", "Yes", 3)]):
            with pytest.raises(scene_standard.BadStandard):
                scene_standard.publish_standard(actor=lead, base=1, data=self.data(), items=bad, now=NOW)
        with pytest.raises(scene_standard.BadStandard) as wrong:
            scene_standard.publish_standard(
                actor=lead, base=1, data=self.data(minimum=0), items=items, now=NOW
            )
        assert "minimum" in wrong.value.fields
        assert SceneStandard.objects.count() == 1

    def test_a_version_goes_out_and_comes_back(self, staff):
        lead = actor_of("swd", scope_code="990101000000")
        table = [list(row) for row in scene_standard.standard_rows(standard_in_force())]
        table[1][5] = "20"
        content = "\n".join(",".join(f'"{cell}"' for cell in row) for row in table).encode()
        made = scene_standard.import_standard(actor=lead, content=content, note="楼道更重要", now=NOW)
        assert (made.version, items_of(made)[0].weight) == (2, 20)
        table[1][5] = "很重"
        bad = "\n".join(",".join(f'"{cell}"' for cell in row) for row in table).encode()
        with pytest.raises(scene_standard.BadStandard):
            scene_standard.import_standard(actor=lead, content=bad, note="", now=NOW)


def test_every_step_leaves_a_line_and_a_list_costs_the_same(staff, django_assert_num_queries):
    scene = publicised(staff)
    assert [each.action for each in SceneStep.objects.filter(scene=scene)] == [
        "apply", "start", "assess", "confirm", "publicise",
    ]  # fmt: skip
    filters = queries.SceneFilters(tab="all")
    lead = staff.actor("lead")
    for _ in range(2):
        with django_assert_num_queries(1):
            found, more = queries.listed_scenes(lead, filters, now=NOW)
            assert all(each.name and each.type.name for each in found)
        if Scene.objects.count() == 1:
            publicised(Staff(elsewhere()))
    assert (len(found), more) == (2, False)
