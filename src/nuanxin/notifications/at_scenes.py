"""Who hears of a friendly scene: whoever has to do the next step, and whose it is of what was decided."""

from collections.abc import Iterable

from django.urls import reverse

from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.notifications import services
from nuanxin.notifications.audience import at_district, at_street, members_of
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.services import tell
from nuanxin.people.models import Assignment
from nuanxin.people.queries import assignments_at
from nuanxin.places import events
from nuanxin.places.enums import SceneNews
from nuanxin.places.queries import place_facts
from nuanxin.places.queries.open_days import day_facts
from nuanxin.places.queries.scenes import SceneFacts, scene_facts

MOVED = {
    "publicise": SceneNews.PUBLICITY,
    "renew": SceneNews.RENEWED,
    "reinstate": SceneNews.REINSTATED,
    "again": SceneNews.RETURNED,
}


@subscribe(events.SceneApplied)
def scene_applied(event: events.SceneApplied, envelope: Envelope) -> None:
    """The street sends somebody."""
    _to_do(event.scene_id, envelope, SceneNews.APPLIED, at_street(envelope, ("dispatcher",)))


@subscribe(events.SceneAssessed)
def scene_assessed(event: events.SceneAssessed, envelope: Envelope) -> None:
    """Submitted, it waits for a second look; confirmed, for a decision; returned, for another visit."""
    scene = scene_facts(event.scene_id)
    if event.stage == "submitted":
        lookers = [*_at_community(envelope), *at_street(envelope, ("dispatcher",))]
        _tell(envelope, scene, Kind.SCENE_TODO, SceneNews.CONFIRM, lookers)
    elif event.stage == "confirmed":
        _tell(envelope, scene, Kind.SCENE_TODO, SceneNews.ASSESSED, _deciders(envelope))
    else:
        staff = at_street(envelope, ("dispatcher",))
        _tell(envelope, scene, Kind.SCENE_TODO, SceneNews.RETURNED, staff)


@subscribe(events.SceneMoved)
def scene_moved(event: events.SceneMoved, envelope: Envelope) -> None:
    if event.step == "again":
        _to_do(event.scene_id, envelope, SceneNews.RETURNED, at_street(envelope, ("dispatcher",)))
    elif event.step in MOVED:
        _news(event.scene_id, envelope, MOVED[event.step])


@subscribe(events.SceneObjected)
def scene_objected(event: events.SceneObjected, envelope: Envelope) -> None:
    """Who decides looks into it; whose it is does not hear of it before it is answered."""
    _to_do(event.scene_id, envelope, SceneNews.OBJECTED, _deciders(envelope))


@subscribe(events.ScenePublicityOver)
def scene_publicity_over(event: events.ScenePublicityOver, envelope: Envelope) -> None:
    _to_do(event.scene_id, envelope, SceneNews.PUBLICITY_OVER, _deciders(envelope))


@subscribe(events.SceneRecheckDue)
def scene_recheck_due(event: events.SceneRecheckDue, envelope: Envelope) -> None:
    """The street sends somebody; whose it is knows that somebody comes."""
    scene = scene_facts(event.scene_id)
    _tell(envelope, scene, Kind.SCENE_TODO, SceneNews.RECHECK, at_street(envelope, ("dispatcher",)))
    _tell(envelope, scene, Kind.SCENE_NEWS, SceneNews.RECHECK, _owners(scene, envelope))


@subscribe(events.SceneAccredited)
def scene_accredited(event: events.SceneAccredited, envelope: Envelope) -> None:
    _news(event.scene_id, envelope, SceneNews.ACCREDITED)


@subscribe(events.SceneRefused)
def scene_refused(event: events.SceneRefused, envelope: Envelope) -> None:
    _news(event.scene_id, envelope, SceneNews.REFUSED)


@subscribe(events.SceneSuspended)
def scene_suspended(event: events.SceneSuspended, envelope: Envelope) -> None:
    _news(event.scene_id, envelope, SceneNews.SUSPENDED)


