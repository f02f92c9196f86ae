"""What every step of a scene leaves: its line in the ledger, its audit entry, its event."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.places.models import Scene, SceneStep
from nuanxin.places.queries.scenes import RELATED, SceneNotFound, is_own

MOST_WORDS = 200


class OwnScene(NotAllowed):
    default_message = _("自己的地方不能自己评、自己定。")
    default_hint = _("请没有关系的另一位同事来：不在这里上班，不是主办单位，也不是申请的人。")


def said(text: str, field: str, problem: str | Promise, most: int = MOST_WORDS) -> str:
    """Raises `Invalid` where nothing was said."""
    if not text.strip():
        raise Invalid(fields={field: problem})
    return text.strip()[:most]


def locked_scene(actor: Actor, permission: str, public_id: UUID, *, as_other: bool = False) -> Scene:
    """Held until the end of the transaction. `as_other`: not one's own. Raises `SceneNotFound`, `OwnScene`."""
    rows = visible(Scene.objects.filter(public_id=public_id), permission, actor)
    key = rows.values_list("pk", flat=True).first()
    if key is None:
        raise SceneNotFound
    Scene.objects.select_for_update().get(pk=key)
    scene = Scene.objects.select_related(*RELATED).get(pk=key)
    if as_other and is_own(actor, scene):
        raise OwnScene
    return scene


def told(actor: Actor, scene: Scene, action: str, opinion: str, now: datetime, *happened: Any) -> None:
    """In the caller's transaction, after the change; `happened` are the events."""
    SceneStep.objects.create(
        scene=scene,
        at=now,
        action=action,
        state=scene.state,
        opinion=opinion[:MOST_WORDS],
        role=actor.role,
        organisation_id=actor.organisation_id,
    )
    audit.record(
        actor=actor, action=f"places.scene_{action}", object_type="scene", object_id=scene.pk,
        scope_code=scene.scope_code, detail={"state": scene.state}, now=now,
    )  # fmt: skip
    for each in happened:
        publish(each, scope_code=scene.scope_code, now=now)
