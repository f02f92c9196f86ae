"""Children at an activity (`domain.md` 000-18): handed over to whoever shows the code, forgotten three days later."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.volunteering.models import Child, SignUp
from nuanxin.volunteering.queries.organising import children_are_shown
from nuanxin.volunteering.queries.own_shifts import SignUpNotFound
from nuanxin.volunteering.services.activity_notes import note_activity

KEPT = timedelta(days=3)
BATCH = 200


class WrongCode(Invalid):
    default_message = _("接人码不对，先别让孩子走。")
    default_hint = _("请监护人打开“我的班次”再看一次；还不对，给报名时的监护人打电话。")


class NotTheDay(Conflict):
    default_message = _("现在不是活动的时间，看不到孩子。")
    default_hint = _("活动前后 12 小时之内才能签到和交接。")


class NotArrived(Conflict):
    default_message = _("还没登记孩子到了。")
    default_hint = _("孩子来的时候先点“到了”。")


def child_arrived(*, actor: Actor, public_id: UUID, child_id: int, now: datetime) -> Child:
    """In the organiser's care from now on. Raises `SignUpNotFound`, `NotTheDay`."""
    with transaction.atomic():
        child = _child(actor, public_id, child_id, now)
        if child.arrived_at is None:
            child.arrived_at = now
            child.save(update_fields=["arrived_at"])
            note_activity(actor, "child_arrived", child.sign_up.shift.activity, now)
    return child


def hand_over(*, actor: Actor, public_id: UUID, child_id: int, code: str, now: datetime) -> Child:
    """Back to the guardian, who shows the code. Again is the same. Raises as above, `NotArrived`, `WrongCode`."""
    with transaction.atomic():
        child = _child(actor, public_id, child_id, now)
        if child.arrived_at is None:
            raise NotArrived
        if code.strip().upper() != child.code:
            raise WrongCode(fields={"code": WrongCode.default_message})
        if child.handed_over_at is None:
            child.handed_over_at = now
            child.save(update_fields=["handed_over_at"])
            note_activity(actor, "child_handed_over", child.sign_up.shift.activity, now)
    return child


def _child(actor: Actor, public_id: UUID, child_id: int, now: datetime) -> Child:
    sign_ups = visible(SignUp.objects.filter(public_id=public_id), "volunteering.attend", actor)
    rows = Child.objects.select_for_update(of=("self",)).filter(pk=child_id, sign_up__in=sign_ups)
    found = rows.select_related("sign_up__shift__activity").first()
    if found is None:
        raise SignUpNotFound
    if not children_are_shown(found.sign_up.shift, now):
        raise NotTheDay
    return found


def children_due(now: datetime) -> int:
    return Child.objects.filter(sign_up__shift__ends_at__lt=now - KEPT).count()


def forget_children(*, now: datetime) -> int:
    """Returns how many; call until 0."""
    keys = list(
        Child.objects.filter(sign_up__shift__ends_at__lt=now - KEPT).values_list("pk", flat=True)[:BATCH]
    )
    Child.objects.filter(pk__in=keys).delete()
    return len(keys)
