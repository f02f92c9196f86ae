"""The keys of other systems, and the areas under whose names they ask. By the system administrator, audited."""

import re
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.gateway.models import ApiKey, Jurisdiction
from nuanxin.gateway.queries.open311 import JURISDICTIONS, key_digest
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.audit import record
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.kernel.words import seen
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.territories.queries import is_territory

PREFIX = "nxo_"
LONGEST_LIFE = timedelta(days=366)
MOST_KEYS = 50
IDENTIFIER = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?")


class TooManyKeys(Conflict):
    default_message = _("同时有效的密钥最多 50 个。")
    default_hint = _("先停用不再使用的，再建新的。")


class IdentifierTaken(Invalid):
    default_message = _("这个 jurisdiction_id 已经用过。")
    default_hint = _("请换一个；停用过的也不再发给别的区域。")


class NewKey(NamedTuple):
    row: ApiKey
    text: str


def create_key(
    *,
    actor: Actor,
    name: str,
    scope_code: str,
    may_report: bool,
    may_update: bool,
    days: int,
    now: datetime,
) -> NewKey:
    """A key for another system; the text is returned once and never stored. Raises `Invalid`, `TooManyKeys`."""
    _may(actor)
    _check(name, scope_code, days=days)
    if not (may_report or may_update):
        raise Invalid(fields={"may_report": _("至少选一项用途。")})
    if ApiKey.objects.filter(revoked_at=None, expires_at__gt=now).count() >= MOST_KEYS:
        raise TooManyKeys
    text = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        row = ApiKey.objects.create(
            name=seen(name),
            scope_code=scope_code,
            key_hash=key_digest(text),
            tail=text[-4:],
            may_report=may_report,
            may_update=may_update,
            created_by_id=actor.assignment_id,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        detail = {"report": may_report, "update": may_update, "days": days}
        _note(actor, "gateway.create_key", "gateway.key", row.public_id, scope_code, now, detail)
    return NewKey(row, text)


def revoke_key(*, actor: Actor, public_id: UUID, now: datetime) -> ApiKey:
    """From now on it opens nothing; what it has sent stays. Twice is once. Raises `NotFound`."""
    _may(actor)
    with transaction.atomic():
        row = ApiKey.objects.select_for_update().filter(public_id=public_id).first()
        if row is None:
            raise NotFound
        if row.revoked_at is not None:
            return row
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        _note(actor, "gateway.revoke_key", "gateway.key", row.public_id, row.scope_code, now, {})
    return row


def note_use(*, key: ApiKey, now: datetime) -> None:
    """Remember the day on which it was used last: one write a day."""
    day = now.astimezone(SHANGHAI).date()
    if key.last_used_on != day:
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=day)


def open_jurisdiction(
    *, actor: Actor, identifier: str, name: str, scope_code: str, now: datetime
) -> Jurisdiction:
    """Offer a territory under a name. With more than one on offer clients must say which. Raises `Invalid`."""
    _may(actor)
    identifier = identifier.strip().lower()
    if not IDENTIFIER.fullmatch(identifier):
        raise Invalid(fields={"identifier": _("用小写字母、数字、点和短横线，例如 fenglin.example。")})
    _check(name, scope_code, days=1)
    try:
        with transaction.atomic():
            row = Jurisdiction.objects.create(
                identifier=identifier, name=seen(name), scope_code=scope_code, created_at=now
            )
            _note(actor, "gateway.open_jurisdiction", "gateway.jurisdiction", identifier, scope_code, now, {})
            JURISDICTIONS.changed()
    except IntegrityError:
        raise IdentifierTaken(fields={"identifier": IdentifierTaken.default_message}) from None
    return row


def close_jurisdiction(*, actor: Actor, identifier: str, now: datetime) -> None:
    """Take it off the offer; cases that came in under it stay. Raises `NotFound`."""
    _may(actor)
    with transaction.atomic():
        found = Jurisdiction.objects.filter(identifier=identifier, closed_at=None)
        row = found.first()
        if row is None or not found.update(closed_at=now):
            raise NotFound
        _note(
            actor, "gateway.close_jurisdiction", "gateway.jurisdiction", identifier, row.scope_code, now, {}
        )
        JURISDICTIONS.changed()


def _may(actor: Actor) -> None:
    if not policy.permits(actor, "gateway.keys"):
        raise NotAllowed


def _check(name: str, scope_code: str, *, days: int) -> None:
    if not seen(name):
        raise Invalid(fields={"name": _("写一下给谁用，日后好认。")})
    if not is_territory(scope_code):
        raise Invalid(fields={"scope_code": _("没有这个区划，请重新选择。")})
    if not 0 < days <= LONGEST_LIFE.days:
        raise Invalid(fields={"days": _("有效期在1天到366天之间。")})


def _note(
    actor: Actor, action: str, kind: str, row_id: object, scope: str, now: datetime, detail: dict[str, Any]
) -> None:
    record(
        actor=actor,
        action=action,
        object_type=kind,
        object_id=row_id,
        scope_code=scope,
        detail=detail,
        now=now,
    )
