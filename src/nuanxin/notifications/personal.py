"""The personal table of this context (`domain.md` §8)."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.privacy.register import DataClass, columns, deletes, exempt, register
from nuanxin.kernel.privacy.wording import choice, name_columns
from nuanxin.kernel.retention import expired, retain
from nuanxin.notifications.enums import DigestAt, Kind
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
retain(
    Notice,
    purpose=_("站内消息"),
    keeps=_("180 天"),
    of=expired(Notice, "at", timedelta(days=180)),
)
name_columns(
    {
        "kind": (_("说什么"), choice(Kind)),
        "case_number": _("案卷号"),
        "read_at": _("看过的时间"),
        "mail": _("邮箱"),
        "by_group": _("哪些用邮件提醒"),
        "digest_at": (_("每天汇总"), choice(DigestAt)),
        "text_off_duty": _("不当班也发短信"),
    }
)
