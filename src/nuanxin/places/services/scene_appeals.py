"""What is said against a scene while it is public, and what its own people say against a decision."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, NotAllowed
from nuanxin.people.queries import is_same_person
from nuanxin.places.enums import AppealEnd, SceneState
from nuanxin.places.events import SceneAppealDecided, SceneAppealed, SceneMoved, SceneObjected
from nuanxin.places.models import Scene, SceneAppeal, SceneObjection
from nuanxin.places.queries.scene_standard import working_days_on
from nuanxin.places.queries.scenes import APPEALABLE, public_scene
from nuanxin.places.services.scene_log import locked_scene, said, told
from nuanxin.places.services.scenes import start_of_recheck
from nuanxin.places.workflow import SCENE

MOST_WORDS = 400


class NotPublic(Conflict):
    default_message = _("公示已经结束，不能再提意见。")
    default_hint = _("发现问题仍然可以随手拍上报，会有人去看。")


class AnsweredAlready(Conflict):
    default_message = _("这条意见已经答复过了。")


class NotAppealable(Conflict):
    default_message = _("现在没有可以申诉的决定。")
    default_hint = _("只能对“没有认定”“暂停挂牌”“已摘牌”申诉，要在申诉期内，每个决定一次。")


class NoAppeal(Conflict):
    default_message = _("没有在等裁定的申诉。")
    default_hint = _("可能刚刚有人裁定过了，请刷新页面。")


class OwnDecision(NotAllowed):
    default_message = _("原来的决定是您作的，申诉要由别人裁定。")
    default_hint = _("请没有参与这个决定的同事来裁定。")


def object_to_scene(*, public_id: UUID, key: UUID, text: str, now: datetime) -> SceneObjection:
    """Anybody may, without saying who. The same `key` again is the same.

    Publishes `SceneObjected`. Raises `SceneNotFound`, `NotPublic`, `Invalid` without a word.
    """
    words = said(text, "text", _("请写一句哪里不对，例如：楼号夜里看不见。"), MOST_WORDS)
    with transaction.atomic():
        scene = Scene.objects.select_for_update(of=("self",)).get(pk=public_scene(public_id).pk)
        same = SceneObjection.objects.filter(key=key, scene=scene).first()
        if same is not None:
            return same
        until = scene.publicity_until
        if scene.state != SceneState.PUBLICITY or until is None or now >= until:
            raise NotPublic
        made = SceneObjection.objects.create(scene=scene, key=key, at=now, text=words)
        told(Actor(), scene, "object", "", now, SceneObjected(scene.pk, made.pk))
    return made


def answer_objection(
    *, actor: Actor, public_id: UUID, objection_id: int, is_upheld: bool, answer: str, now: datetime
) -> SceneObjection:
    """Looked into; the answer is public, what was written is not.

    Raises `SceneNotFound`, `AnsweredAlready`, `Invalid`.
    """
    text = said(answer, "answer", _("请写明核实了什么、结果怎样；大家看得到。"))
    with transaction.atomic():
        scene = locked_scene(actor, "places.scene_decide", public_id, as_other=True)
        changed = SceneObjection.objects.filter(pk=objection_id, scene=scene, answered_at=None).update(
            answered_at=now, answered_by_id=actor.assignment_id, is_upheld=is_upheld, answer=text
        )
        if not changed:
            raise AnsweredAlready
        told(actor, scene, "answer", text, now)
    return SceneObjection.objects.get(pk=objection_id)


def may_appeal(scene: Scene, now: datetime) -> bool:
    """A decision against it, taken by somebody, within its days, and not contested yet."""
    if scene.state not in APPEALABLE or scene.decided_by_id is None:
        return False
    if now > working_days_on(scene.state_since, scene.standard.appeal_days, scene.scope_code):
        return False
    return not SceneAppeal.objects.filter(scene=scene, against_at=scene.state_since).exists()


def file_scene_appeal(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> SceneAppeal:
    """Whose scene it is contests the decision; meanwhile it stands.

    Publishes `SceneAppealed`. Raises `SceneNotFound`, `NotAppealable`, `Invalid` without a reason.
    """
    text = said(reason, "reason", _("请写明为什么不服，有什么依据。"), MOST_WORDS)
    with transaction.atomic():
        scene = locked_scene(actor, "places.scene_own", public_id)
        if not may_appeal(scene, now):
            raise NotAppealable
        due = working_days_on(now, scene.standard.judge_days, scene.scope_code)
        try:
            with transaction.atomic():
                made = SceneAppeal.objects.create(
                    scene=scene, against=scene.state, against_at=scene.state_since, at=now, reason=text, due_at=due,
                    filed_by_id=actor.assignment_id,
                )  # fmt: skip
        except IntegrityError as error:
            raise NotAppealable from error
        told(actor, scene, "appeal", "", now, SceneAppealed(scene.pk, made.pk, scene.state))
    return made


def decide_scene_appeal(
    *, actor: Actor, public_id: UUID, is_upheld: bool, answer: str, now: datetime
) -> SceneAppeal:
    """By another one than who took the decision. Upheld, it goes back: to assessment, or to its plate.

    Publishes `SceneAppealDecided`, and `SceneMoved` where it moves. Raises `SceneNotFound`, `OwnScene`, `NoAppeal`,
    `OwnDecision`, `Invalid` without an answer.
    """
    text = said(answer, "answer", _("请写明裁定的理由，对方看得到。"))
    with transaction.atomic():
        scene = locked_scene(actor, "places.scene_judge", public_id, as_other=True)
        appeal = SceneAppeal.objects.select_for_update().filter(scene=scene, decided_at=None).first()
        if appeal is None:
            raise NoAppeal
        if is_same_person(actor, scene.decided_by_id):
            raise OwnDecision
        appeal.decided_at, appeal.decided_by_id, appeal.answer = now, actor.assignment_id, text
        appeal.end = AppealEnd.UPHELD if is_upheld else AppealEnd.REJECTED
        appeal.save(update_fields=["decided_at", "decided_by", "answer", "end"])
        happened = [SceneAppealDecided(scene.pk, appeal.pk, is_upheld)]
        if is_upheld:
            _back(scene, text, now)
            told(actor, scene, "uphold", text, now, *happened, SceneMoved(scene.pk, "uphold", scene.state))
        else:
            told(actor, scene, "reject", text, now, *happened)
    return appeal


def _back(scene: Scene, reason: str, now: datetime) -> None:
    """A refusal is assessed anew; a plate is in force again, and due when it was due."""
    changes = {"state_since": now, "state_reason": reason, "warned_at": None}
    if scene.state == SceneState.REFUSED:
        due = working_days_on(now, scene.standard.assess_days, scene.scope_code)
        SCENE.step(scene, "reopen", due_at=due, passed_at=now, **changes)
    else:
        SCENE.step(scene, "restore", due_at=start_of_recheck(scene), **changes)
