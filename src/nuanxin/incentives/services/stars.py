"""The volunteer star (`domain.md` §4.1): asked for, checked by another, shown for some working days, granted."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanxin.incentives.enums import Reviewed, StarState
from nuanxin.incentives.events import PublicityOver, StarApplied, StarGranted, StarMoved
from nuanxin.incentives.models import Objection, StarApplication
from nuanxin.incentives.queries.absences import paused_until
from nuanxin.incentives.queries.stars import (
    StarNotFound,
    owed_by,
    scheme_in_force,
    standing_of,
)
from nuanxin.incentives.workflow import STAR
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, permits, visible
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.kernel.words import seen
from nuanxin.places.queries.scene_standard import working_days_on

BATCH = 200
MOST_NAME = 12


class NotYet(Conflict):
    default_message = gettext_lazy("时长还没有到下一颗星。")
    default_hint = gettext_lazy("时长只算真正服务的时间；差多少写在这一页上，少记了可以去申请更正。")


class StillOwed(Conflict):
    default_message = gettext_lazy("积分还欠着，本地的办法是先补上再评星。")
    default_hint = gettext_lazy("欠多少、为什么，在积分明细里看得到；觉得不对可以申诉。")


class StarsWait(Conflict):
    default_message = gettext_lazy("现在还不能申请。")
    default_hint = gettext_lazy(
        "报名没来的次数多，停了一段时间的评星；到哪天、为什么、怎么申诉，写在这一页上。"
    )


class OwnStar(NotAllowed):
    default_message = gettext_lazy("自己的星级不能自己核对。")
    default_hint = gettext_lazy("请另一位同事来。")


def apply_for_star(*, actor: Actor, shown_as: str, now: datetime) -> StarApplication:
    """For the highest level that the hours entitle to. While one is under way it is that one.

    Publishes `StarApplied`. Raises `NotAllowed`, `NotYet`, `StarsWait`, `StillOwed`, `Invalid` without a name.
    """
    if actor.subject_id is None or not permits(actor, "incentives.star_apply"):
        raise NotAllowed
    name = called(shown_as)
    standing = standing_of(actor.subject_id)
    if standing.current is not None:
        return standing.current
    if not standing.may_apply:
        raise NotYet
    if paused_until(actor.subject_id, now=now) is not None:
        raise StarsWait
    scheme = scheme_in_force()
    if scheme.needs_balance and owed_by(actor.subject_id):
        raise StillOwed
    try:
        with transaction.atomic():
            made = StarApplication.objects.create(
                subject_id=actor.subject_id, scheme=scheme, level=standing.entitled, shown_as=name,
                minutes=standing.minutes, growth=standing.growth, scope_code=actor.scope_code, state_since=now,
                applied_at=now,
            )  # fmt: skip
            _told(actor, made, "apply", now, StarApplied(str(made.public_id), made.level))
    except IntegrityError:  # the same, pressed twice at once
        return StarApplication.objects.get(
            subject_id=actor.subject_id, state__in=[StarState.APPLIED, StarState.PUBLICITY]
        )
    return made


def called(shown_as: str) -> str:
    """What somebody wants to be called in public. Raises `Invalid`."""
    name = seen(shown_as)
    if not name or len(name) > MOST_NAME:
        raise Invalid(fields={"shown_as": _("请写一个 12 个字以内的称呼，例如：枫桥小王。")})
    if any(mark.isdigit() for mark in name) and sum(mark.isdigit() for mark in name) > 4:
        raise Invalid(fields={"shown_as": _("称呼里不要写手机号。")})
    return name


def publicise_star(*, actor: Actor, public_id: UUID, now: datetime) -> StarApplication:
    """The hours are right: everybody may object for so many working days. Publishes `StarMoved`.

    Raises `StarNotFound`, `OwnStar`, `IllegalMove`.
    """
    with transaction.atomic():
        star = _locked(actor, "incentives.star_check", public_id, as_other=True)
        until = working_days_on(now, star.scheme.publicity_days, star.scope_code)
        return _moved(actor, star, "publicise", "", now, publicity_until=until, warned_at=None)


def refuse_star(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> StarApplication:
    """With the reason, which its owner reads and may contest. Publishes `StarMoved`. Raises as above, `Invalid`."""
    text = reason.strip()[:200]
    if not text:
        raise Invalid(fields={"reason": _("请写明原因，本人看得到，也好申诉。")})
    with transaction.atomic():
        star = _locked(actor, "incentives.star_check", public_id, as_other=True)
        return _moved(actor, star, "refuse", text, now)


def withdraw_star(*, actor: Actor, public_id: UUID, now: datetime) -> StarApplication:
    """Its owner does not want it now; asked for again at any time. Publishes `StarMoved`."""
    with transaction.atomic():
        return _moved(actor, _locked(actor, "incentives.star_apply", public_id), "withdraw", "", now)


def perform_star(*, actor: Actor, public_id: UUID, name: str, reason: str, now: datetime) -> StarApplication:
    """The step of that name, for page and API. Raises `KeyError` for one that nobody presses."""
    given: dict[str, Any] = {"actor": actor, "public_id": public_id, "now": now}
    if name == "refuse":
        return refuse_star(reason=reason, **given)
    return {"publicise": publicise_star, "withdraw": withdraw_star}[name](**given)


def grant_shown_stars(*, now: datetime) -> int:
    """Publicity is over: granted where nothing is open against it, else said once. Returns how many; call until 0.

    Publishes `StarGranted`, `PublicityOver`.
    """
    with transaction.atomic():
        due = StarApplication.objects.filter(state=StarState.PUBLICITY, publicity_until__lte=now)
        rows = list(due.select_for_update(skip_locked=True).order_by("pk")[:BATCH])
        open_now = _open_objections([each.public_id for each in rows])
        done = 0
        for star in rows:
            waiting = open_now.get(star.public_id, 0)
            if not waiting:
                _moved(SYSTEM, star, "grant", "", now)
                done += 1
            elif star.warned_at is None:
                StarApplication.objects.filter(pk=star.pk).update(warned_at=now)
                happened = PublicityOver(Reviewed.STAR, str(star.public_id), waiting)
                _told(SYSTEM, star, "publicity_over", now, happened)
                done += 1
    return done


def _open_objections(targets: list[UUID]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for target in Objection.objects.filter(target__in=targets, answered_at=None).values_list(
        "target", flat=True
    ):
        found[target] = found.get(target, 0) + 1
    return found


def is_being_shown(target: UUID) -> bool:
    return StarApplication.objects.filter(public_id=target, state=StarState.PUBLICITY).exists()


def reopen_star(*, target: UUID, now: datetime) -> None:
    """An appeal was upheld: it is checked anew."""
    star = StarApplication.objects.get(public_id=target)
    _moved(SYSTEM, star, "reopen", _("申诉成立，重新核对。"), now)


def _locked(actor: Actor, permission: str, public_id: UUID, *, as_other: bool = False) -> StarApplication:
    rows = visible(StarApplication.objects.filter(public_id=public_id), permission, actor)
    key = rows.values_list("pk", flat=True).first()
    if key is None:
        raise StarNotFound
    star = StarApplication.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=key)
    if as_other and star.subject_id == actor.subject_id:
        raise OwnStar
    return star


def _moved(
    actor: Actor, star: StarApplication, name: str, reason: str, now: datetime, **changes: Any
) -> StarApplication:
    if actor.assignment_id is not None and name in ("publicise", "refuse"):
        changes["decided_by_id"] = actor.assignment_id
    STAR.step(star, name, state_since=now, state_reason=reason, **changes)
    key = str(star.public_id)
    happened = (
        StarGranted(key, star.level) if name == "grant" else StarMoved(key, star.level, name, star.state)
    )
    _told(actor, star, name, now, happened)
    return star


def _told(actor: Actor, star: StarApplication, action: str, now: datetime, happened: Any) -> None:
    audit.record(
        actor=actor, action=f"incentives.star_{action}", object_type="star", object_id=star.pk,
        scope_code=star.scope_code, detail={"state": star.state, "level": star.level}, now=now,
    )  # fmt: skip
    publish(happened, subject_id=star.subject_id, scope_code=star.scope_code, now=now)
