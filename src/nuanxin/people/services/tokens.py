import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.audit import record
from nuanxin.kernel.errors import Conflict, Invalid, NotFound
from nuanxin.people.models import ApiToken, Assignment, Person

PREFIX = "nx_"
LONGEST_LIFE = timedelta(days=366)
MOST_TOKENS = 10
NOTED_EVERY = timedelta(hours=1)


class TooManyTokens(Conflict):
    default_message = _("最多同时有10个接口密钥。")
    default_hint = _("先停用不再使用的，再建新的。")


def create_token(
    *,
    person: Person,
    assignment: Assignment,
    name: str,
    now: datetime,
    valid_for: timedelta = timedelta(days=90),
) -> tuple[ApiToken, str]:
    """A key that acts in this assignment; the text is returned once and never stored.

    Raises `Invalid`, `TooManyTokens`, `NotFound` for somebody else's assignment.
    """
    if assignment.person_id != person.pk or not assignment.is_active_at(now):
        raise NotFound
    if not name.strip():
        raise Invalid(fields={"name": _("写一下给谁用，日后好认。")})
    if not timedelta(0) < valid_for <= LONGEST_LIFE:
        raise Invalid(fields={"valid_for": _("有效期在1天到366天之间。")})
    if ApiToken.objects.filter(person=person, revoked_at=None, expires_at__gt=now).count() >= MOST_TOKENS:
        raise TooManyTokens
    text = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            person=person,
            assignment=assignment,
            name=name.strip()[:40],
            token_hash=token_digest(text),
            tail=text[-4:],
            created_at=now,
            expires_at=now + valid_for,
        )
        _note(person, "people.create_token", token, now)
    return token, text


def revoke_token(*, person: Person, public_id: UUID, now: datetime) -> None:
    """Raises `NotFound`."""
    with transaction.atomic():
        found = ApiToken.objects.filter(person=person, public_id=public_id, revoked_at=None)
        token = found.first()
        if token is None or not found.update(revoked_at=now):
            raise NotFound
        _note(person, "people.revoke_token", token, now)


def note_use(*, token: ApiToken, now: datetime) -> None:
    """Remember that it is in use, once an hour at most: no write for each call."""
    if token.last_used_at is None or now - token.last_used_at >= NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def token_digest(text: str) -> str:
    """256 random bits need no salt and no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def _note(person: Person, action: str, token: ApiToken, now: datetime) -> None:
    actor = Actor(role="self", person_id=person.pk, subject_id=person.subject.pk)
    record(actor=actor, action=action, object_type="people.token", object_id=token.public_id, now=now)
