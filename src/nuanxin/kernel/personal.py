"""The kernel's own personal tables (`domain.md` §8)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.channels.models import Channel, OutgoingMessage, RecordedMessage
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.privacy.register import columns, deletes, no_rows, register, stays
from nuanxin.kernel.privacy.wording import choice, name_columns
from nuanxin.kernel.retention import Rows, expired, retain
from nuanxin.kernel.retention.events import EVENT_ROWS
from nuanxin.kernel.sheets.models import SheetUpload

register(
    AuditEntry,
    purpose=_("依法留存操作记录，查明谁在什么时候做了什么"),
    fields={"actor_subject_id": "S2"},
    retention=_("12 个月（网络安全法要求不少于 6 个月）"),
    erase=stays(
        AuditEntry,
        "actor_subject_id",
        _("操作记录依法必须保存；记录里没有姓名，身份对应关系删除后无法再对应到您。"),
    ),
    export=columns(
        AuditEntry,
        "actor_subject_id",
        "at",
        "role",
        "action",
        "object_type",
        "object_id",
        "scope_code",
        "result",
    ),
)
register(
    Event,
    purpose=_("把发生的事情通知给相关的功能"),
    fields={"subject_id": "S2"},
    retention=_("400 天，没有送达的等送达"),
    erase=stays(
        Event,
        "subject_id",
        _("事件记录里只有编号，没有姓名和文字；身份对应关系删除后无法再对应到您。"),
    ),
    export=no_rows,
)
register(
    RecordedMessage,
    purpose=_("演示和开发时代替短信、邮件，方便查看会发出什么"),
    fields={"to": "S2", "to_masked": "S2", "to_index": "S2", "subject_id": "S2", "text": "S2"},
    retention=_("30 天"),
    erase=deletes(RecordedMessage, "subject_id"),
    export=columns(RecordedMessage, "subject_id", "at", "channel", "to_masked", "title", "text"),
)


def _audited_until(now: datetime) -> datetime:
    return now - timedelta(days=settings.NUANXIN_AUDIT_DAYS)


MONTH = timedelta(days=30)
retain(
    AuditEntry,
    purpose=_("操作记录，按封印一段一段地清"),
    keeps=_("12 个月"),
    of=Rows(
        lambda now: audit.cuttable(before=_audited_until(now)),
        lambda now: audit.cut(before=_audited_until(now), now=now),
    ),
)
retain(Event, purpose=_("发生过的事（只有编号）"), keeps=_("400 天"), of=EVENT_ROWS)
retain(
    RecordedMessage,
    purpose=_("演示和开发时记下的短信、邮件"),
    keeps=_("30 天"),
    of=expired(RecordedMessage, "at", MONTH),
)
retain(
    OutgoingMessage,
    purpose=_("发送短信、邮件的回执（没有号码和内容）"),
    keeps=_("30 天"),
    of=expired(OutgoingMessage, "claimed_at", MONTH),
)
retain(
    SheetUpload,
    purpose=_("上传了没有确认的表格"),
    keeps=_("一天"),
    of=expired(SheetUpload, "created_at", timedelta(days=1), where=Q(applied_at=None)),
    every=timedelta(hours=1),
)
retain(
    SheetUpload,
    part="applied",
    purpose=_("确认过的表格"),
    keeps=_("30 天"),
    of=expired(SheetUpload, "created_at", MONTH),
)
name_columns(
    {
        "at": _("时间"),
        "role": _("身份"),
        "action": _("做了什么"),
        "object_type": _("对象"),
        "object_id": _("对象编号"),
        "result": _("结果"),
        "title": _("标题"),
        "text": _("内容"),
        "name": _("名称"),
        "created_at": _("建立时间"),
        "expires_at": _("到期时间"),
    }
)
name_columns(
    {"channel": (_("怎么发的"), choice(Channel)), "to_masked": _("发给")}, table="kernel.RecordedMessage"
)
