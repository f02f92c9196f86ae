"""An activity is drafted, proposed or published, told about, finished; what time does to it is `activity_rounds.py`.

Who leaves the street out of something dangerous cannot publish it: a risk, or children, needs its approval, and a risk
an insurance for all of its days (`domain.md` §4.1).
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import SYSTEM, Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.people.models import Organisation
from nuanxin.places.models import Place
from nuanxin.volunteering.enums import ActivityState, ShiftState
from nuanxin.volunteering.events import (
    ActivityCancelled,
    ActivityDone,
    ActivityProposed,
    ActivityPublished,
    ActivityReturned,
    ActivityWordSent,
)
from nuanxin.volunteering.models import Activity, Shift
from nuanxin.volunteering.queries.activities import needs_approval
from nuanxin.volunteering.queries.organising import managed_activity
from nuanxin.volunteering.queries.taxonomy import taxonomy
from nuanxin.volunteering.services.activity_notes import note_activity
from nuanxin.volunteering.services.activity_rules import (
    PLAIN,
    SHOWN,
    ActivityData,
    NotInsured,
    check_activity,
    fill,
    is_insured,
    may_organise_for,
    opening,
)
from nuanxin.volunteering.services.shifts import call_off_shift, set_draw
from nuanxin.volunteering.workflow import ACTIVITY

MOST_BENEFITED = 1_000_000


class NoOrganiser(Invalid):
    def __init__(self) -> None:
        super().__init__(fields={"organiser": _("请选主办单位；只能选自己的单位，或者本辖区的。")})


class NoSuchPlace(Invalid):
    def __init__(self) -> None:
        super().__init__(fields={"place": _("没有找到这个点位，请重新选。")})


class NoShifts(Conflict):
    default_message = _("还没有排班次。")
    default_hint = _("先加至少一个以后的时间，再发布。")


class StreetDecides(Conflict):
    default_message = _("这个活动要街道批了才能发布。")
    default_hint = _("点“送街道批”，批了就自动发布。")


class TooLateToChange(Conflict):
    default_message = _("已经发布了，这一项不能改。")
    default_hint = _("可以改时间、地点和说明；别的要改，先取消这个活动再建一个。")


# What may still change when people have signed up for it.
ALWAYS = {
    "title", "words", "tags", "co_organisers", "place", "where", "lng", "lat", "link", "insurer", "policy_number",
    "insured_from", "insured_until", "call_off_hours", "is_outdoor",
}  # fmt: skip


def make_activity(*, actor: Actor, data: ActivityData, key: UUID, now: datetime) -> Activity:
    """A draft, which only its organisers see. The same `key` again is the same. Raises `NotAllowed`, `Invalid`."""
    if not policy.permits(actor, "volunteering.activity_new"):
        raise NotAllowed
    known = Activity.objects.filter(key=key).first()
    if known is not None:
        return managed_activity(actor, known.public_id, "volunteering.activity_edit")
    organiser, place = _organiser(actor, data.organiser), _place(data.place)
    scope = data.scope_code or (place.scope_code if place else "") or actor.scope_code or organiser.scope_code
    check_activity(actor, data, scope)
    with transaction.atomic():
        activity = Activity(
            key=key, scope_code=scope, organiser=organiser, place=place, state=ActivityState.DRAFT, state_since=now,
            made_at=now,
            team=organiser if actor.extent("volunteering.activity_new") == "team" else None,
        )  # fmt: skip
        fill(activity, data)
        activity.save()
        _link(activity, data)
        note_activity(actor, "make_activity", activity, now)
    return activity


def edit_activity(*, actor: Actor, public_id: UUID, data: ActivityData, now: datetime) -> Activity:
    """Proposed, it goes back to being a draft's business; shown to everybody, only what harms nobody may change.

    Raises `ActivityNotFound`, `Invalid`, `TooLateToChange`.
    """
    with transaction.atomic():
        activity = managed_activity(actor, public_id, "volunteering.activity_edit", lock=True)
        place = _place(data.place)
        check_activity(actor, data, data.scope_code or activity.scope_code)
        if activity.state not in (ActivityState.DRAFT, ActivityState.PROPOSED):
            data = replace(data, opens_at=activity.opens_at)
            _only_harmless(activity, data)
        activity.place = place
        fill(activity, data)
        if activity.state in SHOWN and _needs_insurance(activity):
            raise NotInsured
        activity.save()
        _link(activity, data)
        note_activity(actor, "edit_activity", activity, now)
    return activity


def propose_activity(*, actor: Actor, public_id: UUID, now: datetime) -> Activity:
    """To the street. Publishes `ActivityProposed`. Raises `ActivityNotFound`, `NoShifts`, `NotInsured`."""
    with transaction.atomic():
        activity = managed_activity(actor, public_id, "volunteering.activity_edit", lock=True)
        _ready(activity, now)
        ACTIVITY.step(activity, "propose", state_since=now, state_reason="")
        note_activity(actor, "propose_activity", activity, now)
        publish(ActivityProposed(activity.pk), scope_code=activity.scope_code, now=now)
    return activity


def publish_activity(*, actor: Actor, public_id: UUID, now: datetime) -> Activity:
    """Everybody sees it; signing up begins at the announced time, never within the hours of delivery.

    Publishes `ActivityPublished`. Raises `ActivityNotFound`, `NoShifts`, `NotInsured`, `StreetDecides`, `IllegalMove`.
    """
    with transaction.atomic():
        activity = managed_activity(actor, public_id, "volunteering.activity_edit", lock=True)
        if needs_approval(activity) and not policy.allows(actor, "volunteering.activity_approve", activity):
            raise StreetDecides
        _publish(actor, activity, "publish", now)
    return activity


def approve_activity(*, actor: Actor, public_id: UUID, now: datetime) -> Activity:
    """The street agrees, not the one who drafted it. Publishes `ActivityPublished`. Raises as `publish_activity`."""
    with transaction.atomic():
        activity = managed_activity(actor, public_id, "volunteering.activity_approve", lock=True)
        _publish(actor, activity, "approve", now)
    return activity


def return_activity(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> Activity:
    """Back to the organiser with a word. Publishes `ActivityReturned`. Raises `ActivityNotFound`, `Invalid`."""
    said = _reason(reason)
    with transaction.atomic():
        activity = managed_activity(actor, public_id, "volunteering.activity_approve", lock=True)
        ACTIVITY.step(activity, "give_back", state_since=now, state_reason=said)
        note_activity(actor, "return_activity", activity, now)
        publish(ActivityReturned(activity.pk), scope_code=activity.scope_code, now=now)
    return activity


def cancel_activity(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> Activity:
    """With all that was to come of it; everybody who signed up is told why.

    Publishes `ActivityCancelled`, `ShiftCancelled` for each shift. Raises `ActivityNotFound`, `Invalid`, `IllegalMove`.
    """
    said = _reason(reason)
    with transaction.atomic():
        activity = managed_activity(actor, public_id, "volunteering.activity_edit", lock=True)
        ACTIVITY.step(activity, "cancel", state_since=now, state_reason=said)
        coming = Shift.objects.select_for_update().filter(
            activity=activity, state=ShiftState.PLANNED, ends_at__gt=now
        )
        for shift in coming.order_by("pk"):
            call_off_shift(shift, activity, said, now)
        note_activity(actor, "cancel_activity", activity, now)
        publish(ActivityCancelled(activity.pk), scope_code=activity.scope_code, now=now)
    return activity


def finish_activity(*, actor: Actor, public_id: UUID, now: datetime) -> Activity:
    """It was held. Publishes `ActivityDone`. Raises `ActivityNotFound`, `Conflict` before its last shift is over."""
    with transaction.atomic():
        activity = managed_activity(actor, public_id, "volunteering.activity_edit", lock=True)
        if Shift.objects.filter(activity=activity, state=ShiftState.PLANNED, ends_at__gt=now).exists():
            raise Conflict(_("还有没办完的班次。"), hint=_("等最后一班结束；不办了的，先把那一班取消。"))
        _finish(actor, activity, now)
    return activity


def finish(activity: Activity, now: datetime) -> None:
    """By the clock, in the caller's transaction."""
    _finish(SYSTEM, activity, now)


