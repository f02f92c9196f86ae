"""Objections of anybody during a publicity, and appeals of whose it is against a decision. One door for all of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanxin.incentives.enums import (
    AbsenceState,
    AppealEnd,
    HoldState,
    HonourState,
    Reviewed,
    StarState,
    TipState,
)
from nuanxin.incentives.events import AppealDecided, AppealFiled, ObjectionRaised
from nuanxin.incentives.models import (
    AbsenceReview,
    Appeal,
    Hold,
    Honour,
    Objection,
    StarApplication,
    TipOff,
    WorkerRating,
)
from nuanxin.incentives.queries.holds import APPEAL_WITHIN, HoldNotFound, visible_appeal
from nuanxin.incentives.queries.membership import scope_of
from nuanxin.incentives.services.absences import restore_absence
from nuanxin.incentives.services.holds import restore_hold
from nuanxin.incentives.services.honours import reopen_honour
from nuanxin.incentives.services.ratings import rate_again
from nuanxin.incentives.services.stars import is_being_shown, refuse_star, reopen_star
from nuanxin.incentives.services.tip_offs import reopen_tip_off
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import Conflict, Invalid, KeyReused, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.people.queries import is_same_person
from nuanxin.places.queries.scene_standard import working_days_on

OF_REPORTS = (Reviewed.HOLD, Reviewed.TIP_OFF)  # who appeals has reported: the log is not to say who
JUDGE_DAYS = 5  # working days
MOST_WORDS, MOST_ANSWER = 400, 200
REOPEN: dict[str, Callable[..., None]] = {
    Reviewed.STAR: reopen_star,
    Reviewed.HONOUR: reopen_honour,
    Reviewed.RATING: rate_again,
    Reviewed.TIP_OFF: reopen_tip_off,
    Reviewed.HOLD: restore_hold,
    Reviewed.ABSENCE: restore_absence,
}


class NotPublic(Conflict):
    default_message = gettext_lazy("公示已经结束，不能再提意见。")


class AnsweredAlready(Conflict):
    default_message = gettext_lazy("这条意见已经答复过了。")


class NotAppealable(Conflict):
    default_message = gettext_lazy("现在没有可以申诉的决定。")
    default_hint = gettext_lazy("决定作出后 30 天内可以申诉，每个决定一次。")


class NoAppeal(Conflict):
    default_message = gettext_lazy("没有在等裁定的申诉。")
    default_hint = gettext_lazy("可能刚刚有人裁定过了，请刷新页面。")


class OwnDecision(NotAllowed):
    default_message = gettext_lazy("这件事和您有关，申诉要由别人裁定。")
    default_hint = gettext_lazy("请没有参与这个决定的同事来裁定。")


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be contested: when it was taken and by which assignment, nobody where a rule worked it out."""

    at: datetime
    by_id: int | None
    scope_code: str


def raise_objection(*, about: str, target: UUID, key: UUID, text: str, now: datetime) -> Objection:
    """Anybody may, without saying who. The same `key` again is the same.

    Publishes `ObjectionRaised`. Raises `NotPublic`, `KeyReused`, `Invalid` without a word.
    """
    words = text.strip()[:MOST_WORDS]
    if not words:
        raise Invalid(fields={"text": _("请写一句哪里不对；不用写您是谁。")})
    with transaction.atomic():
        same = Objection.objects.filter(key=key).first()
        if same is not None and same.target != target:
            raise KeyReused
        if same is not None:
            return same
        scope = _shown_until(about, target, now)
        made = Objection.objects.create(about=about, target=target, key=key, at=now, text=words)
        publish(ObjectionRaised(about, str(target), made.pk), scope_code=scope, now=now)
    return made


