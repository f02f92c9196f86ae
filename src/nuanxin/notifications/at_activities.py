"""Who hears of activities: whoever signed up, alone; whoever runs them; the street where it has to agree."""

from collections.abc import Iterable

from django.urls import reverse

from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.notifications import services
from nuanxin.notifications.audience import at_street
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.services import tell
from nuanxin.people.models import Assignment
from nuanxin.people.queries import assignments_at
from nuanxin.volunteering import events
from nuanxin.volunteering.queries.activity_facts import (
    ShiftFacts,
    activity_facts,
    drawn_in,
    not_drawn_in,
    person_of,
    shift_facts,
    told_of_cancelling,
    who_comes,
)

RUNNERS = ("team_leader", "community_head", "community", "dept_lead", "union", "street_lead")


@subscribe(events.ActivityProposed)
def activity_proposed(event: events.ActivityProposed, envelope: Envelope) -> None:
    """The street looks at it."""
    _staff(event.activity_id, envelope, Kind.ACTIVITY_TODO, at_street(envelope, ("street_lead",)))


@subscribe(events.ActivityReturned)
def activity_returned(event: events.ActivityReturned, envelope: Envelope) -> None:
    _staff(event.activity_id, envelope, Kind.ACTIVITY_NEWS, _runners(event.activity_id, envelope))


@subscribe(events.ActivityPublished)
def activity_published(event: events.ActivityPublished, envelope: Envelope) -> None:
    """Whoever drafted it, where somebody else agreed; nobody is pushed to come."""
    facts = activity_facts(event.activity_id)
    if facts.was_approved:
        _staff(event.activity_id, envelope, Kind.ACTIVITY_NEWS, _runners(event.activity_id, envelope))


@subscribe(events.ActivityWordSent)
def word_sent(event: events.ActivityWordSent, envelope: Envelope) -> None:
    """Everybody who comes; the words themselves stand on the page."""
    facts = activity_facts(event.activity_id)
    path = reverse("volunteering:activity", args=[facts.public_id])
    _people(
        who_comes(activity_id=event.activity_id),
        envelope,
        Kind.ACTIVITY_WORD,
        {"item": facts.title, "path": path},
    )


@subscribe(events.ShiftCancelled)
def shift_cancelled(event: events.ShiftCancelled, envelope: Envelope) -> None:
    _of_shift(told_of_cancelling(event.shift_id), envelope, Kind.SHIFT_OFF, shift_facts(event.shift_id))


@subscribe(events.ShiftMoved)
def shift_moved(event: events.ShiftMoved, envelope: Envelope) -> None:
    _of_shift(who_comes(shift_id=event.shift_id), envelope, Kind.SHIFT_MOVED, shift_facts(event.shift_id))


@subscribe(events.ShiftInWeather)
def shift_in_weather(event: events.ShiftInWeather, envelope: Envelope) -> None:
    shift = shift_facts(event.shift_id)
    _staff(shift.activity_id, envelope, Kind.SHIFT_WEATHER, _runners(shift.activity_id, envelope), shift)


@subscribe(events.SignUpPromoted)
def sign_up_promoted(event: events.SignUpPromoted, envelope: Envelope) -> None:
    _one(event.sign_up_id, envelope, Kind.SHIFT_HELD, event.shift_id)


@subscribe(events.SignUpLapsed)
def sign_up_lapsed(event: events.SignUpLapsed, envelope: Envelope) -> None:
    _one(event.sign_up_id, envelope, Kind.SHIFT_NONE, event.shift_id)


@subscribe(events.DrawMade)
def draw_made(event: events.DrawMade, envelope: Envelope) -> None:
    """Each one the own result."""
    shift = shift_facts(event.shift_id)
    _of_shift(drawn_in(event.shift_id), envelope, Kind.SHIFT_WON, shift)
    _of_shift(not_drawn_in(event.shift_id), envelope, Kind.SHIFT_NONE, shift)


@subscribe(events.SignUpCalledOff)
def sign_up_called_off(event: events.SignUpCalledOff, envelope: Envelope) -> None:
    """Late, whoever leads the shift looks for another; without one whoever runs the activity."""
    if not event.is_late:
        return
    shift = shift_facts(event.shift_id)
    if shift.leader_id is not None:
        _of_shift([shift.leader_id], envelope, Kind.SHIFT_LATE_OFF, shift)
    else:
        _staff(shift.activity_id, envelope, Kind.SHIFT_LATE_OFF, _runners(shift.activity_id, envelope), shift)


@subscribe(events.ShiftSwapped)
def shift_swapped(event: events.ShiftSwapped, envelope: Envelope) -> None:
    """Who gave it up, and the leader of the shift."""
    shift = shift_facts(event.shift_id)
    gave = person_of(event.sign_up_id)
    told = [each for each in (gave, shift.leader_id) if each is not None]
    _of_shift(list(dict.fromkeys(told)), envelope, Kind.SHIFT_SWAPPED, shift)


@subscribe(events.ShiftSoon)
def shift_soon(event: events.ShiftSoon, envelope: Envelope) -> None:
    _one(event.sign_up_id, envelope, Kind.SHIFT_SOON, event.shift_id)


def _one(sign_up_id: int, envelope: Envelope, kind: Kind, shift_id: int) -> None:
    person_id = person_of(sign_up_id)
    if person_id is not None:
        _of_shift([person_id], envelope, kind, shift_facts(shift_id))


def _of_shift(people: Iterable[int], envelope: Envelope, kind: Kind, shift: ShiftFacts) -> None:
    _people(people, envelope, kind, {
        "item": shift.title, "until": shift.starts_at.isoformat(), "path": reverse("volunteering:my_shifts"),
    })  # fmt: skip


def _people(people: Iterable[int], envelope: Envelope, kind: Kind, facts: dict[str, str]) -> None:
    tell(
        services.for_reporter(
            person_id=person_id, event_id=envelope.id, kind=kind, case_number="", facts=facts, is_urgent=False,
            now=envelope.occurred_at,
        )
        for person_id in people
    )  # fmt: skip


def _runners(activity_id: int, envelope: Envelope) -> list[Assignment]:
    """Of the organising office; those who may run it."""
    facts = activity_facts(activity_id)
    return assignments_at(roles=RUNNERS, organisation_id=facts.organiser_id, now=envelope.occurred_at)


def _staff(
    activity_id: int,
    envelope: Envelope,
    kind: Kind,
    staff: Iterable[Assignment],
    shift: ShiftFacts | None = None,
) -> None:
    facts = activity_facts(activity_id)
    told = {"item": facts.title, "path": reverse("volunteering:activity_managed", args=[facts.public_id])}
    if shift is not None:
        told["until"] = shift.starts_at.isoformat()
    tell(
        services.for_staff(
            assignments=list({each.pk: each for each in staff}.values()), event_id=envelope.id, kind=kind,
            case_number="", facts=told, is_urgent=False, now=envelope.occurred_at,
        )
    )  # fmt: skip
