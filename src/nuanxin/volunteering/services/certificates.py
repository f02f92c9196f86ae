"""A certificate of service: asked for, free, issued by who recorded it, revoked when it stops being true (Order 67)."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.access.scope import LEVELS
from nuanxin.kernel.errors import Conflict, Invalid, KeyReused, NotAllowed, NotFound
from nuanxin.kernel.events import publish
from nuanxin.people.models import Organisation, Person
from nuanxin.people.queries import subject_of
from nuanxin.places.queries.scene_standard import working_days_on
from nuanxin.volunteering.enums import CertificateState
from nuanxin.volunteering.events import (
    CertificateAsked,
    CertificateIssued,
    CertificateRefused,
    CertificateRevoked,
)
from nuanxin.volunteering.models import Certificate, CertificateLine, CertificateSerial, ServiceRecord
from nuanxin.volunteering.queries.certificates import certificate_rules, certified_records
from nuanxin.volunteering.workflow import CERTIFICATE


class NothingToCertify(Conflict):
    default_message = _("这段时间在这里没有已记录的服务。")
    default_hint = _("换一段时间，或者先等队长确认时长。")


class NotYourOwn(NotAllowed):
    default_message = _("自己的证明要由别人来开。")
    default_hint = _("请队里另一位负责人或社区来开。")


class NoSuchCertificate(NotFound):
    default_message = _("没有找到这份证明。")
    default_hint = _("请核对编号和验证码。")


def apply_for_certificate(
    *, actor: Actor, organisation: UUID, period_from: date, period_to: date, key: UUID, now: datetime
) -> Certificate:
    """Of what one organisation recorded in that time. The same `key` again is the same, and so is the same time
    of the same organisation while that is not answered.

    Publishes `CertificateAsked`. Raises `NotAllowed`, `Invalid`, `NothingToCertify`, `KeyReused`.
    """
    if actor.person_id is None:
        raise NotAllowed
    if period_from > period_to or period_to > timezone.localdate(now):
        raise Invalid(fields={"period_to": _("截止日要在开始日之后，不晚于今天。")})
    issuer = Organisation.objects.filter(public_id=organisation).first()
    if issuer is None:
        raise Invalid(fields={"organisation": _("请选由谁来开。")})
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=actor.person_id)
        told = {
            "person": actor.person_id, "organisation": issuer, "period_from": period_from, "period_to": period_to
        }  # fmt: skip
        same = Certificate.objects.filter(**told)
        known = same.filter(Q(key=key) | Q(state=CertificateState.APPLIED)).first()
        if known is not None:
            return known
        if Certificate.objects.filter(key=key).exists():
            raise KeyReused
        if not certified_records(actor.person_id, issuer, period_from, period_to).exists():
            raise NothingToCertify
        made = Certificate.objects.create(
            person_id=actor.person_id, organisation=issuer, state=CertificateState.APPLIED, state_since=now,
            period_from=period_from, period_to=period_to, applied_at=now, key=key, scope_code=issuer.scope_code,
            due_at=working_days_on(now, certificate_rules().answer_days, issuer.scope_code),
        )  # fmt: skip
        _publish(CertificateAsked(str(made.public_id)), made, now)
    return made


def withdraw_certificate(*, actor: Actor, public_id: UUID, now: datetime) -> Certificate:
    """Not wanted any more. Raises `NoSuchCertificate`, `IllegalMove`."""
    with transaction.atomic():
        row = _locked(actor, "volunteering.serve", public_id)
        if row.state != CertificateState.WITHDRAWN:
            CERTIFICATE.step(row, "withdraw", state_since=now)
    return row


def issue_certificate(*, actor: Actor, public_id: UUID, now: datetime) -> Certificate:
    """Accepted, filled with what counts at this moment, numbered, shown in the register for its days.

    Publishes `CertificateIssued`. Raises `NoSuchCertificate`, `NotYourOwn`, `NothingToCertify`, `IllegalMove`.
    """
    with transaction.atomic():
        row = _to_decide(actor, public_id)
        if row.state == CertificateState.ISSUED:
            return row
        if row.state == CertificateState.APPLIED:
            CERTIFICATE.step(row, "accept", state_since=now)
        records = list(
            certified_records(row.person_id or 0, row.organisation, row.period_from, row.period_to)
        )
        if not records:
            raise NothingToCertify
        CertificateLine.objects.bulk_create(
            CertificateLine(
                certificate=row, record=each, served_on=each.served_on, title=each.title, minutes=each.minutes
            )
            for each in records
        )
        CERTIFICATE.step(
            row, "issue", state_since=now, issued_at=now, issued_by_id=actor.assignment_id,
            minutes=sum(each.minutes for each in records), number=_next_number(row, now),
            public_until=now + timedelta(days=certificate_rules().register_days),
        )  # fmt: skip
        _audited(actor, "issued", row, now)
        _publish(CertificateIssued(str(row.public_id), row.number or "", row.minutes), row, now)
    return row


def refuse_certificate(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> Certificate:
    """With a reason that its volunteer reads. Publishes `CertificateRefused`. Raises as above, `Invalid`."""
    text = _reason(reason)
    with transaction.atomic():
        row = _to_decide(actor, public_id)
        if row.state == CertificateState.REFUSED:
            return row
        CERTIFICATE.step(row, "refuse", state_since=now, reason=text)
        _audited(actor, "refused", row, now)
        _publish(CertificateRefused(str(row.public_id)), row, now)
    return row


def revoke_certificate(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> Certificate:
    """It was not true, or is not any more; its public page says so at once. Publishes `CertificateRevoked`."""
    text = _reason(reason)
    with transaction.atomic():
        row = _to_decide(actor, public_id)
        if row.state != CertificateState.REVOKED:
            _revoke(actor, row, text, now)
    return row


def revoke_what_is_wrong(*, actor: Actor, record: ServiceRecord, now: datetime) -> int:
    """In the caller's transaction: certificates that say of this record what is not so. Returns how many."""
    rows = Certificate.objects.filter(state=CertificateState.ISSUED, lines__record=record)
    rows = rows.exclude(lines__record=record, lines__minutes=record.minutes)
    found = list(rows.order_by("pk"))
    for row in found:
        _revoke(actor, row, str(_("其中一次服务的时长更正了，可以免费重开一份。")), now)
    return len(found)


