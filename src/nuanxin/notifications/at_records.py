"""Who hears of service: whoever confirms or issues, and whose hours they are; nobody else."""

from collections.abc import Iterable

from django.urls import reverse

from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.notifications import services
from nuanxin.notifications.audience import members_of
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.services import tell
from nuanxin.people.models import Assignment
from nuanxin.people.queries import assignments_at, person_id_of_subject
from nuanxin.volunteering import events
from nuanxin.volunteering.enums import ServiceNews
from nuanxin.volunteering.queries.record_facts import (
    ServiceFacts,
    certificate_facts,
    help_facts,
    offer_facts,
    record_facts,
)

CONFIRMING = ("team_leader", "street_lead", "dept_lead", "union")


# --- Hours ---
@subscribe(events.HoursPending)
def hours_pending(event: events.HoursPending, envelope: Envelope) -> None:
    """Those who may sweep, but for the volunteer."""
    record = record_facts(event.record)
    _to_do(envelope, record, ServiceNews.PENDING, reverse("volunteering:sweeps"))


@subscribe(events.HoursRecorded)
def hours_recorded(event: events.HoursRecorded, envelope: Envelope) -> None:
    _news_of_record(envelope, event.record, ServiceNews.RECORDED)


@subscribe(events.HoursRefused)
def hours_refused(event: events.HoursRefused, envelope: Envelope) -> None:
    _news_of_record(envelope, event.record, ServiceNews.REFUSED)


@subscribe(events.HoursCorrected)
def hours_corrected(event: events.HoursCorrected, envelope: Envelope) -> None:
    _news_of_record(envelope, event.record, ServiceNews.CORRECTED)


@subscribe(events.CorrectionAsked)
def correction_asked(event: events.CorrectionAsked, envelope: Envelope) -> None:
    record = record_facts(event.record)
    path = reverse("volunteering:record", args=[record.public_id])
    _to_do(envelope, record, ServiceNews.ASKED, path)


@subscribe(events.CorrectionRefused)
def correction_refused(event: events.CorrectionRefused, envelope: Envelope) -> None:
    _news_of_record(envelope, event.record, ServiceNews.KEPT)


# --- Certificates ---
@subscribe(events.CertificateAsked)
def certificate_asked(event: events.CertificateAsked, envelope: Envelope) -> None:
    found = certificate_facts(event.certificate)
    path = reverse("volunteering:certificate", args=[found.public_id])
    _to_do(envelope, found, ServiceNews.WANTED, path)


@subscribe(events.CertificateIssued)
def certificate_issued(event: events.CertificateIssued, envelope: Envelope) -> None:
    _news_of_certificate(envelope, event.certificate, ServiceNews.ISSUED)


@subscribe(events.CertificateRefused)
def certificate_refused(event: events.CertificateRefused, envelope: Envelope) -> None:
    _news_of_certificate(envelope, event.certificate, ServiceNews.NOT_ISSUED)


@subscribe(events.CertificateRevoked)
def certificate_revoked(event: events.CertificateRevoked, envelope: Envelope) -> None:
    _news_of_certificate(envelope, event.certificate, ServiceNews.REVOKED)


# --- Helping ---
@subscribe(events.HelpOffered)
def help_offered(event: events.HelpOffered, envelope: Envelope) -> None:
    """Who likes to be asked is asked; at peak hours nothing is shown, as with every notice."""
    offer = offer_facts(event.offer)
    if offer is not None:
        facts = {"place": offer.title}
        _to_person(envelope, offer.person_id, Kind.HELP_ASKED, facts, reverse("volunteering:helping"))


@subscribe(events.HelpFilled)
def help_filled(event: events.HelpFilled, envelope: Envelope) -> None:
    """Who asked knows that there are enough."""
    need = help_facts(event.request)
    staff = [each for each in _keepers(envelope, need.keeper_id) if each.pk == need.confirmer_id]
    path = reverse("volunteering:need", args=[need.public_id])
    _to_staff(envelope, staff, need, ServiceNews.FILLED, path)


@subscribe(events.HelpCancelled)
def help_cancelled(event: events.HelpCancelled, envelope: Envelope) -> None:
    need = help_facts(event.request)
    person_id = person_id_of_subject(envelope.subject_id) if envelope.subject_id else None
    facts = {"place": need.title, "service": ServiceNews.CANCELLED.value}
    _to_person(envelope, person_id, Kind.SERVICE_NEWS, facts, reverse("volunteering:helping"))


def _news_of_record(envelope: Envelope, public_id: str, news: ServiceNews) -> None:
    record = record_facts(public_id)
    path = reverse("volunteering:my_record", args=[record.public_id])
    facts = {"place": record.title, "service": news.value}
    _to_person(envelope, record.person_id, Kind.SERVICE_NEWS, facts, path)


def _news_of_certificate(envelope: Envelope, public_id: str, news: ServiceNews) -> None:
    found = certificate_facts(public_id)
    facts = {"place": found.title, "service": news.value}
    _to_person(envelope, found.person_id, Kind.SERVICE_NEWS, facts, reverse("volunteering:my_certificates"))


def _to_do(envelope: Envelope, found: ServiceFacts, news: ServiceNews, path: str) -> None:
    staff = [each for each in _keepers(envelope, found.keeper_id) if each.person_id != found.person_id]
    _to_staff(envelope, staff, found, news, path)


def _keepers(envelope: Envelope, keeper_id: int) -> list[Assignment]:
    """Those who confirm for the team or the office that records; without any, or for a committee, the community."""
    leaders = members_of(keeper_id, CONFIRMING, envelope)
    community = padded(envelope.scope_code[: LEVELS["community"]])
    return leaders or assignments_at(
        roles=("community", "community_head"), scope_code=community, now=envelope.occurred_at
    )


def _to_staff(
    envelope: Envelope, staff: Iterable[Assignment], found: ServiceFacts, news: ServiceNews, path: str
) -> None:
    notices = services.for_staff(
        assignments=list({each.pk: each for each in staff}.values()),
        event_id=envelope.id,
        kind=Kind.SERVICE_TODO,
        case_number="",
        facts={"place": found.title, "service": news.value, "path": path},
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell(notices)


def _to_person(
    envelope: Envelope, person_id: int | None, kind: Kind, facts: dict[str, str], path: str
) -> None:
    if person_id is None:
        return
    notice = services.for_reporter(
        person_id=person_id,
        event_id=envelope.id,
        kind=kind,
        case_number="",
        facts={**facts, "path": path},
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell([notice])
