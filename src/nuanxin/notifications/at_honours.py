"""Who hears of stars, honours, held awards and appeals: whose it is, always; and whoever has to do the next step."""

from collections.abc import Iterable

from django.urls import reverse

from nuanxin.incentives import events
from nuanxin.incentives.enums import Reviewed, ThanksNews
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.notifications import services
from nuanxin.notifications.audience import at_district, at_street
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.services import tell
from nuanxin.people.models import Assignment
from nuanxin.people.queries import assignments_at, person_id_of_subject

OWN_PAGES = {
    Reviewed.STAR: "incentives:own_stars",
    Reviewed.HONOUR: "incentives:own_honours",
    Reviewed.RATING: "incentives:rating",
    Reviewed.TIP_OFF: "incentives:tips",
    Reviewed.HOLD: "incentives:own_holds",
    Reviewed.ABSENCE: "incentives:own_stars",
}
HONOUR_NEWS = {
    "verify": ThanksNews.ASKED,
    "publicise": ThanksNews.HONOUR_PUBLIC,
    "display": ThanksNews.DISPLAYED,
    "forward": ThanksNews.FORWARDED,
    "refuse": ThanksNews.REFUSED,
    "end": ThanksNews.ENDED,
    "take_down": ThanksNews.ENDED,
}
RULE_NEWS = {"approve": ThanksNews.RULE_APPROVED, "refuse": ThanksNews.RULE_REFUSED}
GRANT_NEWS = {"approve": ThanksNews.GRANT_APPROVED, "refuse": ThanksNews.GRANT_REFUSED}
STAR_NEWS = {"publicise": ThanksNews.STAR_PUBLIC, "refuse": ThanksNews.STAR_REFUSED}


@subscribe(events.StarApplied)
def star_applied(event: events.StarApplied, envelope: Envelope) -> None:
    """The secretary of the community and the street's desk check the hours."""
    staff = [*_at_community(envelope, ("community_head",)), *at_street(envelope, ("dispatcher",))]
    _to_do(envelope, ThanksNews.STAR_APPLIED, staff, reverse("incentives:stars"))


@subscribe(events.StarMoved)
def star_moved(event: events.StarMoved, envelope: Envelope) -> None:
    if event.step in STAR_NEWS:
        _news(envelope, STAR_NEWS[event.step], reverse("incentives:own_stars"))


@subscribe(events.StarGranted)
def star_granted(event: events.StarGranted, envelope: Envelope) -> None:
    _news(envelope, ThanksNews.STAR_GRANTED, reverse("incentives:own_stars"))


@subscribe(events.WorkerRated)
def worker_rated(event: events.WorkerRated, envelope: Envelope) -> None:
    _news(envelope, ThanksNews.RATED, reverse("incentives:rating"))


@subscribe(events.TipOffMoved)
def tip_off_moved(event: events.TipOffMoved, envelope: Envelope) -> None:
    if event.state != "registered":
        _news(envelope, ThanksNews.TIP_MOVED, reverse("incentives:tips"))


@subscribe(events.HonourNominated)
def honour_nominated(event: events.HonourNominated, envelope: Envelope) -> None:
    """Who verifies, of nobody's street the district; the nominated hears only once it has proved true."""
    near = _at_community(envelope, ("community", "community_head")) or at_street(envelope, ("dispatcher",))
    staff = near or at_district(envelope)
    _to_do(envelope, ThanksNews.NOMINATED, staff, reverse("incentives:honour", args=[event.honour]))


@subscribe(events.HonourMoved)
def honour_moved(event: events.HonourMoved, envelope: Envelope) -> None:
    if event.step in HONOUR_NEWS:
        _news(envelope, HONOUR_NEWS[event.step], reverse("incentives:own_honours"))
    if event.step == "verify":
        _to_do(
            envelope,
            ThanksNews.VERIFIED,
            _deciders(envelope),
            reverse("incentives:honour", args=[event.honour]),
        )


@subscribe(events.HonourAwarded)
def honour_awarded(event: events.HonourAwarded, envelope: Envelope) -> None:
    _news(envelope, ThanksNews.AWARDED, reverse("incentives:own_honours"))


@subscribe(events.ObjectionRaised)
def objection_raised(event: events.ObjectionRaised, envelope: Envelope) -> None:
    """Who decides looks into it; whose it is does not hear of it before it is answered."""
    _to_do(envelope, ThanksNews.OBJECTED, _deciders(envelope), _page_of(event.about, event.target))


@subscribe(events.PublicityOver)
def publicity_over(event: events.PublicityOver, envelope: Envelope) -> None:
    news = ThanksNews.STAR_OVER if event.about == Reviewed.STAR else ThanksNews.HONOUR_OVER
    _to_do(envelope, news, _deciders(envelope), _page_of(event.about, event.target))


@subscribe(events.AwardHeld)
def award_held(event: events.AwardHeld, envelope: Envelope) -> None:
    """Its owner at once: what, why, how to answer. Who looks at it learns nothing of whose it is."""
    _to_person(envelope, Kind.AWARD_HELD, {"amount": event.amount, "path": reverse("incentives:own_holds")})
    _to_do(envelope, ThanksNews.HELD, at_street(envelope, ("street_lead",)), _hold(event.hold))


@subscribe(events.HoldAnswered)
def hold_answered(event: events.HoldAnswered, envelope: Envelope) -> None:
    _to_do(envelope, ThanksNews.ANSWERED, at_street(envelope, ("street_lead",)), _hold(event.hold))


