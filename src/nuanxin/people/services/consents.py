import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.audit import record
from nuanxin.kernel.errors import Conflict, NotFound
from nuanxin.kernel.events import publish
from nuanxin.people.enums import Channel
from nuanxin.people.events import ConsentGiven, ConsentWithdrawn
from nuanxin.people.models import Consent, ConsentPurpose, Person


class NotWithdrawable(Conflict):
    default_message = _("没有“基本服务”这一项，账号就用不了。")
    default_hint = _("要停用，请在“我的资料”最下面注销账号。")


def give_consent(*, person: Person, purpose: str, channel: str = Channel.WEB, now: datetime) -> Consent:
    """Agree to the words in force; an older consent to other words is closed. Publishes `ConsentGiven`."""
    with transaction.atomic():
        given = record_consents(person=person, purposes=[purpose], channel=channel, now=now)
    return given[0]


def record_consents(*, person: Person, purposes: Iterable[str], channel: str, now: datetime) -> list[Consent]:
    """In the caller's transaction; asks for nothing twice. Raises `NotFound` for a purpose that does not exist."""
    wanted = list(dict.fromkeys(purposes))
    known = ConsentPurpose.objects.in_bulk(wanted)
    if len(known) < len(wanted):
        raise NotFound
    return [_give(person, known[code], channel, now) for code in wanted]


def _give(person: Person, purpose: ConsentPurpose, channel: str, now: datetime) -> Consent:
    open_now = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None)
    current = open_now.filter(version=purpose.version).first()
    if current:
        return current
    open_now.update(withdrawn_at=now)
    consent = Consent.objects.create(
        person=person,
        purpose=purpose,
        version=purpose.version,
        text_hash=hashlib.sha256(purpose.text.encode()).hexdigest(),
        given_at=now,
        channel=channel,
    )
    _note(person, "people.consent_given", purpose.code, now)
    publish(ConsentGiven(purpose.code, purpose.version), subject_id=person.subject.pk, now=now)
    return consent


def withdraw_consent(*, person: Person, purpose: str, now: datetime) -> None:
    """As easy as giving it (PIPL 15); what was done before stays lawful. Publishes `ConsentWithdrawn`.

    Withdrawing `work_profile` removes the trades. Raises `NotWithdrawable`, `NotFound`.
    """
    consent = (
        Consent.objects.filter(person=person, purpose=purpose, withdrawn_at=None)
        .select_related("purpose")
        .first()
    )
    if consent is None:
        raise NotFound
    if consent.purpose.is_required:
        raise NotWithdrawable
    with transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(withdrawn_at=now)
        if purpose == "work_profile" and hasattr(person, "worker_profile"):
            person.worker_profile.jobs.all().delete()
        _note(person, "people.consent_withdrawn", purpose, now)
        publish(ConsentWithdrawn(purpose, consent.version), subject_id=person.subject.pk, now=now)


def _note(person: Person, action: str, purpose: str, now: datetime) -> None:
    actor = Actor(role="self", person_id=person.pk, subject_id=person.subject.pk)
    record(
        actor=actor, action=action, object_type="people.subject", object_id=person.subject.pk,
        detail={"purpose": purpose}, now=now,
    )  # fmt: skip
