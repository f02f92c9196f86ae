"""What can be certified, one's own certificates, the register, and what anybody finds under a number and its code."""

import csv
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.privacy.masking import mask_name
from nuanxin.people.models import Organisation
from nuanxin.volunteering.enums import CertificateState
from nuanxin.volunteering.models import Certificate, ServiceRecord
from nuanxin.volunteering.queries.records import COUNTED, PAGE

RULES = Path(__file__).parents[1] / "reference" / "certificate.csv"
SHOWN = (CertificateState.ISSUED, CertificateState.REVOKED)
OPEN = (CertificateState.APPLIED, CertificateState.ACCEPTED)


class NotCertified(NotFound):
    default_message = _("没有这份证明。")
    default_hint = _("请核对编号和验证码：编号在证明的右上角，验证码在二维码下面。")


@dataclass(frozen=True, slots=True)
class CertificateRules:
    """`answer_days` are working days, `register_days` days in the public register."""

    scheme: str
    answer_days: int
    register_days: int

    def number(self, district: str, year: int, serial: int) -> str:
        return self.scheme.format(district=district, year=year, serial=serial)


@cache
def certificate_rules() -> CertificateRules:
    """How certificates are numbered and how long things take: data that a city may change."""
    with RULES.open(encoding="utf-8", newline="") as file:
        told = {row["key"]: row["value"] for row in csv.DictReader(file)}
    return CertificateRules(told["number"], int(told["answer_days"]), int(told["register_days"]))


def certified_records(
    person_id: int, organisation: Organisation, period_from: date, period_to: date
) -> QuerySet[ServiceRecord]:
    """What this organisation recorded of this person in that time and what served at least a minute."""
    return ServiceRecord.objects.filter(
        person=person_id, organisation=organisation, state__in=COUNTED, minutes__gt=0,
        served_on__gte=period_from, served_on__lte=period_to,
    ).order_by("served_on", "pk")  # fmt: skip


def issuers_for(actor: Actor) -> list[Organisation]:
    """Whoever has recorded something of one's own."""
    mine = visible(ServiceRecord.objects.all(), "volunteering.serve", actor)
    kept = mine.filter(state__in=COUNTED, minutes__gt=0).values("organisation")
    return list(Organisation.objects.filter(pk__in=kept).order_by("name"))


def own_certificates(actor: Actor) -> list[Certificate]:
    rows = visible(Certificate.objects.all(), "volunteering.serve", actor)
    return list(rows.select_related("organisation"))


def own_certificate(actor: Actor, public_id: UUID) -> Certificate:
    """Raises `NotCertified`."""
    rows = visible(Certificate.objects.filter(public_id=public_id), "volunteering.serve", actor)
    found = rows.select_related("organisation", "person").first()
    if found is None:
        raise NotCertified(hint=_("它可能不是您的。"))
    return found


def certificates_to_decide(actor: Actor, *, tab: str = "open", limit: int = PAGE) -> list[Certificate]:
    """What waits, the most urgent first, or what has been issued lately."""
    rows = visible(Certificate.objects.all(), "volunteering.certify", actor)
    if tab == "open":
        rows = rows.filter(state__in=OPEN).order_by("due_at", "pk")
    else:
        rows = rows.exclude(state__in=OPEN).order_by("-state_since", "-pk")
    return list(rows.select_related("organisation", "person")[:limit])


def certificate_to_decide(actor: Actor, public_id: UUID) -> Certificate:
    """Raises `NotCertified`."""
    rows = visible(Certificate.objects.filter(public_id=public_id), "volunteering.certify", actor)
    found = rows.select_related("organisation", "person").first()
    if found is None:
        raise NotCertified(hint=_("它可能不归您现在的身份管。"))
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """What a certificate says to whoever holds it in hand."""

    certificate: Certificate
    holder: str  # masked
    lines: list[tuple[date, str, int]]

    @property
    def is_valid(self) -> bool:
        return self.certificate.state == CertificateState.ISSUED


def certificate_by_code(number: str, code: str) -> Certificate:
    """By the number and the code that stand on it, both. Raises `NotCertified`."""
    rows = Certificate.objects.filter(number=number.strip(), state__in=SHOWN)
    found = rows.select_related("organisation", "person").first()
    if found is None or not constant_time_compare(found.code, code.strip().lower()):
        raise NotCertified
    return found


def said_by(certificate: Certificate) -> Said:
    return Said(certificate, masked_holder(certificate), lines_of(certificate))


def lines_of(certificate: Certificate) -> list[tuple[date, str, int]]:
    """As certified; before that, as it would be."""
    if certificate.state in OPEN:
        records = certified_records(
            certificate.person_id or 0,
            certificate.organisation,
            certificate.period_from,
            certificate.period_to,
        )
        return list(records.values_list("served_on", "title", "minutes"))
    return list(certificate.lines.values_list("served_on", "title", "minutes"))


def masked_holder(certificate: Certificate) -> str:
    person = certificate.person
    return mask_name(person.name) if person is not None and person.name else "—"


def in_register(now: datetime, *, limit: int = 200) -> list[Certificate]:
    """What was issued lately, for everybody to look at: number, masked name, hours, who issued it."""
    rows = Certificate.objects.filter(public_until__gt=now, state__in=SHOWN)
    return list(rows.select_related("organisation", "person").order_by("-issued_at", "-pk")[:limit])


def issuing_organisation(public_id: UUID) -> Organisation:
    """Only one that has issued something is an issuer. Raises `NotCertified`."""
    issued = Certificate.objects.filter(state__in=SHOWN).values("organisation")
    found = Organisation.objects.filter(public_id=public_id, pk__in=issued).first()
    if found is None:
        raise NotCertified
    return found
