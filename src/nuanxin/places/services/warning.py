"""Notices of storm, heat or cold: while one is on, the map shows shelter first."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.events import publish
from nuanxin.places.enums import WarningKind
from nuanxin.places.events import AreaWarningEnded, AreaWarningPublished
from nuanxin.places.models import AreaWarning
from nuanxin.places.queries.warnings import changeable_warning, warned_territory

LONGEST = timedelta(days=7)


class BadWarning(Invalid):
    default_message = _("这段时间不对。")
    default_hint = _("结束要在开始和现在之后，最长 7 天；天气没过去，到时再发一次。")


def publish_warning(
    *,
    actor: Actor,
    scope_code: str,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    text: str = "",
) -> AreaWarning:
    """In force in the territory from then until then; the same again is the same. Publishes `AreaWarningPublished`.

    Raises `NotFound` outside the actor's own area, `BadWarning`.
    """
    code = warned_territory(actor, scope_code)
    if kind not in WarningKind.values or ends_at <= max(starts_at, now) or ends_at - starts_at > LONGEST:
        raise BadWarning
    with transaction.atomic():
        made, is_new = AreaWarning.objects.get_or_create(
            scope_code=code,
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            defaults={"text": text.strip()[:120], "made_at": now, "made_by_id": actor.assignment_id},
        )
        if is_new:
            _note(actor, "warning_published", made, now)
            event = AreaWarningPublished(made.pk, kind, starts_at.isoformat(), ends_at.isoformat())
            publish(event, scope_code=code, now=now)
    return made


def end_warning(*, actor: Actor, warning_id: int, now: datetime) -> bool:
    """It ends now, or never begins; False where it is over. Publishes `AreaWarningEnded`. Raises `NotFound`."""
    found = changeable_warning(actor, warning_id)
    with transaction.atomic():
        changed = AreaWarning.objects.filter(pk=found.pk, ends_at__gt=now)
        if not changed.update(ends_at=max(found.starts_at, now)):
            return False
        _note(actor, "warning_ended", found, now)
        publish(AreaWarningEnded(found.pk), scope_code=found.scope_code, now=now)
    return True


def _note(actor: Actor, action: str, warning: AreaWarning, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"places.{action}", object_type="area_warning", object_id=warning.pk,
        scope_code=warning.scope_code, detail={"kind": warning.kind}, now=now,
    )  # fmt: skip
