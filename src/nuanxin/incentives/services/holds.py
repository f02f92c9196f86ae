"""Awards that wait for a person (`domain.md` §4.3): held with a reason, told at once, answered, decided by somebody."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanxin.incentives.enums import HoldReason
from nuanxin.incentives.events import AwardHeld, HoldAnswered, HoldDecided, ReviewLate
from nuanxin.incentives.models import Appeal, Hold
from nuanxin.incentives.queries.holds import KEPT_AFTER, UNDECIDED, HoldNotFound
from nuanxin.incentives.queries.membership import scope_of
from nuanxin.incentives.queries.suspicions import award_by_deed, award_of, suspicion_about, taken_back
from nuanxin.incentives.services import ledger
from nuanxin.incentives.services.self_redeem import DECIDE_DAYS
from nuanxin.incentives.services.shop_orders import settle_held_order
from nuanxin.incentives.workflow import HOLD
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, visible
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.places.queries.scene_standard import working_days_on

ALONE = frozenset({HoldReason.DEVICE})  # what is asked is about a phone: no report is named beside it
DENIED = "review_no"
BATCH = 200
MOST_ANSWER, MOST_OPINION = 400, 200


class OwnHold(NotAllowed):
    default_message = gettext_lazy("自己的积分不能自己核实。")
    default_hint = gettext_lazy("请另一位同事来看。")


def look_at_award(*, posting_id: int, case_number: str, now: datetime) -> Hold | None:
    """A new award: where a rule sees something it waits, once. Publishes `AwardHeld`."""
    posting = award_of(posting_id)
    if posting is None:
        return None
    found = suspicion_about(posting, case_number)
    if found is None:
        return None
    scope = posting.scope_code or scope_of(posting.account_id)
    with transaction.atomic():
        if Hold.objects.filter(deed=posting.deed_id, rule=posting.rule).exists():
            return None
        amount = ledger.hold(posting_id=posting.pk, because="review", now=now)
        if not amount:  # spent meanwhile: nothing is left to hold, and nothing is taken back by a machine
            return None
        try:
            with transaction.atomic():
                made = Hold.objects.create(
                    deed_id=posting.deed_id, rule=posting.rule, subject_id=posting.account_id, amount=amount,
                    because=posting.because[:32], reason=found.reason, evidence=found.evidence,
                    case_number="" if found.reason in ALONE else case_number, scope_code=scope, state_since=now,
                    held_at=now, due_at=working_days_on(now, DECIDE_DAYS, scope),
                )  # fmt: skip
        except IntegrityError:
            return None
        _told(SYSTEM, made, "hold", now, AwardHeld(str(made.public_id), made.reason, amount))
    return made


def answer_hold(*, actor: Actor, public_id: UUID, answer: str, now: datetime) -> Hold:
    """Its owner says how it was. Publishes `HoldAnswered`. Raises `HoldNotFound`, `Invalid`, `IllegalMove`."""
    text = answer.strip()[:MOST_ANSWER]
    if not text:
        raise Invalid(fields={"answer": _("请写一句当时的情况，例如：照片是先拍好、停稳了再报的。")})
    with transaction.atomic():
        hold = _locked(actor, "incentives.hold_own", public_id)
        HOLD.step(hold, "answer", state_since=now, answer=text, answered_at=now)
        _told(actor, hold, "answer", now, HoldAnswered(str(hold.public_id)))
    return hold


def decide_hold(*, actor: Actor, public_id: UUID, name: str, opinion: str, now: datetime) -> Hold:
    """`release` gives the points to their owner; `deny` takes this one award back, with a reason that the owner reads.

    Publishes `HoldDecided`. Raises `HoldNotFound`, `OwnHold`, `Invalid` for a denial without a word, `IllegalMove`.
    """
    text = opinion.strip()[:MOST_OPINION]
    if name == "deny" and not text:
        raise Invalid(fields={"opinion": _("请写明看到了什么、为什么不发；本人看得到，也能申诉。")})
    with transaction.atomic():
        hold = _locked(actor, "incentives.hold_review", public_id)
        if hold.subject_id is not None and hold.subject_id == actor.subject_id:
            raise OwnHold
        changes = {"state_since": now, "opinion": text, "decided_by_id": actor.assignment_id}
        HOLD.step(hold, name, **changes)
        if hold.reason == HoldReason.SELF_REDEEM:
            settle_held_order(source=hold.deed.source, is_released=name == "release", reason=text, now=now)
            posting = None
        else:
            posting = award_by_deed(hold.deed_id, hold.rule)
        if posting is not None and name == "release":
            ledger.release(posting_id=posting.pk, because="review_ok", now=now)
        elif posting is not None:
            ledger.reverse(posting_id=posting.pk, because=DENIED, now=now)
        _told(actor, hold, name, now, HoldDecided(str(hold.public_id), name == "release", hold.amount))
    return hold


def restore_hold(*, target: UUID, now: datetime) -> None:
    """An appeal was upheld: what was taken back is given again, to the point. Of an own redemption they came back."""
    hold = Hold.objects.select_for_update().get(public_id=target)
    HOLD.step(hold, "restore", state_since=now)
    amount = taken_back(hold.deed_id, hold.rule, because=DENIED)
    if amount and hold.subject_id is not None:
        ledger.award(
            subject_id=hold.subject_id, amount=amount, rule=hold.rule, source=f"restored:{hold.public_id}",
            because="appeal_upheld", now=now, since=hold.deed.at, scope_code=hold.scope_code,
        )  # fmt: skip
    happened = HoldDecided(str(hold.public_id), is_released=True, amount=amount or hold.amount)
    _told(SYSTEM, hold, "restore", now, happened)


def watch_reviews(*, now: datetime) -> int:
    """Holds and appeals that nobody has decided in their time, each said once. Publishes `ReviewLate`."""
    with transaction.atomic():
        holds = Hold.objects.filter(state__in=UNDECIDED, warned_at=None, due_at__lte=now).order_by("due_at")
        late = list(holds[:BATCH])
        Hold.objects.filter(pk__in=[each.pk for each in late]).update(warned_at=now)
        appeals = Appeal.objects.filter(decided_at=None, warned_at=None, due_at__lte=now).order_by("due_at")
        waiting = list(appeals[:BATCH])
        Appeal.objects.filter(pk__in=[each.pk for each in waiting]).update(warned_at=now)
        for hold in late:
            publish(ReviewLate("hold", str(hold.public_id)), scope_code=hold.scope_code, now=now)
        for appeal in waiting:
            publish(ReviewLate("appeal", str(appeal.public_id)), scope_code=appeal.scope_code, now=now)
    return len(late) + len(waiting)


def evidence_due(now: datetime) -> int:
    """Of how many, decided so long ago, what led from the award to a report has to go."""
    return _with_evidence(now).count()


def _with_evidence(now: datetime) -> "QuerySet[Hold]":
    over = Hold.objects.exclude(state__in=UNDECIDED).filter(state_since__lt=now - KEPT_AFTER)
    return over.exclude(case_number="", evidence={}, answer="")


def forget_evidence(*, now: datetime) -> int:
    """The decision stays, its numbers and the report's go. Returns of how many; call until 0."""
    keys = list(_with_evidence(now).values_list("pk", flat=True)[:BATCH])
    return Hold.objects.filter(pk__in=keys).update(case_number="", evidence={}, answer="")


def _locked(actor: Actor, permission: str, public_id: UUID) -> Hold:
    rows = visible(Hold.objects.filter(public_id=public_id), permission, actor)
    key = rows.values_list("pk", flat=True).first()
    if key is None:
        raise HoldNotFound
    return Hold.objects.select_for_update().get(pk=key)


def _told(actor: Actor, hold: Hold, action: str, now: datetime, happened: Any) -> None:
    audit.record(
        actor=actor, action=f"incentives.hold_{action}", object_type="hold", object_id=hold.pk,
        scope_code=hold.scope_code, detail={"state": hold.state, "reason": hold.reason}, now=now,
        is_unnamed=action == "answer",  # a hold follows the closing of a case within a second: it would say whose
    )  # fmt: skip
    publish(happened, subject_id=hold.subject_id, scope_code=hold.scope_code, now=now)
