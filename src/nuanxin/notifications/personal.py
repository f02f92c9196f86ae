"""The personal table of this context (`domain.md` §8)."""

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.privacy.register import DataClass, columns, deletes, exempt, register
from nuanxin.notifications.models import Notice, NoticeSettings

register(
    Notice,
    purpose=_("站内消息"),
    fields={"person_id": DataClass.S2},
    retention=_("180 天"),
    erase=deletes(Notice, "person_id"),
    export=columns(Notice, "person_id", "kind", "case_number", "at", "read_at"),
)
register(
    NoticeSettings,
    purpose=_("按您的选择用邮件提醒您"),
    fields={"person_id": DataClass.S2, "mail": DataClass.S2},
    retention=_("到您关掉或注销为止"),
    erase=deletes(NoticeSettings, "person_id"),
    export=columns(NoticeSettings, "person_id", "mail", "by_group", "digest_at", "text_off_duty"),
)
exempt(
    "notifications.ChatRobot",
    reason="the address of a group chat's robot: an organisation's secret, nobody's data",
)
