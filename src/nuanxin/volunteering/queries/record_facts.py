"""What a notice has to know of a record, a certificate or a need: nothing that names somebody."""

from dataclasses import dataclass
from uuid import UUID

from nuanxin.volunteering.models import Certificate, HelpOffer, HelpRequest, ServiceRecord


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """`keeper_id`: the organisation that records; `confirmer_id`: the assignment that has confirmed."""

    title: str
    public_id: UUID
    keeper_id: int
    person_id: int | None
    confirmer_id: int | None = None


def record_facts(public_id: str) -> ServiceFacts:
    row = ServiceRecord.objects.get(public_id=public_id)
    return ServiceFacts(row.title, row.public_id, row.organisation_id, row.person_id, row.confirmed_by_id)


def certificate_facts(public_id: str) -> ServiceFacts:
    row = Certificate.objects.select_related("organisation").get(public_id=public_id)
    return ServiceFacts(row.organisation.label, row.public_id, row.organisation_id, row.person_id)


def help_facts(public_id: str) -> ServiceFacts:
    row = HelpRequest.objects.get(public_id=public_id)
    return ServiceFacts(row.title, row.public_id, row.organisation_id, None, row.asked_by_id)


def offer_facts(public_id: str) -> ServiceFacts | None:
    """None once its person has left."""
    row = HelpOffer.objects.select_related("request").filter(public_id=public_id).first()
    if row is None:
        return None
    return ServiceFacts(row.request.title, row.public_id, row.request.organisation_id, row.person_id)
