"""The life of a friendly scene, by the table in `workflow.py`: from the application to the end of its plate."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.access.scope import LEVELS
from nuanxin.kernel.errors import Conflict, Invalid, NotFound
from nuanxin.kernel.worktime.months import months_on
from nuanxin.people.models import Site
from nuanxin.places.enums import PlaceState
from nuanxin.places.events import (
    SceneAccredited,
    SceneApplied,
    SceneMoved,
    SceneRefused,
    SceneRevoked,
    SceneSuspended,
)
from nuanxin.places.models import (
    Place,
    PlateSerial,
    Scene,
    SceneAppeal,
    SceneAssessment,
    SceneObjection,
    SceneStandard,
    SceneType,
)
from nuanxin.places.models.scenes import ENDED
from nuanxin.places.queries.register import changeable_place
from nuanxin.places.queries.scene_standard import standard_in_force, working_days_on
from nuanxin.places.queries.scenes import last_confirmed, pending_assessment
from nuanxin.places.services.scene_log import locked_scene, said, told
from nuanxin.places.workflow import SCENE

MOST_WORDS = 400


class SceneThere(Conflict):
    default_message = _("这里已经有一个在办或有效的友好场景。")
    default_hint = _("不用再申请；在友好场景的列表里看它到哪一步了。")


class NotAssessed(Conflict):
    default_message = _("还没有评过并经另一位复核。")
    default_hint = _("先请人带着清单去看一次，再请另一位复核，然后才能定。")


class NotMet(Conflict):
    default_message = _("评估没有达到标准，不能往下走。")
    default_hint = _("可以写明原因不予认定，或者改好以后再请人去看一次。")


class PublicityRuns(Conflict):
    default_message = _("公示还没有期满。")
    default_hint = _("公示期满以后再认定；这里会通知您。")


class ObjectionsOpen(Conflict):
    default_message = _("还有意见没有答复。")
    default_hint = _("请先逐条核实答复，再认定。")


class AppealRuns(Conflict):
    default_message = _("有一件申诉在等裁定。")
    default_hint = _("由没有参与原决定的人先裁定，再往下走。")


class NoSuchSite(NotFound):
    default_message = _("没有找到这个地方。")
    default_hint = _("它可能不归您现在的身份管，或者已经停用。")


def apply_for_place(*, actor: Actor, public_id: UUID, type_code: str, words: str, now: datetime) -> Scene:
    """Its keeper, host or community asks. Again while one is under way is the same.

    Publishes `SceneApplied`. Raises `PlaceNotFound`, `Invalid`, `SceneThere`.
    """
    place = changeable_place(actor, "places.scene_apply", public_id)
    if place.state == PlaceState.CLOSED:
        raise Invalid(_("这个地方已经撤销，不能申请。"))
    return _apply(actor, place.site, place, type_code, words, now)


def apply_for_site(*, actor: Actor, site_id: UUID, type_code: str, words: str, now: datetime) -> Scene:
    """For a compound, a mall or whatever else is no place. Publishes and raises as above, and `NoSuchSite`."""
    rows = visible(Site.objects.filter(is_active=True), "places.scene_site", actor)
    site = rows.filter(public_id=site_id).first()
    if site is None:
        raise NoSuchSite
    return _apply(actor, site, Place.objects.filter(site=site).first(), type_code, words, now)


def _apply(actor: Actor, site: Site, place: Place | None, type_code: str, words: str, now: datetime) -> Scene:
    text = said(words, "words", _("请写一句做了什么：小哥来这里有什么方便。"), MOST_WORDS)
    if not SceneType.objects.filter(pk=type_code, is_active=True).exists():
        raise Invalid(fields={"type": _("请选一种场景。")})
    live = Scene.objects.filter(site=site).exclude(state__in=ENDED).first()
    if live is not None:
        return _same_again(live, actor, type_code, text)
    standard = standard_in_force()
    try:
        with transaction.atomic():
            scene = Scene.objects.create(
                site=site,
                place=place,
                type_id=type_code,
                standard=standard,
                site_name=place.name_zh if place else site.name,
                words=text,
                scope_code=place.scope_code if place else site.scope_code,
                state_since=now,
                applied_at=now,
                applied_by_id=actor.assignment_id,
                due_at=working_days_on(now, standard.assess_days, site.scope_code),
            )
            told(actor, scene, "apply", "", now, SceneApplied(scene.pk, type_code))
    except IntegrityError as error:  # somebody applied for it at the same moment
        raise SceneThere from error
    return scene


def _same_again(live: Scene, actor: Actor, type_code: str, text: str) -> Scene:
    """A form that is sent twice is one application. Raises `SceneThere`."""
    if (live.applied_by_id, live.type_id, live.words) != (actor.assignment_id, type_code, text):
        raise SceneThere
    return live


def start_assessing(*, actor: Actor, public_id: UUID, now: datetime) -> Scene:
    """Somebody goes there. Publishes `SceneMoved`. Raises `SceneNotFound`, `OwnScene`, `IllegalMove`."""
    with transaction.atomic():
        scene = locked_scene(actor, "places.scene_assess", public_id, as_other=True)
        return _moved(actor, scene, "start", "", now)


def publicise(*, actor: Actor, public_id: UUID, now: datetime) -> Scene:
    """Show it to everybody for its working days. Raises as above, `NotAssessed`, `NotMet`."""
    with transaction.atomic():
        scene = locked_scene(actor, "places.scene_decide", public_id, as_other=True)
        found = _passed(scene)
        until = working_days_on(now, scene.standard.publicity_days, scene.scope_code)
        said_ = {
            "score": found.score,
            "classes": found.classes,
            "publicity_from": now,
            "publicity_until": until,
        }
        return _moved(actor, scene, "publicise", "", now, due_at=until, **said_)


def accredit(*, actor: Actor, public_id: UUID, now: datetime) -> Scene:
    """After its publicity: a number, a plate, a day of re-check. Publishes `SceneAccredited`.

    Raises as above, `PublicityRuns`, `ObjectionsOpen`.
    """
    with transaction.atomic():
        scene = locked_scene(actor, "places.scene_decide", public_id, as_other=True)
        if scene.publicity_until is not None and now < scene.publicity_until:
            raise PublicityRuns
        if SceneObjection.objects.filter(scene=scene, answered_at=None).exists():
            raise ObjectionsOpen
        changes: dict[str, Any] = {"accredited_at": scene.accredited_at or now, **_valid(scene.standard, now)}
        changes["number"] = scene.number or _next_number(scene, now)
        number = changes["number"]
        return _moved(
            actor, scene, "accredit", "", now, happened=SceneAccredited(scene.pk, number), **changes
        )


def assess_again(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> Scene:
    """An objection was right. Raises as above, `Invalid` without a reason."""
    text = said(reason, "reason", _("请写明为什么要重新评估。"))
    with transaction.atomic():
        scene = locked_scene(actor, "places.scene_decide", public_id, as_other=True)
        due = working_days_on(now, scene.standard.assess_days, scene.scope_code)
        # `passed_at` makes assessments from before now count no more.
        return _moved(actor, scene, "again", text, now, due_at=due, passed_at=now, publicity_until=None)


def renew(*, actor: Actor, public_id: UUID, now: datetime) -> Scene:
    """Looked at again, and still met. Raises as above, `NotAssessed`, `NotMet`."""
    with transaction.atomic():
        scene = locked_scene(actor, "places.scene_decide", public_id, as_other=True)
        found = _passed(scene)
        result = {"score": found.score, "classes": found.classes, "standard_id": found.standard_id}
        return _moved(actor, scene, "renew", "", now, **result, **_valid(found.standard, now))


def suspend_scene(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> Scene:
    """Its public page says so at once. Publishes `SceneSuspended`. Raises as above."""
    return _decided(actor, "suspend", public_id, reason, now, SceneSuspended)


def refuse_scene(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> Scene:
    """Not accredited; whose it is may appeal. Publishes `SceneRefused`. Raises as above."""
    return _decided(actor, "refuse", public_id, reason, now, SceneRefused)


def revoke_scene(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> Scene:
    """The plate comes down; its page stays and says so. Publishes `SceneRevoked`. Raises as above."""
    return _decided(actor, "revoke", public_id, reason, now, SceneRevoked)


def reinstate_scene(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> Scene:
    """What was wrong is put right. Raises as above."""
    text = said(reason, "reason", _("请写明改好了什么。"))
    with transaction.atomic():
        scene = locked_scene(actor, "places.scene_decide", public_id, as_other=True)
        _no_appeal(scene)
        return _moved(actor, scene, "reinstate", text, now, due_at=start_of_recheck(scene))


def withdraw_scene(*, actor: Actor, public_id: UUID, now: datetime) -> Scene:
    """Whose it is does not want it any more. Raises `SceneNotFound`, `IllegalMove`."""
    with transaction.atomic():
        return _moved(actor, locked_scene(actor, "places.scene_own", public_id), "withdraw", "", now)


def perform_scene(*, actor: Actor, public_id: UUID, name: str, now: datetime, reason: str = "") -> Scene:
    """The step of that name, for page and API. Raises `KeyError` for one that nobody presses."""
    given: dict[str, Any] = {"actor": actor, "public_id": public_id, "now": now}
    if "reason" in SCENE[name].required_fields:
        given["reason"] = reason
    steps: dict[str, Callable[..., Scene]] = {
        "start": start_assessing,
        "publicise": publicise,
        "accredit": accredit,
        "again": assess_again,
        "renew": renew,
        "reinstate": reinstate_scene,
        "suspend": suspend_scene,
        "refuse": refuse_scene,
        "revoke": revoke_scene,
        "withdraw": withdraw_scene,
    }
    return steps[name](**given)


def start_of_recheck(scene: Scene) -> datetime | None:
    """The first moment of the day from which it is to be looked at again."""
    if scene.recheck_on is None:
        return None
    return timezone.make_aware(datetime.combine(scene.recheck_on, time.min))


def _decided(
    actor: Actor, name: str, public_id: UUID, reason: str, now: datetime, happened: Callable[[int], Any]
) -> Scene:
    text = said(reason, "reason", _("请写明原因，对方和大家都看得到，也好改。"))
    with transaction.atomic():
        scene = locked_scene(actor, "places.scene_decide", public_id, as_other=True)
        _no_appeal(scene)
        changes = {"decided_by_id": actor.assignment_id, "due_at": None}
        return _moved(actor, scene, name, text, now, happened=happened(scene.pk), **changes)


def _no_appeal(scene: Scene) -> None:
    if SceneAppeal.objects.filter(scene=scene, decided_at=None).exists():
        raise AppealRuns


def may_rest(scene: Scene) -> bool:
    """Whether a decision that rests on an assessment may be taken now. Writes nothing."""
    try:
        return _passed(scene).is_met
    except (NotAssessed, NotMet):
        return False


def _passed(scene: Scene) -> SceneAssessment:
    """The assessment that a decision may rest on. Raises `NotAssessed`, `NotMet`."""
    found = last_confirmed(scene)
    if found is None or pending_assessment(scene) is not None:
        raise NotAssessed
    if not found.is_met:
        raise NotMet
    return found


def _valid(standard: SceneStandard, now: datetime) -> dict[str, Any]:
    on = months_on(timezone.localdate(now), standard.recheck_months)
    return {
        "passed_at": now,
        "recheck_on": on,
        "due_at": timezone.make_aware(datetime.combine(on, time.min)),
    }


def _next_number(scene: Scene, now: datetime) -> str:
    """District, year, and the next number of both: `990101-2026-0001`."""
    district, year = scene.scope_code[: LEVELS["district"]], timezone.localdate(now).year
    PlateSerial.objects.get_or_create(district=district, year=year)
    serial = PlateSerial.objects.select_for_update().get(district=district, year=year)
    serial.last += 1
    serial.save(update_fields=["last"])
    return f"{district}-{year}-{serial.last:04d}"


def _moved(
    actor: Actor, scene: Scene, name: str, reason: str, now: datetime, *, happened: Any = None, **changes: Any
) -> Scene:
    """One step by the table, with its trace."""
    changes.setdefault("due_at", scene.due_at)
    SCENE.step(scene, name, state_since=now, state_reason=reason, warned_at=None, **changes)
    told(actor, scene, name, reason, now, happened or SceneMoved(scene.pk, name, scene.state))
    return scene
