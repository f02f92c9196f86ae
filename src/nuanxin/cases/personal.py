"""The personal tables of this context (`domain.md` §8: case five years, the link to the reporter one)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import Confirmation, Reporter, SavedView
from nuanxin.cases.services.personal import (
    erase_confirmations,
    erase_reporter,
    export_confirmations,
    export_reports,
)
from nuanxin.kernel.privacy.register import DataClass, Erased, Subject, columns, deletes, register


def _erase(subject: Subject, *, now: datetime) -> Erased:
    return Erased(anonymised=erase_reporter(subject_id=subject.subject_id, now=now))


def _export(subject: Subject) -> Iterable[Mapping[str, Any]]:
    return export_reports(subject.subject_id)


register(
    Reporter,
    purpose=_("告诉上报人进展；重复提交只算一次"),
    fields={"subject_id": DataClass.S2, "submitter_id": DataClass.S2, "contact": DataClass.S2},
    retention=_("结案后 1 年断开与上报人的关联，案件保存 5 年"),
    erase=_erase,
    export=_export,
)
register(
    Confirmation,
    purpose=_("告诉也看到的人进展；一个人对一件事只算一次"),
    fields={"subject_id": DataClass.S2},
    retention=_("结案后 1 年断开与本人的关联，只留下人数"),
    erase=lambda subject, *, now: Erased(
        anonymised=erase_confirmations(subject_id=subject.subject_id, now=now)
    ),
    export=lambda subject: export_confirmations(subject.subject_id),
)
register(
    SavedView,
    purpose=_("工作人员自己存下的队列视图，下次一点就到"),
    fields={"person_id": DataClass.S1, "name": DataClass.S1, "query": DataClass.S2},
    retention=_("自己删除，或随账号删除"),
    erase=deletes(SavedView, "person_id"),
    export=columns(SavedView, "person_id", "role", "name", "tab", "query"),
)