def _finish(actor: Actor, activity: Activity, now: datetime) -> None:
    ACTIVITY.step(activity, "finish", state_since=now)
    note_activity(actor, "finish_activity", activity, now)
    publish(ActivityDone(activity.pk, activity.kind_id), scope_code=activity.scope_code, now=now)


def archive_activity(*, actor: Actor, public_id: UUID, beneficiaries: int, now: datetime) -> Activity:
    """With how many times people benefited (`domain.md` 004-34), as its organiser counted.

    Raises `ActivityNotFound`, `Invalid`, `IllegalMove`.
    """
    if not 0 <= beneficiaries <= MOST_BENEFITED:
        raise Invalid(fields={"beneficiaries": _("请填 0 到 1000000。")})
    with transaction.atomic():
        activity = managed_activity(actor, public_id, "volunteering.activity_edit", lock=True)
        ACTIVITY.step(activity, "archive", state_since=now, beneficiaries=beneficiaries)
        note_activity(actor, "archive_activity", activity, now)
    return activity


def tell_everybody(*, actor: Actor, public_id: UUID, words: str, now: datetime) -> Activity:
    """A word for whoever comes; it stands on the page, the notice only leads there.

    Publishes `ActivityWordSent`. Raises `ActivityNotFound`, `Invalid`, `Conflict` where nobody can come any more.
    """
    said = words.strip()
    if not said or len(said) > 200:
        raise Invalid(fields={"words": _("写一句，最多 200 个字。")})
    with transaction.atomic():
        activity = managed_activity(actor, public_id, "volunteering.activity_edit", lock=True)
        if activity.state not in (ActivityState.PUBLISHED, ActivityState.OPEN, ActivityState.RUNNING):
            raise Conflict(_("现在没有要来的人。"), hint=_("活动发布以后、结束以前，才能群发。"))
        if activity.word == said:
            return activity
        Activity.objects.filter(pk=activity.pk).update(word=said, word_at=now)
        activity.word, activity.word_at = said, now
        note_activity(actor, "tell_everybody", activity, now)
        publish(ActivityWordSent(activity.pk), scope_code=activity.scope_code, now=now)
    return activity


