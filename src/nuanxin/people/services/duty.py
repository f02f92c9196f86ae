from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import SYSTEM, Actor, allows
from nuanxin.kernel.audit import record
from nuanxin.kernel.errors import Conflict, Invalid, NotFound
from nuanxin.kernel.events import publish
from nuanxin.people.events import DutyPlanned
from nuanxin.people.models import Assignment, DutyShift

LONGEST_SHIFT = timedelta(hours=24)


class ShiftOverlaps(Conflict):
    default_message = _("这个人这段时间已经有班了。")
    default_hint = _("换个时间，或先删掉原来的班。")


def plan_shift(
    *,
    actor: Actor,
    assignment: Assignment,
    starts_at: datetime,
    ends_at: datetime,
    note: str = "",
    now: datetime,
) -> DutyShift:
    """Put somebody on the roster. Publishes `DutyPlanned`. Raises `NotFound`, `Invalid`, `ShiftOverlaps`."""
    _check_reach(actor, assignment)
    if not timedelta(0) < ends_at - starts_at <= LONGEST_SHIFT:
        raise Invalid(fields={"ends_at": _("下岗要在上岗之后，一班最长24小时。")})
    if not assignment.is_active_at(starts_at):
        raise Invalid(fields={"assignment": _("这个人那时不在岗位上。")})
    overlapping = DutyShift.objects.filter(
        assignment__person=assignment.person_id, starts_at__lt=ends_at, ends_at__gt=starts_at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            if overlapping.exists():
                raise ShiftOverlaps
            shift = DutyShift.objects.create(
                assignment=assignment,
                organisation=assignment.organisation,
                scope_code=assignment.scope_code,
                starts_at=starts_at,
                ends_at=ends_at,
                note=note[:60],
            )
            _note(actor, "people.plan_shift", shift, now)
            publish(
                DutyPlanned(assignment.pk, shift.pk),
                subject_id=assignment.person.subject.pk,
                scope_code=shift.scope_code,
                now=now,
            )
    except IntegrityError:
        raise ShiftOverlaps from None
    return shift


def remove_shift(*, actor: Actor, shift: DutyShift, now: datetime) -> None:
    """Take a shift that has not begun off the roster; a past one stays, it happened. Raises `NotFound`, `Conflict`."""
    _check_reach(actor, shift.assignment)
    if shift.starts_at <= now:
        raise Conflict(_("已经开始的班不能删。"), hint=_("换人就再排一个班，把经过写在备注里。"))
    with transaction.atomic():
        _note(actor, "people.remove_shift", shift, now)
        shift.delete()


def _check_reach(actor: Actor, assignment: Assignment) -> None:
    if actor.role != SYSTEM.role and not allows(actor, "people.duty", assignment):
        raise NotFound


def _note(actor: Actor, action: str, shift: DutyShift, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        object_type="people.duty_shift",
        object_id=shift.pk,
        scope_code=shift.scope_code,
        detail={"assignment": shift.assignment_id},
        now=now,
    )
