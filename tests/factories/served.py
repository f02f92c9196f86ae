"""A shift with its leader and volunteers, for records of service; made directly, so that a test says when it was."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from nuanxin.people.models import Assignment, Organisation, Role
from nuanxin.people.queries.actors import actor_for
from nuanxin.volunteering.models import Activity, ActivityKind, Shift, SignUp
from nuanxin.volunteering.services.taxonomy import load_taxonomy
from tests.factories.town import COMMUNITY, LAT, LNG

NOBODY = UUID(int=7)
CERTIFICATE = ["990101-FW-2026-00001"]
# What the walks over all addresses fill in: nobody has made any of it.
SERVICE_ADDRESSES = {
    "volunteering:issuer_key:key": ["nobodys"],
    "volunteering:record_act:name": ["refuse"],
    "volunteering:certificate_step:name": ["issue"],
    "volunteering:certificate_public:number": CERTIFICATE,
    "volunteering:certificate_public:code": ["23456789ab"],
    "volunteering:certificate_status:number": CERTIFICATE,
    "volunteering:certificate_status:code": ["23456789ab"],
    "volunteering:screen_admit:sign_up": [NOBODY],
    "volunteering:screen_release:record": [NOBODY],
    "GET /api/v1/service-records/verify/{number}/{code}:number": CERTIFICATE,
    "GET /api/v1/service-records/verify/{number}/{code}:code": ["23456789ab"],
}
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
BEGINS = datetime(2026, 9, 15, 6, 0, tzinfo=UTC)  # 14:00 in Shanghai
ENDS = BEGINS + 2 * HOUR


@dataclass
class Served:
    """`leader` leads the team that organises; `worker` and `other` have a place."""

    town: object
    team: Organisation
    leader: object
    shift: Shift
    places: dict = field(default_factory=dict)

    def sign_up(self, key, shift=None):
        made = SignUp.objects.create(
            shift=shift or self.shift, person=self.town.persons[key], state="confirmed", state_since=BEGINS - DAY,
            asked_at=BEGINS - DAY, key=uuid4(),
        )  # fmt: skip
        self.places[key] = made
        return made

    def another_shift(self, starts_at, hours=2, lng=LNG, lat=LAT, organiser=None):
        return make_shift(organiser or self.team, starts_at, starts_at + hours * HOUR, lng=lng, lat=lat)


def make_shift(team, starts_at=BEGINS, ends_at=ENDS, *, lng=LNG, lat=LAT, title="夜市安全巡查"):
    load_taxonomy()
    kind = ActivityKind.objects.filter(is_volunteering=True, is_risky=False).first()
    activity = Activity.objects.create(
        key=uuid4(), title=title, kind=kind, line_id=kind.line_id, organiser=team, team=team, lng=lng, lat=lat,
        state="open", state_since=starts_at - DAY, made_at=starts_at - DAY, scope_code=COMMUNITY,
    )  # fmt: skip
    return Shift.objects.create(
        activity=activity, starts_at=starts_at, ends_at=ends_at, capacity=20, state_since=starts_at - DAY
    )


def assigned(person, role, **where):
    row = Assignment.objects.create(
        person=person, role=Role.objects.get(pk=role), active_from=BEGINS - 30 * DAY, **where
    )
    return actor_for(Assignment.objects.select_related("role", "person__subject").get(pk=row.pk))


def build_served(town):
    """With the town's first two workers signed up."""
    team = Organisation.objects.create(
        name="枫桥暖新志愿服务队", kind="volunteer_organisation", scope_code=COMMUNITY, created_at=town.now
    )
    leader = assigned(town.persons["resident"], "team_leader", scope_code=COMMUNITY, organisation=team)
    made = Served(town, team, leader, make_shift(team))
    made.sign_up("worker")
    made.sign_up("other_worker")
    return made