def _publish(actor: Actor, activity: Activity, step: str, now: datetime) -> None:
    first = _ready(activity, now)
    opens_at = opening(activity.opens_at, first.starts_at, now)
    ACTIVITY.step(activity, step, state_since=now, state_reason="", opens_at=opens_at, published_at=now)
    for shift in Shift.objects.filter(activity=activity, state=ShiftState.PLANNED, starts_at__gt=now):
        shift.activity = activity
        set_draw(shift)
    note_activity(actor, f"{step}_activity", activity, now)
    event = ActivityPublished(activity.pk, activity.kind_id, opens_at.isoformat())
    publish(event, scope_code=activity.scope_code, now=now)


def _ready(activity: Activity, now: datetime) -> Shift:
    """The first of its shifts to come. Raises `NoShifts`, `NotInsured`."""
    first = (
        Shift.objects.filter(activity=activity, state=ShiftState.PLANNED, starts_at__gt=now)
        .order_by("starts_at")
        .first()
    )
    if first is None:
        raise NoShifts
    if _needs_insurance(activity):
        raise NotInsured
    return first


def _needs_insurance(activity: Activity) -> bool:
    shifts = Shift.objects.filter(activity=activity, state=ShiftState.PLANNED)
    return not is_insured(activity, shifts.values_list("starts_at", "ends_at"))


def _organiser(actor: Actor, chosen: UUID | None) -> Organisation:
    """The own office; in an area any that is at home there. Raises `Invalid`."""
    rows = Organisation.objects.filter(is_active=True)
    if chosen is None:
        found = rows.filter(pk=actor.organisation_id or 0).first()
    else:
        found = rows.filter(public_id=chosen).first()
        if found is not None and not may_organise_for(actor, found):
            found = None
    if found is None:
        raise NoOrganiser
    return found


def _place(public_id: UUID | None) -> Place | None:
    if public_id is None:
        return None
    found = Place.objects.filter(public_id=public_id).first()
    if found is None:
        raise NoSuchPlace
    return found


def _link(activity: Activity, data: ActivityData) -> None:
    known = taxonomy().tags
    activity.tags.set(known[code] for code in data.tags if code in known)
    rows = Organisation.objects.filter(public_id__in=list(data.co_organisers), is_active=True)
    activity.co_organisers.set(rows.exclude(pk=activity.organiser_id))


def _only_harmless(activity: Activity, data: ActivityData) -> None:
    """Who signed up did so for this."""
    kept = Activity.objects.get(pk=activity.pk)
    fill(kept, data)
    names = (*(name for name in PLAIN if name not in ALWAYS), "kind_id", "audience_types", "required_post_id")
    if any(getattr(kept, name) != getattr(activity, name) for name in names):
        raise TooLateToChange


def _reason(reason: str) -> str:
    said = reason.strip()[:120]
    if not said:
        raise Invalid(fields={"reason": _("请写一句为什么，报了名的人看得到。")})
    return said
