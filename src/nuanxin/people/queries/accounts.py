"""A person's own account: consents, sessions, keys, the second factor."""

from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import BigIntegerField, CharField, F, QuerySet

from nuanxin.kernel.prepared import Prepared
from nuanxin.people.models import ApiToken, Consent, ConsentPurpose, OneTimeCode, RecoveryCode, SignIn


def consent_purposes() -> list[ConsentPurpose]:
    return list(ConsentPurpose.objects.all())


def purposes_at_start() -> list[ConsentPurpose]:
    """What is asked when one registers; the others are asked where they are needed, beside what they are for."""
    return list(ConsentPurpose.objects.filter(asked_when_needed=False))


def consent_purpose(code: str) -> ConsentPurpose:
    """The words in force. Raises `ConsentPurpose.DoesNotExist`."""
    return ConsentPurpose.objects.get(code=code)


def consents_of(person_id: int) -> dict[str, Consent]:
    """The consents in force, by purpose."""
    found = Consent.objects.filter(person_id=person_id, withdrawn_at=None)
    return {consent.purpose_id: consent for consent in found}


def consents_in_force(purpose: str) -> QuerySet[Consent]:
    """Not withdrawn, and to the words in force: an agreement to older ones is not stretched to what they say now."""
    return Consent.objects.filter(purpose=purpose, withdrawn_at=None, version=F("purpose__version"))


def consented(person_id: int, purpose: str) -> bool:
    return bool(_consented.rows(person_id=person_id, purpose=purpose))


_consented = Prepared(
    lambda *, person_id, purpose: (
        consents_in_force(purpose).filter(person_id=person_id).values_list("pk", flat=True)
    ),
    person_id=BigIntegerField(),
    purpose=CharField(),
)


def sign_ins_of(person_id: int) -> QuerySet[SignIn]:
    """The sessions that have not been ended, the newest first."""
    return SignIn.objects.filter(person_id=person_id, ended_at=None).order_by("-started_at")


def tokens_of(person_id: int, *, now: datetime) -> QuerySet[ApiToken]:
    found = ApiToken.objects.filter(person_id=person_id, revoked_at=None, expires_at__gt=now)
    return found.select_related("assignment__role").order_by("-created_at")


def has_recovery_code(person_id: int) -> bool:
    return RecoveryCode.objects.filter(person_id=person_id).exists()


def has_second_factor(person_id: int) -> bool:
    return bool(Authenticator.objects.filter(user_id=person_id, type=Authenticator.Type.TOTP).exists())


def second_factor_secrets() -> list[tuple[int, str]]:
    """Each with its ciphertext, for the rotation of keys."""
    rows = Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("pk", "data")
    return [(pk, data.get("secret", "")) for pk, data in rows]


def proved_phone(*, code_id: UUID | str, now: datetime, within: timedelta) -> str:
    """The number that a code has proved a short while ago, `""` otherwise."""
    proved = OneTimeCode.objects.filter(public_id=code_id, used_at__gt=now - within).first()
    return proved.phone if proved else ""
