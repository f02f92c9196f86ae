"""“我也看到了”: somebody confirms what another has reported, instead of reporting it once more."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import OVER_STATES, Visibility
from nuanxin.cases.events import CaseConfirmed
from nuanxin.cases.models import KEY_LENGTH, Case, Confirmation, Reporter
from nuanxin.cases.queries.audience import heat_of
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.duplicates import offered_case
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.events import publish


class Confirmed(NamedTuple):
    """`number` is under what the person follows it; `created` is False when that was so before."""

    number: str
    position: int
    created: bool


class NotOffered(Invalid):
    default_message = _("这个选择已经过时了。")
    default_hint = _("请回到“随手拍”，直接送出；街道会看是不是同一件。")


class OverMeanwhile(Conflict):
    default_message = _("这件事刚刚办结了。")
    default_hint = _("如果现在还有，请直接送出，街道会当作又出现来查。")


def confirm_case(*, actor: Actor, token: str, key: str, now: datetime) -> Confirmed:
    """Follow the case that this person was offered as the same thing, once; a second time changes nothing.

    Where it has been merged meanwhile, the case that it was merged into is followed. Publishes `CaseConfirmed` with
    the confirmer as the subject. Raises `NotOffered`, `OverMeanwhile`, `Invalid`, `NotAllowed`.
    """
    if not policy.permits(actor, "cases.report") or actor.subject_id is None:
        raise NotAllowed
    if not key or len(key) > KEY_LENGTH:
        raise Invalid(_("缺少提交编号。"), code="bad_key")
    case_id = offered_case(actor, token, now=now)
    if case_id is None:
        raise NotOffered
    with transaction.atomic():
        case = _locked(case_id)
        earlier = _earlier(case, actor.subject_id)
        if earlier:
            return earlier
        if case.state in OVER_STATES or kind_of(case.category_id).is_life_safety:
            raise OverMeanwhile
        return _confirm(case, actor=actor, subject_id=actor.subject_id, key=key, now=now)


def _locked(case_id: int) -> Case:
    """The case itself, or what it was merged into; of confidential ones nobody is told that they are there."""
    rows = Case.objects.select_for_update(of=("self",)).exclude(visibility=Visibility.CONFIDENTIAL)
    case = rows.filter(pk=case_id).first()
    if case is not None and case.parent_id is not None:
        case = rows.filter(pk=case.parent_id).first()
    if case is None:
        raise NotOffered
    return case


def _earlier(case: Case, subject_id: UUID) -> Confirmed | None:
    """Who has reported it, or has confirmed it before, follows it already."""
    if Reporter.objects.filter(case=case, subject_id=subject_id).exists():
        return Confirmed(case.number, 0, created=False)
    seen = Confirmation.objects.filter(case=case, subject_id=subject_id).first()
    return Confirmed(case.number, seen.position, created=False) if seen else None


def _confirm(case: Case, *, actor: Actor, subject_id: UUID, key: str, now: datetime) -> Confirmed:
    rows = Confirmation.objects.filter(case=case)
    position = (rows.aggregate(last=Max("position"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            Confirmation.objects.create(case=case, subject_id=subject_id, key=key, position=position, at=now)
    except IntegrityError:  # the key of another confirmation of this person
        raise NotOffered from None
    set_heat(case)
    audit.record(
        actor=actor,
        action="cases.confirm",
        object_type="cases.case",
        object_id=case.number,
        scope_code=case.scope_code,
        detail={"position": position},
        now=now,
        is_unnamed=True,
    )
    publish(
        CaseConfirmed(case.pk, case.number, case.category_id, position),
        subject_id=subject_id,
        scope_code=case.scope_code,
        now=now,
    )
    return Confirmed(case.number, position, created=True)


def set_heat(case: Case) -> None:
    """How many people stand behind it; rows of one person count once."""
    case.heat = heat_of(case.pk)
    Case.objects.filter(pk=case.pk).update(heat=case.heat)
