"""One goes there with the checklist, another one confirms; nobody assesses what is their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.files.accept import AcceptedImage
from nuanxin.kernel.files.models import StoredFile
from nuanxin.kernel.files.services import store_image
from nuanxin.people.queries import is_same_person
from nuanxin.places.enums import Occasion, SceneState
from nuanxin.places.events import SceneAssessed
from nuanxin.places.models import Scene, SceneAssessment, SceneMark, SceneStandard, StandardItem
from nuanxin.places.queries.scene_standard import Mark, Result, items_of, standard_in_force, weigh
from nuanxin.places.queries.scenes import PLATED, marks_of, pending_assessment
from nuanxin.places.services.scene_log import locked_scene, said, told
from nuanxin.places.workflow import ASSESSMENT

GRADES = (0, 1, 2)
MOST_WORDS = 200


class NotNow(Conflict):
    default_message = _("现在不在评估或复查这一步。")
    default_hint = _("先点“开始评估”；已经挂牌的，到期或提前复查时再评。")


class AnothersAssessment(Conflict):
    default_message = _("另一位同事已经评过，正等复核。")
    default_hint = _("您可以去复核：同意，或者写明为什么退回重评。")


class SamePair(NotAllowed):
    default_message = _("自己评的，要请另一位同事复核。")
    default_hint = _("一人评、另一人复核，这样才算数。")


class NothingToConfirm(Conflict):
    default_message = _("没有在等复核的评估。")
    default_hint = _("可能刚刚有人复核过了，请刷新页面。")


def assess_scene(
    *,
    actor: Actor,
    public_id: UUID,
    marks: Sequence[Mark],
    now: datetime,
    photos: Mapping[str, AcceptedImage] | None = None,
) -> SceneAssessment:
    """What was found, item by item; again by the same person before the second look replaces it.

    `photos` by code of the item; one sent before stays. Publishes `SceneAssessed`. Raises `SceneNotFound`,
    `OwnScene`, `NotNow`, `AnothersAssessment`, `Invalid` with a field for each item that lacks something.
    """
    with transaction.atomic():
        scene = locked_scene(actor, "places.scene_assess", public_id, as_other=True)
        if scene.state not in (SceneState.ASSESSING, *PLATED):
            raise NotNow
        standard = standard_for(scene)
        items = {each.code: each for each in items_of(standard, scene.type_id)}
        held = pending_assessment(scene)
        if held is not None and not is_same_person(actor, held.assessor_id) and actor.role != SYSTEM.role:
            raise AnothersAssessment
        kept = _photos_of(held)
        given = {each.code: each for each in marks}
        _check(items, given, photos or {}, kept)
        result = weigh(items.values(), {code: given[code].grade for code in items}, minimum=standard.minimum)
        found = _put(actor, scene, held, standard, result, now)
        _mark(found, items, given, photos or {}, kept, now)
        told(actor, scene, "assess", "", now, SceneAssessed(scene.pk, found.pk, "submitted", result.is_met))
    return found


def confirm_assessment(*, actor: Actor, public_id: UUID, now: datetime, opinion: str = "") -> SceneAssessment:
    """The second look agrees. Publishes `SceneAssessed`. Raises as above, `SamePair`, `NothingToConfirm`."""
    return _look(actor, public_id, "confirm", opinion.strip()[:MOST_WORDS], now)


def return_assessment(*, actor: Actor, public_id: UUID, opinion: str, now: datetime) -> SceneAssessment:
    """The second look does not agree: somebody goes there again. Raises as above, `Invalid` without a reason."""
    text = said(opinion, "opinion", _("请写明哪一项不对，好再去看。"))
    return _look(actor, public_id, "send_back", text, now)


def standard_for(scene: Scene) -> SceneStandard:
    """A plate is looked at again by the version in force, an application by the one it was made under."""
    return standard_in_force() if scene.state in PLATED else scene.standard


def _look(actor: Actor, public_id: UUID, name: str, opinion: str, now: datetime) -> SceneAssessment:
    with transaction.atomic():
        scene = locked_scene(actor, "places.scene_assess", public_id, as_other=True)
        found = pending_assessment(scene)
        if found is None:
            raise NothingToConfirm
        if is_same_person(actor, found.assessor_id):
            raise SamePair
        ASSESSMENT.step(found, name, opinion=opinion, looked_at=now, looker_id=actor.assignment_id)
        happened = SceneAssessed(scene.pk, found.pk, found.state, found.is_met)
        told(actor, scene, "confirm" if name == "confirm" else "return", opinion, now, happened)
    return found


def _check(
    items: Mapping[str, StandardItem],
    given: Mapping[str, Mark],
    photos: Mapping[str, AcceptedImage],
    kept: Mapping[str, StoredFile],
) -> None:
    wrong = {}
    for code, item in items.items():
        mark = given.get(code)
        if mark is None or not (mark.grade is None or mark.grade in GRADES):
            wrong[code] = _("这一项还没有选。")
        elif mark.grade is None and item.is_must:
            wrong[code] = _("必须达到的项不能选“不适用”。")
        elif (
            item.needs_evidence
            and mark.grade
            and not (mark.evidence.strip() or code in photos or code in kept)
        ):
            wrong[code] = _("这一项要有依据：写一句看到了什么，或者拍一张。")
    if wrong:
        raise Invalid(
            _("有 %(n)d 项还没有填好。") % {"n": len(wrong)}, hint=_("已经填的都还在。"), fields=wrong
        )


def _photos_of(held: SceneAssessment | None) -> dict[str, StoredFile]:
    marks = marks_of(held) if held is not None else []
    return {each.item.code: each.photo for each in marks if each.photo is not None}


def _put(
    actor: Actor,
    scene: Scene,
    held: SceneAssessment | None,
    standard: SceneStandard,
    result: Result,
    now: datetime,
) -> SceneAssessment:
    found = held or SceneAssessment(scene=scene)
    found.standard, found.assessed_at, found.assessor_id = standard, now, actor.assignment_id
    found.occasion = Occasion.RECHECK if scene.state in PLATED else Occasion.FIRST
    found.score, found.is_met, found.classes = result.score, result.is_met, " ".join(result.friendly)
    found.save()
    return found


def _mark(
    found: SceneAssessment,
    items: Mapping[str, StandardItem],
    given: Mapping[str, Mark],
    photos: Mapping[str, AcceptedImage],
    kept: Mapping[str, StoredFile],
    now: datetime,
) -> None:
    found.marks.all().delete()
    SceneMark.objects.bulk_create(
        SceneMark(
            assessment=found,
            item=item,
            grade=given[code].grade,
            evidence=given[code].evidence.strip()[:MOST_WORDS],
            photo=store_image(accepted=photos[code], now=now) if code in photos else kept.get(code),
        )
        for code, item in items.items()
    )
