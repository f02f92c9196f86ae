"""The kernel's own personal tables (`domain.md` §8)."""

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.channels.models import RecordedMessage
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.privacy.register import columns, deletes, no_rows, register, stays

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
    retention=_("随所记录的业务保存"),
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
