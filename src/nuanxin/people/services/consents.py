import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.audit import record
from nuanxin.kernel.errors import Conflict, NotFound
from nuanxin.kernel.events import publish
from nuanxin.people.enums import Channel
from nuanxin.people.events import ConsentGiven, ConsentWithdrawn
from nuanxin.people.models import Consent, ConsentPurpose, Person

Text = str | Promise
AGREED = re.compile(r"(\d{1,4}) (\d{12,13})")


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What a person reads beside the button, and what is done in the same transaction."""

    words: Text
    act: Callable[[Person, datetime], None] | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What somebody pressed on a page that may have had no signal: to which version of the words, and when."""

    version: int
    at: datetime


def agreement_of(told: str) -> Agreement | None:
    """`2 1790000000000`: the version of the words, and when by the phone's clock; anything else says nothing."""
    found = AGREED.fullmatch(told)
    if found is None:
        return None
    return Agreement(int(found[1]), datetime.fromtimestamp(int(found[2]) / 1000, tz=UTC))


_withdrawals: dict[str, Withdrawal] = {}


def on_withdrawal(purpose: str, words: Text, act: Callable[[Person, datetime], None] | None = None) -> None:
    """A context says what taking back a purpose of its own does. Raises `LookupError` when said twice."""
    if purpose in _withdrawals:
        raise LookupError(f"{purpose} has been described already")
    _withdrawals[purpose] = Withdrawal(words, act)


def after_withdrawal(purpose: str) -> Text:
    found = _withdrawals.get(purpose)
    return found.words if found else ""


def _forget_trades(person: Person, now: datetime) -> None:
    if hasattr(person, "worker_profile"):
        person.worker_profile.jobs.all().delete()


on_withdrawal("work_profile", _("撤回后，您填的从业类型和平台马上删掉。"), _forget_trades)
on_withdrawal("notices_sms", _("撤回后不再发短信，消息还在“消息”里。"))
on_withdrawal("safety_notices", _("撤回后不再收到提示。"))
on_withdrawal("location", _("撤回后，上报时在地图上点或选小区，找地方时选街道；以前的上报不变。"))


class NotWithdrawable(Conflict):
    default_message = _("没有“基本服务”这一项，账号就用不了。")
    default_hint = _("要停用，请在“我的资料”最下面注销账号。")


def give_consent(*, person: Person, purpose: str, channel: str = Channel.WEB, now: datetime) -> Consent:
    """Agree to the words in force; an older consent to other words is closed. Publishes `ConsentGiven`."""
    with transaction.atomic():
        given = record_consents(person=person, purposes=[purpose], channel=channel, now=now)
    return given[0]


def take_agreement(
    *, person: Person, purpose: str, agreement: Agreement, channel: str = Channel.WEB, now: datetime
) -> bool:
    """What was agreed to on a phone arrives, perhaps days later. Publishes `ConsentGiven` when it counts.

    False, and nothing is recorded, where the words have changed since or where taking it back came after it.
    """
    at = min(agreement.at, now)
    with transaction.atomic():
        words = ConsentPurpose.objects.filter(pk=purpose, version=agreement.version)
        taken_back = Consent.objects.filter(person=person, purpose=purpose, withdrawn_at__gte=at)
        if not words.exists() or taken_back.exists():
            return False
        record_consents(person=person, purposes=[purpose], channel=channel, now=now)
    return True


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

    What the purpose was for ends in the same transaction (`on_withdrawal`). Raises `NotWithdrawable`, `NotFound`.
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
        described = _withdrawals.get(purpose)
        if described and described.act:
            described.act(person, now)
        _note(person, "people.consent_withdrawn", purpose, now)
        publish(ConsentWithdrawn(purpose, consent.version), subject_id=person.subject.pk, now=now)


def _note(person: Person, action: str, purpose: str, now: datetime) -> None:
    actor = Actor(role="self", person_id=person.pk, subject_id=person.subject.pk)
    record(
        actor=actor, action=action, object_type="people.subject", object_id=person.subject.pk,
        detail={"purpose": purpose}, now=now,
    )  # fmt: skip