def _shown_until(about: str, target: UUID, now: datetime) -> str:
    """Where it lies, if it is being shown now; its row is held. Raises `NotPublic`."""
    found: Honour | StarApplication | None
    if about == Reviewed.STAR:
        stars = StarApplication.objects.select_for_update(of=("self",))
        found = stars.filter(public_id=target, state=StarState.PUBLICITY).first()
    else:
        honours = Honour.objects.select_for_update(of=("self",))
        found = honours.filter(public_id=target, state=HonourState.PUBLICITY).first()
    if found is None or found.publicity_until is None or now >= found.publicity_until:
        raise NotPublic
    return found.scope_code


def answer_objection(
    *, actor: Actor, objection_id: int, is_upheld: bool, answer: str, now: datetime
) -> Objection:
    """The answer is public, what was written is not. One that is right refuses a star, which the calendar would grant.

    Raises `HoldNotFound`, `AnsweredAlready`, `Invalid`.
    """
    text = answer.strip()[:MOST_ANSWER]
    if not text:
        raise Invalid(fields={"answer": _("请写明核实了什么、结果怎样；大家看得到。")})
    with transaction.atomic():
        found = objection_to_answer(actor, objection_id)
        changed = Objection.objects.filter(pk=objection_id, answered_at=None).update(
            answered_at=now, answered_by_id=actor.assignment_id, is_upheld=is_upheld, answer=text
        )
        if not changed:
            raise AnsweredAlready
        audit.record(
            actor=actor, action="incentives.objection_answer", object_type="objection", object_id=objection_id,
            scope_code=actor.scope_code, detail={"upheld": is_upheld}, now=now,
        )  # fmt: skip
        if is_upheld and found.about == Reviewed.STAR and is_being_shown(found.target):
            refuse_star(actor=actor, public_id=found.target, reason=text, now=now)
    return Objection.objects.get(pk=objection_id)


def objection_to_answer(actor: Actor, objection_id: int) -> Objection:
    """Raises `HoldNotFound`."""
    found = Objection.objects.filter(pk=objection_id).first()
    if found is None or not _may_answer(actor, found):
        raise HoldNotFound
    return found


def _may_answer(actor: Actor, objection: Objection) -> bool:
    if objection.about == Reviewed.STAR:
        stars = StarApplication.objects.filter(public_id=objection.target).exclude(
            subject_id=actor.subject_id
        )
        return visible(stars, "incentives.star_check", actor).exists()
    honours = visible(Honour.objects.filter(public_id=objection.target), "incentives.honour_decide", actor)
    found = honours.first()
    return found is not None and (
        actor.subject_id is None or actor.subject_id not in (found.subject_id, found.nominator_id)
    )


def decision_of(actor: Actor, about: str, target: UUID) -> Decision | None:
    """The decision about one's own that may be contested now, or nothing."""
    own = actor.subject_id
    found: Any = None
    if own is None:
        return None
    match about:
        case Reviewed.STAR:
            star = StarApplication.objects.filter(
                public_id=target, subject_id=own, state=StarState.REFUSED
            ).first()
            found = star and Decision(star.state_since, star.decided_by_id, star.scope_code)
        case Reviewed.HONOUR:
            rows = visible(Honour.objects.filter(public_id=target), "incentives.honour_own", actor)
            honour = rows.filter(state=HonourState.REFUSED).first()
            found = honour and Decision(honour.state_since, honour.decided_by_id, honour.scope_code)
        case Reviewed.RATING:
            rating = WorkerRating.objects.filter(public_id=target, subject_id=own).first()
            found = rating and Decision(rating.made_at, None, scope_of(own))
        case Reviewed.TIP_OFF:
            tip = TipOff.objects.filter(public_id=target, subject_id=own, state=TipState.REFUSED).first()
            found = tip and Decision(tip.state_since, tip.decided_by_id, scope_of(own))
        case Reviewed.HOLD:
            hold = Hold.objects.filter(public_id=target, subject_id=own, state=HoldState.DENIED).first()
            found = hold and Decision(hold.state_since, hold.decided_by_id, hold.scope_code)
        case Reviewed.ABSENCE:
            review = AbsenceReview.objects.filter(
                public_id=target, subject_id=own, state=AbsenceState.PAUSED
            ).first()
            found = review and Decision(review.state_since, review.decided_by_id, review.scope_code)
    decision: Decision | None = found or None
    return decision


