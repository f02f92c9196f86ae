"""Activities of the town: drafted and published by the community, with shifts, and people who sign up."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from nuanxin.volunteering.models import SignUp
from nuanxin.volunteering.services import activities, activity_rounds, shifts, signing_up
from nuanxin.volunteering.services.activity_rules import ActivityData
from tests.factories import people
from tests.factories.town import COMMUNITY

NOBODY = UUID(int=7)
OF_A_SHIFT = (
    "activity_sign_up", "activity_draw", "shift_managed", "shift_edit", "shift_cancel", "shift_export", "shift_leader",
)  # fmt: skip
# What the walks over all addresses fill in: nobody has made any of it.
ACTIVITY_ADDRESSES = {
    **{f"volunteering:{name}:shift_id": [NOBODY] for name in OF_A_SHIFT},
    "volunteering:shift_feed:token": ["nobodys"],
    "volunteering:my_shift_step:name": ["call_off", "accept"],
    "volunteering:activity_step:name": ["publish", "cancel", "approve"],
    "volunteering:child_step:child_id": [1],
    "volunteering:child_step:name": ["arrived"],
    "volunteering:term_new:kind": ["kinds"],
    "volunteering:term:kind": ["kinds"],
    "volunteering:term:code": ["clean_up"],
}
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def at(town, days, hour, minute=0):
    """So many days after the town's, at an hour in Shanghai."""
    begins = town.now + days * DAY
    return datetime(begins.year, begins.month, begins.day, hour, minute, tzinfo=UTC) - 8 * HOUR


def drafted(town, *, actor="community_head", spans=None, capacity=2, now=None, **given):
    """A draft with shifts; by default in three days from two to four in the afternoon."""
    now = now or town.now
    words = {"title": "清扫楼道", "kind": "duty_keeping", "where": "社区门口", **given}
    made = activities.make_activity(actor=town[actor], data=ActivityData(**words), key=uuid4(), now=now)
    for starts_at, ends_at in spans or [(at(town, 3, 14), at(town, 3, 16))]:
        shifts.add_shift(
            actor=town[actor], public_id=made.public_id, starts_at=starts_at, ends_at=ends_at,
            capacity=capacity, now=now,
        )  # fmt: skip
    return made


def published(town, *, actor="community_head", now=None, **given):
    """As above, published; open for sign-up at once unless `opens_at` says otherwise."""
    now = now or town.now
    made = drafted(town, actor=actor, now=now, **given)
    activities.publish_activity(actor=town[actor], public_id=made.public_id, now=now)
    activity_rounds.open_sign_ups(now=now)
    made.refresh_from_db()
    return made


def someone(name="报名人"):
    return people.actor(people.worker(name=name, community_code=COMMUNITY))


def sign_up(town, activity_or_shift, actor, *, key=None, now=None, **given):
    shift = activity_or_shift
    if hasattr(shift, "shifts"):
        shift = shift.shifts.order_by("starts_at").first()
    return signing_up.sign_up(
        actor=actor, shift_id=shift.public_id, key=key or uuid4(), now=now or town.now, **given
    )


def assert_sound(shift):
    """What is stored agrees with who is there."""
    shift.refresh_from_db()
    seated = SignUp.objects.filter(shift=shift, state__in=["held", "confirmed"])
    assert shift.taken == sum(each.places for each in seated) <= shift.capacity