@subscribe(events.HoldDecided)
def hold_decided(event: events.HoldDecided, envelope: Envelope) -> None:
    news = ThanksNews.RELEASED if event.is_released else ThanksNews.DENIED
    _news(envelope, news, reverse("incentives:own_holds"))


@subscribe(events.AbsenceNoted)
def absence_noted(event: events.AbsenceNoted, envelope: Envelope) -> None:
    """Beforehand, with the count on the page, while nothing has followed from it."""
    _news(envelope, ThanksNews.ABSENT, reverse("incentives:own_stars"))


@subscribe(events.AbsenceAsked)
def absence_asked(event: events.AbsenceAsked, envelope: Envelope) -> None:
    _news(envelope, ThanksNews.ABSENT_ASKED, reverse("incentives:own_stars"))
    _absence_to_do(event.review, envelope)


@subscribe(events.AbsenceAnswered)
def absence_answered(event: events.AbsenceAnswered, envelope: Envelope) -> None:
    _absence_to_do(event.review, envelope)


def _absence_to_do(review: str, envelope: Envelope) -> None:
    path = reverse("incentives:absence", args=[review])
    _to_do(envelope, ThanksNews.ABSENT_TODO, at_street(envelope, ("street_lead",)), path)


@subscribe(events.AbsenceDecided)
def absence_decided(event: events.AbsenceDecided, envelope: Envelope) -> None:
    news = ThanksNews.ABSENT_PAUSED if event.is_paused else ThanksNews.ABSENT_KEPT
    _news(envelope, news, reverse("incentives:own_stars"))


@subscribe(events.AppealFiled)
def appeal_filed(event: events.AppealFiled, envelope: Envelope) -> None:
    _to_do(
        envelope, ThanksNews.APPEALED, _deciders(envelope), reverse("incentives:appeal", args=[event.appeal])
    )


@subscribe(events.AppealDecided)
def appeal_decided(event: events.AppealDecided, envelope: Envelope) -> None:
    news = ThanksNews.UPHELD if event.is_upheld else ThanksNews.REJECTED
    _news(envelope, news, reverse(OWN_PAGES[Reviewed(event.about)]))


@subscribe(events.ReviewLate)
def review_late(event: events.ReviewLate, envelope: Envelope) -> None:
    """One level up hears too."""
    page = "incentives:absences" if event.what == "absence" else "incentives:holds"
    _to_do(envelope, ThanksNews.LATE, _deciders(envelope), reverse(page))


@subscribe(events.RuleMoved)
def rule_moved(event: events.RuleMoved, envelope: Envelope) -> None:
    """Whoever may approve hears of a proposal, but for its author; who has proposed hears what became of it."""
    path = reverse("incentives:rule", args=[event.code])
    if event.step == "propose":
        others = [each for each in at_district(envelope) if each.pk != event.by]
        _to_do(envelope, ThanksNews.RULE_ASKED, others, path)
    elif event.step in RULE_NEWS:
        _to_proposer(envelope, RULE_NEWS[event.step], event.by, path)


@subscribe(events.GrantMoved)
def grant_moved(event: events.GrantMoved, envelope: Envelope) -> None:
    path = reverse("incentives:grants")
    if event.step == "propose":
        others = [each for each in _deciders(envelope) if each.pk != event.by]
        _to_do(envelope, ThanksNews.GRANT_ASKED, others, path)
    elif event.step in GRANT_NEWS:
        _to_proposer(envelope, GRANT_NEWS[event.step], event.by, path)


def _hold(public_id: str) -> str:
    return reverse("incentives:hold", args=[public_id])


def _page_of(about: str, target: str) -> str:
    if about == Reviewed.STAR:
        return reverse("incentives:stars")
    return reverse("incentives:honour", args=[target])


def _deciders(envelope: Envelope) -> list[Assignment]:
    return [*at_street(envelope, ("street_lead",)), *at_district(envelope)]


def _at_community(envelope: Envelope, roles: tuple[str, ...]) -> list[Assignment]:
    community = padded(envelope.scope_code[: LEVELS["community"]])
    return assignments_at(roles=roles, scope_code=community, now=envelope.occurred_at)


def _news(envelope: Envelope, news: ThanksNews, path: str) -> None:
    _to_person(envelope, Kind.THANKS_NEWS, {"thanks": news.value, "path": path})


def _to_person(envelope: Envelope, kind: Kind, facts: dict[str, object]) -> None:
    person_id = person_id_of_subject(envelope.subject_id) if envelope.subject_id else None
    if person_id is None:
        return
    notice = services.for_reporter(
        person_id=person_id, event_id=envelope.id, kind=kind, case_number="", facts=facts, is_urgent=False,
        now=envelope.occurred_at,
    )  # fmt: skip
    tell([notice])


def _to_proposer(envelope: Envelope, news: ThanksNews, assignment_id: int, path: str) -> None:
    notices = services.for_staff(
        assignments=Assignment.objects.filter(pk=assignment_id), event_id=envelope.id, kind=Kind.THANKS_NEWS,
        case_number="", facts={"thanks": news.value, "path": path}, is_urgent=False, now=envelope.occurred_at,
    )  # fmt: skip
    tell(notices)


def _to_do(envelope: Envelope, news: ThanksNews, staff: Iterable[Assignment], path: str) -> None:
    notices = services.for_staff(
        assignments=list({each.pk: each for each in staff}.values()), event_id=envelope.id, kind=Kind.THANKS_TODO,
        case_number="", facts={"thanks": news.value, "path": path}, is_urgent=False, now=envelope.occurred_at,
    )  # fmt: skip
    tell(notices)
