"""Writing to inboxes and reading them off; what each person and each organisation wants to hear otherwise."""

from nuanxin.notifications.services.inbox import (
    for_reporter,
    for_staff,
    read_all,
    read_notice,
    tell,
)
from nuanxin.notifications.services.onward import send_digests, send_onward
from nuanxin.notifications.services.preferences import confirm_mail, drop_mail, save_preferences, set_mail
from nuanxin.notifications.services.robots import drop_robot, save_robot, test_robot

__all__ = [
    "confirm_mail",
    "drop_mail",
    "drop_robot",
    "for_reporter",
    "for_staff",
    "read_all",
    "read_notice",
    "save_preferences",
    "save_robot",
    "send_digests",
    "send_onward",
    "set_mail",
    "tell",
    "test_robot",
]
