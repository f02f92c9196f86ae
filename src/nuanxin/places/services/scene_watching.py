"""What only the calendar does: a publicity ends, a plate falls due, a step runs out of its time, a place is gone."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from nuanxin.kernel.access import SYSTEM
from nuanxin.places.enums import PlaceState, SceneState
from nuanxin.places.events import (
    SceneLate,
    SceneMoved,
    ScenePublicityOver,
    SceneRecheckDue,
    SceneRevoked,
)
from nuanxin.places.models import Scene, SceneAppeal, SceneObjection
from nuanxin.places.queries.scene_standard import standard_in_force, working_days_on
from nuanxin.places.queries.scenes import PLATED, RELATED, lost_their_place
from nuanxin.places.services.scene_log import told
from nuanxin.places.workflow import SCENE

BATCH = 200
TIMED = (SceneState.APPLIED, SceneState.ASSESSING, SceneState.PUBLICITY, *PLATED)


def watch_scenes(*, now: datetime) -> int:
    """Everything whose time has come, each said once. Returns how many; call until 0.

    Publishes `ScenePublicityOver`, `SceneRecheckDue`, `SceneLate`; `SceneMoved` or `SceneRevoked` where a place is
    closed for good.
    """
    with transaction.atomic():
        timed = Q(state__in=TIMED, due_at__lte=now, warned_at=None)
        due = Scene.objects.filter(timed | lost_their_place()).order_by("pk")
        keys = list(due.values_list("pk", flat=True)[:BATCH])
        locked = Scene.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=keys)
        scenes = list(locked.select_related(*RELATED))
        for scene in scenes:
            if scene.place is not None and scene.place.state == PlaceState.CLOSED:
                _lose(scene, now)
            else:
                _come(scene, now)
    return len(scenes) + _late_appeals(now)


def _lose(scene: Scene, now: datetime) -> None:
    plated = scene.state in (*PLATED, SceneState.SUSPENDED)
    name, reason = ("lapse" if plated else "drop"), _("这个地方已经撤销。")
    changes = {
        "state_since": now,
        "state_reason": reason,
        "due_at": None,
        "warned_at": None,
        "decided_by_id": None,
    }
    SCENE.step(scene, name, **changes)
    happened = SceneRevoked(scene.pk) if plated else SceneMoved(scene.pk, name, scene.state)
    told(SYSTEM, scene, name, reason, now, happened)


def _come(scene: Scene, now: datetime) -> None:
    if scene.state == SceneState.ACCREDITED:
        until = working_days_on(now, standard_in_force().recheck_days, scene.scope_code)
        SCENE.step(scene, "fall_due", state_since=now, due_at=until, warned_at=None)
        told(SYSTEM, scene, "fall_due", "", now, SceneRecheckDue(scene.pk))
        return
    Scene.objects.filter(pk=scene.pk).update(warned_at=now)
    if scene.state == SceneState.PUBLICITY:
        waiting = SceneObjection.objects.filter(scene=scene, answered_at=None).count()
        told(SYSTEM, scene, "publicity_over", "", now, ScenePublicityOver(scene.pk, waiting))
        return
    told(SYSTEM, scene, "late", "", now, SceneLate(scene.pk, scene.state))


def _late_appeals(now: datetime) -> int:
    with transaction.atomic():
        rows = SceneAppeal.objects.filter(decided_at=None, warned_at=None, due_at__lte=now).order_by("due_at")
        late = list(rows.select_related("scene")[:BATCH])
        SceneAppeal.objects.filter(pk__in=[each.pk for each in late]).update(warned_at=now)
        for appeal in late:
            told(SYSTEM, appeal.scene, "late", "", now, SceneLate(appeal.scene_id, "appeal"))
    return len(late)
