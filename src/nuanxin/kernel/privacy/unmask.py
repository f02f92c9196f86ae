"""Seeing one masked value in full: an action with a reason, on record (`domain.md` §8)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.audit import record
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.privacy.masking import Kind
from nuanxin.kernel.words import seen

SHORTEST_REASON = 4


class ReasonMissing(Invalid):
    default_message = _("请写明为什么需要看完整信息。")
    default_hint = _("至少四个字；这次查看会留下记录。")


def unmask(
    *,
    actor: Actor,
    kind: Kind,
    value: str,
    reason: str,
    object_type: str,
    object_id: object,
    now: datetime,
    scope_code: str = "",
) -> str:
    """Return the value in full and write an audit row with the reason. Raises `ReasonMissing`.

    Whether the actor may ask at all is the caller's permission to check.
    """
    reason = seen(reason)
    if len(reason) < SHORTEST_REASON:
        raise ReasonMissing(fields={"reason": ReasonMissing.default_message})
    with transaction.atomic():
        record(
            actor=actor,
            action="privacy.unmask",
            object_type=object_type,
            object_id=object_id,
            scope_code=scope_code,
            detail={"kind": kind.value, "reason": reason[:200]},
            now=now,
        )
    return value
