"""Teams, members, posts and appointments, through the services that the product uses."""

from datetime import timedelta

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.events.models import Event
from nuanxin.people.models import Assignment
from nuanxin.people.queries.actors import actor_for
from nuanxin.volunteering.models import Appointment
from nuanxin.volunteering.services import appointments, membership, posts, teams
from nuanxin.volunteering.services.posts import PostData
from nuanxin.volunteering.services.teams import TeamData
from tests.factories.town import COMMUNITY, STREET

DAY = timedelta(days=1)


def team(town, name="枫林骑手志愿服务队", *, scope_code=STREET, parent=None, actor=SYSTEM, **given):
    data = TeamData(name=name, scope_code=scope_code, parent=parent.public_id if parent else None, **given)
    return teams.create_team(actor=actor, data=data, now=town.now)


def member(town, made, who="worker", shown_as="小禾"):
    """Asked for, and taken in by the community."""
    asked = membership.ask_to_join(actor=town[who], public_id=made.public_id, shown_as=shown_as, now=town.now)
    return membership.lead_step(actor=SYSTEM, member_id=asked.public_id, name="take_in", now=town.now)


def leader(town, made, who="worker"):
    """The actor of a member who leads the team."""
    held = member(town, made, who)
    found = teams.appoint_leader(
        actor=SYSTEM, public_id=made.public_id, member_id=held.public_id, now=town.now
    )
    return actor_for(Assignment.objects.select_related("person__subject", "role").get(pk=found.pk))


def post(town, kind="part_time_grid_worker", *, actor=SYSTEM, scope_code=COMMUNITY, **given):
    given.setdefault("setting", "社区提名、街道审核，负责本网格的核查和巡看")
    data = PostData(kind=kind, scope_code=scope_code, **given)
    return posts.create_post(actor=actor, data=data, now=town.now)


def applied(town, made, who="worker"):
    return appointments.apply_for_post(
        actor=town[who], public_id=made.public_id, why="每天都在这一片跑，下午有空", now=town.now
    )


def publicised(town, made, who="worker"):
    found = applied(town, made, who)
    given = {"public_id": found.public_id, "now": town.now}
    appointments.review_nomination(actor=town["community"], **given)
    if made.training:
        appointments.confirm_training(actor=town["community"], **given)
    return appointments.publicise_appointment(actor=town["community_head"], **given)


def appointed(town, made, who="worker", *, now=None):
    found = publicised(town, made, who)
    at = now or found.publicity_until + DAY / 24
    appointments.appoint(actor=town["community_head"], public_id=found.public_id, now=at)
    return Appointment.objects.select_related("post__kind", "person", "assignment").get(pk=found.pk)


def happened(name):
    """Payloads of the events of that name, in order."""
    rows = Event.objects.filter(name=f"volunteering.{name}").order_by("pk")
    return list(rows.values_list("payload", flat=True))