@subscribe(events.SceneRevoked)
def scene_revoked(event: events.SceneRevoked, envelope: Envelope) -> None:
    _news(event.scene_id, envelope, SceneNews.REVOKED)


@subscribe(events.SceneAppealed)
def scene_appealed(event: events.SceneAppealed, envelope: Envelope) -> None:
    """Those who may decide, but for who took the decision."""
    scene = scene_facts(event.scene_id)
    judges = [each for each in _deciders(envelope) if each.pk != scene.decided_by_id]
    _tell(envelope, scene, Kind.SCENE_TODO, SceneNews.APPEALED, judges)


@subscribe(events.SceneAppealDecided)
def scene_appeal_decided(event: events.SceneAppealDecided, envelope: Envelope) -> None:
    _news(event.scene_id, envelope, SceneNews.UPHELD if event.is_upheld else SceneNews.REJECTED)


@subscribe(events.SceneLate)
def scene_late(event: events.SceneLate, envelope: Envelope) -> None:
    """One level up hears too."""
    _to_do(
        event.scene_id,
        envelope,
        SceneNews.LATE,
        [*at_street(envelope, ("dispatcher",)), *_deciders(envelope)],
    )


@subscribe(events.OpenDayCancelled)
def open_day_cancelled(event: events.OpenDayCancelled, envelope: Envelope) -> None:
    """Whoever signed up."""
    place, day = place_facts(event.place_id), day_facts(event.day_id)
    path = reverse("places:open_day", args=[day.public_id])
    tell(
        services.for_reporter(
            person_id=person_id,
            event_id=envelope.id,
            kind=Kind.OPEN_DAY,
            case_number="",
            facts={"place": place.name, "path": path},
            is_urgent=False,
            now=envelope.occurred_at,
        )
        for person_id in day.visitors
    )


@subscribe(events.OpenDayFoundWrong)
def open_day_found_wrong(event: events.OpenDayFoundWrong, envelope: Envelope) -> None:
    """Its keeper puts it right; without one, the community."""
    place = place_facts(event.place_id)
    notices = services.for_staff(
        assignments=place.keepers or _at_community(envelope),
        event_id=envelope.id,
        kind=Kind.KITCHEN,
        case_number="",
        facts={"place": place.name, "path": reverse("places:open_days_of", args=[place.public_id])},
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell(notices)


def _to_do(scene_id: int, envelope: Envelope, news: SceneNews, staff: Iterable[Assignment]) -> None:
    _tell(envelope, scene_facts(scene_id), Kind.SCENE_TODO, news, staff)


def _news(scene_id: int, envelope: Envelope, news: SceneNews) -> None:
    scene = scene_facts(scene_id)
    _tell(envelope, scene, Kind.SCENE_NEWS, news, _owners(scene, envelope))


def _owners(scene: SceneFacts, envelope: Envelope) -> list[Assignment]:
    """Its keeper and whoever applied, once each; without both, the heads of its host."""
    found = {each.pk: each for each in [*scene.keepers, *([scene.applicant] if scene.applicant else [])]}
    if found or not scene.host_id:
        return list(found.values())
    return members_of(scene.host_id, ("dept_lead", "property", "union"), envelope)


def _deciders(envelope: Envelope) -> list[Assignment]:
    return [*at_street(envelope, ("street_lead",)), *at_district(envelope)]


def _at_community(envelope: Envelope) -> list[Assignment]:
    community = padded(envelope.scope_code[: LEVELS["community"]])
    return assignments_at(roles=("community_head",), scope_code=community, now=envelope.occurred_at)


def _tell(
    envelope: Envelope, scene: SceneFacts, kind: Kind, news: SceneNews, staff: Iterable[Assignment]
) -> None:
    notices = services.for_staff(
        assignments=list({each.pk: each for each in staff}.values()),
        event_id=envelope.id,
        kind=kind,
        case_number="",
        facts={
            "place": scene.name,
            "scene": news.value,
            "path": reverse("places:scene", args=[scene.public_id]),
        },
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell(notices)
