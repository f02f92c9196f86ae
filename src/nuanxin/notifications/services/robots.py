"""The robot of an organisation's group chat: kept, tried and dropped by its head or dispatcher."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.channels.chat import robot_at
from nuanxin.kernel.channels.send import send_chat
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from nuanxin.notifications.enums import Group
from nuanxin.notifications.models import ChatRobot
from nuanxin.notifications.queries import ONWARD, robot_of

PERMISSION = "notifications.robot"
OF_A_GROUP = (Group.WORK, Group.LATE, Group.NEWS)


def save_robot(
    *, actor: Actor, address: str, groups: Iterable[str], is_active: bool, now: datetime
) -> ChatRobot:
    """Put it in place of the one before; an empty address keeps the present one. Audited without the address.

    Raises `NotAllowed`, `Invalid`.
    """
    organisation_id = _organisation(actor)
    chosen = [group for group in OF_A_GROUP if group in set(groups)]
    if address.strip():
        robot_at(address)
    with transaction.atomic():
        robot = ChatRobot.objects.select_for_update().filter(organisation=organisation_id).first()
        if robot is None:
            if not address.strip():
                raise Invalid(fields={"address": _("请填机器人的地址。")})
            robot = ChatRobot(organisation_id=organisation_id)
        if address.strip():
            robot.address, robot.tested_at = address.strip(), None
        robot.groups, robot.is_active, robot.changed_at = (
            [str(group.value) for group in chosen],
            is_active,
            now,
        )
        robot.save()
        _note(actor, "notifications.save_robot", organisation_id, now)
        ONWARD.changed()
    return robot


def test_robot(*, actor: Actor, now: datetime) -> ChatRobot:
    """Say hello in the group. Audited. Raises `NotAllowed`, `NotFound`, `ChannelDown`."""
    organisation_id = _organisation(actor)
    robot = robot_of(actor)
    if robot is None:
        raise NotFound
    send_chat(
        address=robot.address,
        text=str(_("【暖新】测试消息：%(unit)s的提醒会发到这里。") % {"unit": robot.organisation.label}),
        key=f"chat-test:{robot.pk}:{now.timestamp():.0f}",
        now=now,
    )
    with transaction.atomic():
        ChatRobot.objects.filter(pk=robot.pk).update(tested_at=now)
        _note(actor, "notifications.test_robot", organisation_id, now)
    return robot


def drop_robot(*, actor: Actor, now: datetime) -> None:
    """Nothing more goes to the group; the address is forgotten."""
    organisation_id = _organisation(actor)
    with transaction.atomic():
        if ChatRobot.objects.filter(organisation=organisation_id).delete()[0]:
            _note(actor, "notifications.drop_robot", organisation_id, now)
            ONWARD.changed()


def _organisation(actor: Actor) -> int:
    """One's own organisation's only."""
    if not policy.permits(actor, PERMISSION) or actor.organisation_id is None:
        raise NotAllowed
    return actor.organisation_id


def _note(actor: Actor, action: str, organisation_id: int, now: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="people.organisation",
        object_id=organisation_id,
        scope_code=actor.scope_code,
        now=now,
    )