def _revoke(actor: Actor, row: Certificate, reason: str, now: datetime) -> None:
    CERTIFICATE.step(row, "revoke", state_since=now, reason=reason)
    _audited(actor, "revoked", row, now)
    _publish(CertificateRevoked(str(row.public_id), row.number or ""), row, now)


def _to_decide(actor: Actor, public_id: UUID) -> Certificate:
    row = _locked(actor, "volunteering.certify", public_id)
    if row.person_id == actor.person_id:
        raise NotYourOwn
    return row


def _locked(actor: Actor, permission: str, public_id: UUID) -> Certificate:
    found = visible(Certificate.objects.filter(public_id=public_id), permission, actor).first()
    if found is None:
        raise NoSuchCertificate
    return Certificate.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=found.pk)


def _reason(text: str) -> str:
    if not text.strip():
        raise Invalid(fields={"reason": _("请写明原因，本人看得到。")})
    return text.strip()[:120]


def _next_number(row: Certificate, now: datetime) -> str:
    """By the scheme of `reference/certificate.csv`."""
    district, year = row.scope_code[: LEVELS["district"]], timezone.localdate(now).year
    CertificateSerial.objects.get_or_create(district=district, year=year)
    serial = CertificateSerial.objects.select_for_update().get(district=district, year=year)
    serial.last += 1
    serial.save(update_fields=["last"])
    return certificate_rules().number(district, year, serial.last)


def _publish(
    happened: CertificateAsked | CertificateIssued | CertificateRefused | CertificateRevoked,
    row: Certificate,
    now: datetime,
) -> None:
    subject = subject_of(row.person_id) if row.person_id else None
    publish(happened, subject_id=subject, scope_code=row.scope_code, now=now)


def _audited(actor: Actor, action: str, row: Certificate, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"volunteering.certificate_{action}", object_type="certificate", object_id=row.pk,
        scope_code=row.scope_code, now=now,
    )  # fmt: skip
