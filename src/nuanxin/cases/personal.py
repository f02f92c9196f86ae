"""The personal tables of this context (`domain.md` §8: case five years, the link to the reporter one)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import CaseState, MessageDirection, Outcome
from nuanxin.cases.models import BulkRun, Case, Confirmation, Reporter, SavedView, VoiceNote
from nuanxin.cases.queries.holding import told_of_holds
from nuanxin.cases.services.forgetting import (
    HELD,
    cut_old_links,
    due_cases,
    due_confirmations,
    due_links,
    forget_cases,
    forget_confirmations,
    held_cases,
    held_confirmations,
    held_links,
)
from nuanxin.cases.services.personal import (
    erase_confirmations,
    erase_reporter,
    export_confirmations,
    export_reports,
)
from nuanxin.cases.services.voices import (
    due_voices,
    erase_voices,
    export_voices,
    forget_voices,
    held_voices,
)
from nuanxin.kernel.privacy.register import (
    DataClass,
    Erased,
    Subject,
    columns,
    deletes,
    register,
    tell_before_erasing,
)
from nuanxin.kernel.privacy.wording import choice, name_columns
from nuanxin.kernel.retention import Rows, expired, retain


def _erase(subject: Subject, *, now: datetime) -> Erased:
    why = " ".join(str(sentence) for sentence in told_of_holds(subject))
    done, held = erase_reporter(subject_id=subject.subject_id, now=now)
    return Erased(anonymised=done, kept=held, reason=why if held else "")


def _erase_voices(subject: Subject, *, now: datetime) -> Erased:
    done, held = erase_voices(subject_id=subject.subject_id, now=now)
    return Erased(removed=done, kept=held, reason=HELD if held else "")


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
LINK = _("结案后 1 年")
retain(
    Reporter,
    part="link",
    purpose=_("案件和上报人的关联"),
    keeps=LINK,
    of=Rows(due_links, lambda now: cut_old_links(now=now), held_links),
)
retain(
    Confirmation,
    part="link",
    purpose=_("“我也看到了”和本人的关联"),
    keeps=LINK,
    of=Rows(due_confirmations, lambda now: forget_confirmations(now=now), held_confirmations),
)
retain(
    Case,
    purpose=_("案件：经过、照片、问答和评价"),
    keeps=_("办结后 5 年"),
    of=Rows(due_cases, lambda now: forget_cases(now=now), held_cases),
)
retain(
    BulkRun,
    purpose=_("批量操作每一行的结果"),
    keeps=_("30 天"),
    of=expired(BulkRun, "at", timedelta(days=30)),
)
register(
    VoiceNote,
    purpose=_("说一句代替打字：街道派单员听后写成文字，别人只看文字"),
    fields={"secret": DataClass.S2, "sealed_as": DataClass.S2, "words": DataClass.S2},
    retention=_("结案后 30 天删除录音（各市可改），写成的文字随案件保存"),
    erase=_erase_voices,
    export=lambda subject: export_voices(subject.subject_id),
)
retain(
    VoiceNote,
    part="recording",
    purpose=_("上报人的录音"),
    keeps=_("结案后 30 天（各市可改）"),
    of=Rows(due_voices, lambda now: forget_voices(now=now), held_voices),
)
name_columns(
    {
        "number": _("案卷号"),
        "category": _("类别"),
        "address": _("位置"),
        "lng": _("经度"),
        "lat": _("纬度"),
        "reported_at": _("上报时间"),
        "confirmed_at": _("“我也看到了”的时间"),
        "state": (_("办到哪一步"), choice(CaseState)),
        "closed_at": _("办结时间"),
        "outcome": (_("怎么办结的"), choice(Outcome)),
        "answers": _("问答"),
        "direction": (_("谁说的"), choice(MessageDirection)),
        "ratings": _("您的评价"),
        "contacted": _("有人联系"),
        "solved": _("解决了"),
        "satisfied": _("满意"),
        "comment": _("您说"),
        "pictures": _("您拍的照片"),
        "picture": _("照片"),
        "sent_at": _("发送时间"),
        "taken_at": _("拍摄时间（手机写的）"),
        "size": _("大小"),
        "tab": _("队列"),
        "query": _("条件"),
        "seconds": _("秒数"),
        "words": _("写成的文字"),
        "gone_at": _("录音删除时间"),
        "audio": _("录音"),
    }
)
name_columns({"text": _("写的话")}, table="cases.Reporter")
tell_before_erasing(told_of_holds)
