"""Certificates of service: free, on request, by who recorded it (Order 67); a register of what they say."""

import secrets

from django.db import models
from django.db.models import F, Q

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.volunteering.enums import CertificateState
from nuanxin.volunteering.models.records import ServiceRecord

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # read aloud and typed
CODE_LENGTH = 10


def new_certificate_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _position in range(CODE_LENGTH))


class Certificate(Scoped):
    """States: `workflow.CERTIFICATE`. `number` is given when it is issued; `code` makes it verifiable by its holder's
    word alone. Without a person: its account is gone.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=CertificateState.choices)
    state_since = models.DateTimeField()
    reason = models.CharField("原因", max_length=120, blank=True)
    period_from = models.DateField("从")
    period_to = models.DateField("到")
    minutes = models.PositiveIntegerField(default=0)
    applied_at = models.DateTimeField()
    due_at = models.DateTimeField()
    number = models.CharField(max_length=24, null=True, unique=True)  # noqa: DJ001  -- none before it is issued
    code = models.CharField(max_length=CODE_LENGTH, default=new_certificate_code, editable=False)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")
    public_until = models.DateTimeField(null=True)
    key = models.UUIDField(unique=True)

    class Meta:
        ordering = ["-applied_at", "-id"]
        indexes = [
            models.Index(fields=["person", "-applied_at"], name="volunteering_cert_own"),
            models.Index(fields=["organisation", "state"], name="volunteering_cert_org"),
            models.Index(fields=["public_until"], name="volunteering_cert_public"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_to__gte=F("period_from")), name="volunteering_cert_period"
            ),
            models.CheckConstraint(
                condition=Q(state__in=CertificateState.values), name="volunteering_cert_state"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[CertificateState.ISSUED, CertificateState.REVOKED])
                | Q(number__isnull=False, issued_at__isnull=False),
                name="volunteering_cert_number",
            ),
        ]


class CertificateLine(models.Model):
    """A service as the certificate says it; whatever becomes of the record, this is what was certified."""

    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="lines")
    record = models.ForeignKey(ServiceRecord, on_delete=models.SET_NULL, null=True, related_name="+")
    served_on = models.DateField()
    title = models.CharField(max_length=80)
    minutes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["served_on", "id"]


class CertificateSerial(models.Model):
    """The last number given in a district and a year; its row is held while one is taken."""

    district = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "year"], name="volunteering_cert_serial")]
