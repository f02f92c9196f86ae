"""The personal table of this context (`domain.md` §8)."""

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.privacy.register import DataClass, columns, deletes, register
from nuanxin.notifications.models import Notice

register(
    Notice,
    purpose=_("站内消息"),
    fields={"person_id": DataClass.S2},
    retention=_("180 天"),
    erase=deletes(Notice, "person_id"),
    export=columns(Notice, "person_id", "kind", "case_number", "at", "read_at"),
)