def may_appeal(actor: Actor, about: str, target: UUID, now: datetime) -> bool:
    """Within its days, and not contested yet."""
    found = decision_of(actor, about, target)
    if found is None or now > found.at + APPEAL_WITHIN:
        return False
    return not Appeal.objects.filter(target=target, against_at=found.at).exists()


def file_appeal(*, actor: Actor, about: str, target: UUID, reason: str, now: datetime) -> Appeal:
    """Whose it is contests the decision; another one than who took it decides. Pressed twice it is the same.

    Publishes `AppealFiled`. Raises `NotAppealable`, `Invalid` without a reason.
    """
    text = reason.strip()[:MOST_WORDS]
    if not text:
        raise Invalid(fields={"reason": _("请写明为什么不服、当时是什么情况。")})
    found = decision_of(actor, about, target)
    if found is None or now > found.at + APPEAL_WITHIN:
        raise NotAppealable
    key = {"target": target, "against_at": found.at}
    try:
        with transaction.atomic():
            made = Appeal.objects.create(
                **key, about=about, against_by_id=found.by_id, subject_id=actor.subject_id, at=now, reason=text,
                scope_code=found.scope_code, due_at=working_days_on(now, JUDGE_DAYS, found.scope_code),
            )  # fmt: skip
            happened = AppealFiled(str(made.public_id), about, str(target))
            publish(happened, subject_id=actor.subject_id, scope_code=made.scope_code, now=now)
            _audited(actor, made, "file", now)
    except IntegrityError:
        return Appeal.objects.get(**key)
    return made


def decide_appeal(*, actor: Actor, public_id: UUID, is_upheld: bool, answer: str, now: datetime) -> Appeal:
    """By another one than who took the decision, and never by whose it is. Upheld, the decision is undone.

    Publishes `AppealDecided`. Raises `HoldNotFound`, `OwnDecision`, `NoAppeal`, `Invalid` without an answer.
    """
    text = answer.strip()[:MOST_ANSWER]
    if not text:
        raise Invalid(fields={"answer": _("请写明裁定的理由，对方看得到。")})
    with transaction.atomic():
        key = visible_appeal(actor, public_id).pk
        appeal = Appeal.objects.select_for_update(of=("self",)).get(pk=key)
        if appeal.decided_at is not None:
            raise NoAppeal
        if _has_part(actor, appeal):
            raise OwnDecision
        appeal.decided_at, appeal.decided_by_id, appeal.answer = now, actor.assignment_id, text
        appeal.end = AppealEnd.UPHELD if is_upheld else AppealEnd.REJECTED
        appeal.save(update_fields=["decided_at", "decided_by", "answer", "end"])
        if is_upheld:
            REOPEN[appeal.about](target=appeal.target, now=now)
        happened = AppealDecided(str(appeal.public_id), appeal.about, str(appeal.target), is_upheld)
        publish(happened, subject_id=appeal.subject_id, scope_code=appeal.scope_code, now=now)
        _audited(actor, appeal, "decide", now)
    return appeal


def _has_part(actor: Actor, appeal: Appeal) -> bool:
    """The same human being, in whichever role."""
    if appeal.subject_id is not None and appeal.subject_id == actor.subject_id:
        return True
    return is_same_person(actor, appeal.against_by_id)


def _audited(actor: Actor, appeal: Appeal, action: str, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"incentives.appeal_{action}", object_type="appeal", object_id=appeal.pk,
        scope_code=appeal.scope_code, detail={"about": appeal.about, "end": appeal.end}, now=now,
        is_unnamed=action == "file" and appeal.about in OF_REPORTS,
    )  # fmt: skip
