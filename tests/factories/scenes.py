"""Friendly scenes brought as far as a test needs, through the services that the product uses."""

from datetime import timedelta

from nuanxin.places.models import Scene
from nuanxin.places.queries.scene_standard import Mark, items_of, standard_in_force
from nuanxin.places.services import scene_assessing, scenes
from tests.factories import people
from tests.factories.places import place
from tests.factories.territories import COMMUNITY, DISTRICT, NOW, STREET

DAY = timedelta(days=1)


class Staff:
    """A street: somebody goes there, another confirms, a third decides, a fourth hears appeals; and a keeper."""

    def __init__(self, made=None):
        self.place = made or place()
        self.keeper = people.staff("station", site=self.place.site, name="依依")
        self.assessor = people.staff("dispatcher", scope_code=STREET, name="丽派")
        self.looker = people.staff("community_head", scope_code=COMMUNITY, name="方社")
        self.lead = people.staff("street_lead", scope_code=STREET, name="严主任")
        self.judge = people.staff("swd", scope_code=DISTRICT, name="邵部")

    def actor(self, who):
        return people.actor(getattr(self, who))


def marks(scene=None, *, grade=2, **given):
    """All in full with a word of evidence; `water=0` says otherwise."""
    standard = scene.standard if scene else standard_in_force()
    items = items_of(standard, scene.type_id if scene else "station")
    return [Mark(each.code, given.get(each.code, grade), "看到了") for each in items]


def applied(staff, *, type_code="station", now=NOW):
    return scenes.apply_for_place(
        actor=staff.actor("keeper"), public_id=staff.place.public_id, type_code=type_code,
        words="有热水、能充电", now=now,
    )  # fmt: skip


def assessed(staff, scene, *, now=NOW, **given):
    """Started where it was not, assessed and confirmed."""
    if scene.state == "applied":
        scenes.start_assessing(actor=staff.actor("assessor"), public_id=scene.public_id, now=now)
    scene_assessing.assess_scene(
        actor=staff.actor("assessor"), public_id=scene.public_id, marks=marks(scene, **given), now=now
    )
    return scene_assessing.confirm_assessment(actor=staff.actor("looker"), public_id=scene.public_id, now=now)


def publicised(staff, *, now=NOW):
    scene = applied(staff, now=now)
    assessed(staff, scene, now=now)
    return scenes.publicise(actor=staff.actor("lead"), public_id=scene.public_id, now=now)


def accredited(staff, *, now=NOW):
    """Its publicity lies between `now` and eight days later."""
    scene = publicised(staff, now=now)
    return scenes.accredit(actor=staff.actor("lead"), public_id=scene.public_id, now=now + 8 * DAY)


def fresh(scene):
    return Scene.objects.get(pk=scene.pk)
