"""Kind notice first, management second, penalty last (721, `domain.md` 004-42): about a place, never about a name."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import MeasureKind, TaskState
from nuanxin.cases.events import LookAgainDue, MeasureTaken, NoticeLookedAt
from nuanxin.cases.models import Case, CaseLog, Measure, Task
from nuanxin.cases.queries.catalogue import Kind, kind_of
from nuanxin.cases.services.steps import (
    MissingField,
    Photo,
    announce,
    locked_task,
    require_text,
    write_log,
)
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, Invalid, NotFound
from nuanxin.kernel.worktime import SHANGHAI, due_at
from nuanxin.kernel.worktime.services import calendar_for

AT_WORK = frozenset({TaskState.CLAIMED, TaskState.ACCEPTED, TaskState.IN_PROGRESS})
ACTIONS = {
    MeasureKind.NOTICE: "kind_notice",
    MeasureKind.MANAGEMENT: "manage",
    MeasureKind.PENALTY: "penalise",
}
BATCH = 200
HEEDED, UNHEEDED = "yes", "no"  # what the log says of a look
HOTLINE = "12345"  # for an office that has told no number of its own
# A number that could be somebody's, and the ways to speak of a person by name.
PERSONAL = re.compile(r"\d{7,}|先生|女士|小姐|师傅|老板娘?|身份证")


class NotByNotice(Conflict):
    default_message = _("这一类不用温馨提示单。")
    default_hint = _("请直接处理；哪些类别先出提示单，在“类别和时限”里定。")


class NoticeFirst(Conflict):
    default_message = _("先服务，再管理：要先出温馨提示单。")
    default_hint = _(
        "提示单到期回头看、仍没有改的，才采取管理措施。情况紧急的（U1、U2）可以写明原因直接管理。"
    )


class ManagementFirst(Conflict):
    default_message = _("先管理，再处罚：要先有管理措施。")
    default_hint = _("管理措施以后仍不改的才处罚。情况紧急的（U1、U2）可以写明原因直接处罚。")


class NoticeOpen(Conflict):
    default_message = _("对这个对象的温馨提示单还没有回头看。")
    default_hint = _("先去看一眼，记下改了没有，再走下一步。")


class TooEarly(Conflict):
    default_message = _("还没到提示单上约好的时间。")
    default_hint = _("已经改好的现在就可以记；没改的，等约好的时间到了再看。")


class NotAtWork(Conflict):
    default_message = _("先接单，再采取措施。")


def issue_notice(
    *,
    actor: Actor,
    task: Task,
    subject: str,
    now: datetime,
    opinion: str = "",
    comply_by: datetime | None = None,
    photos: Sequence[Photo] = (),
) -> Case:
    """Hand out a kind notice: warm words of the category, and until when. Publishes `MeasureTaken`.

    `comply_by` where the unit gives more time than the category does. Raises `NotByNotice`, `NoticeOpen`, `NotAtWork`.
    """
    with transaction.atomic():
        case, task = _at_work(actor, "cases.measure", task)
        kind = kind_of(case.category_id)
        if kind.notice_within is None:
            raise NotByNotice
        name = _subject(subject)
        if _open_notices(case).filter(subject=name).exists():
            raise NoticeOpen
        by = _term(case, kind, comply_by, now=now)
        text = _words(task, kind, name, by, opinion)
        _take(case, task, MeasureKind.NOTICE, name, text, photos, actor=actor, now=now, comply_by=by)
    return case


def look_again(
    *,
    actor: Actor,
    task: Task,
    measure_id: int | None,
    complied: bool,
    now: datetime,
    opinion: str = "",
    photos: Sequence[Photo] = (),
) -> Case:
    """Go back and see whether the notice was heeded; written down once. Publishes `NoticeLookedAt`.

    Without a `measure_id` the oldest open notice is meant. Raises `TooEarly`, `NotFound`.
    """
    with transaction.atomic():
        case, task = _at_work(actor, "cases.measure", task)
        notices = _open_notices(case).filter(organisation=task.organisation_id)
        notice = (notices.filter(pk=measure_id) if measure_id else notices).select_for_update().first()
        if notice is None or notice.comply_by is None:
            raise NotFound
        if not complied and now < notice.comply_by:
            raise TooEarly
        said = " · ".join(filter(None, (notice.subject, opinion.strip())))
        log = _write(
            case,
            task,
            "look_again",
            said,
            photos,
            actor=actor,
            now=now,
            since=notice.at,
            reason=HEEDED if complied else UNHEEDED,
        )
        Measure.objects.filter(pk=notice.pk).update(looked_at=now, complied=complied, look_log=log)
        looked = NoticeLookedAt(case.pk, case.number, notice.pk, notice.organisation_id, complied)
        announce(case, looked, now=now)
    return case


def take_measure(
    *,
    actor: Actor,
    task: Task,
    kind: str,
    opinion: str,
    now: datetime,
    subject: str = "",
    danger: str = "",
    photos: Sequence[Photo] = (),
) -> Case:
    """Management after an unheeded notice, a penalty after management. Publishes `MeasureTaken`.

    The order may be left out only for U1 and U2 and with a stated reason. Raises `NoticeFirst`, `ManagementFirst`,
    `NoticeOpen`, `NotByNotice`.
    """
    permission = "cases.penalise" if kind == MeasureKind.PENALTY else "cases.measure"
    text = require_text("opinion", opinion, _("请写明采取了什么措施。"))
    with transaction.atomic():
        case, task = _at_work(actor, permission, task)
        if kind_of(case.category_id).notice_within is None:
            raise NotByNotice
        before = _before(case, kind, subject.strip())
        reason = danger.strip()
        if before is None and not (reason and case.is_urgent):
            raise ManagementFirst if kind == MeasureKind.PENALTY else NoticeFirst
        name = before.subject if before else _subject(subject)
        if before and _open_notices(case).filter(subject=before.subject).exists() and not reason:
            raise NoticeOpen
        skipped = "" if before else reason[:200]
        _take(case, task, kind, name, text[:500], photos, actor=actor, now=now, danger=skipped)
    return case


def require_looked_at(case: Case, task: Task) -> None:
    """A result is not handed in while one's own notice is open: how it ended belongs to the result."""
    if kind_of(case.category_id).notice_within is None:
        return
    if _open_notices(case).filter(organisation=task.organisation_id).exists():
        raise NoticeOpen


def remind_of_looks(*, now: datetime) -> int:
    """The term of a notice has ended: its unit is reminded, once. Publishes `LookAgainDue`. Call until 0."""
    with transaction.atomic():
        due = (
            Measure.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(kind=MeasureKind.NOTICE, looked_at=None, reminded_at=None, comply_by__lte=now)
            .filter(case__closed_at=None)
            .select_related("case")
            .order_by("comply_by")[:BATCH]
        )
        notices = list(due)
        Measure.objects.filter(pk__in=[notice.pk for notice in notices]).update(reminded_at=now)
        for notice in notices:
            case = notice.case
            announce(case, LookAgainDue(case.pk, case.number, notice.pk, notice.organisation_id), now=now)
    return len(notices)


def _at_work(actor: Actor, permission: str, task: Task) -> tuple[Case, Task]:
    case, task = locked_task(actor, permission, task)
    if task.state not in AT_WORK:
        raise NotAtWork
    return case, task


def _open_notices(case: Case) -> QuerySet[Measure]:
    return Measure.objects.filter(case=case, kind=MeasureKind.NOTICE, looked_at=None).order_by(
        "comply_by", "id"
    )


def _before(case: Case, kind: str, subject: str) -> Measure | None:
    """What makes the next step legal: a notice that was not heeded, a management measure that was taken."""
    rows = Measure.objects.filter(case=case).order_by("-at", "-id")
    if subject:
        rows = rows.filter(subject=subject)
    if kind == MeasureKind.PENALTY:
        return rows.filter(kind=MeasureKind.MANAGEMENT).first()
    return rows.filter(kind=MeasureKind.NOTICE, complied=False).first()


def _subject(subject: str) -> str:
    name = require_text("subject", subject, _("请写对着什么：店招、摊位、车位或物品。"))
    if PERSONAL.search(name):
        raise Invalid(fields={"subject": _("只写店招、摊位、车位或物品，不写人名、电话和证件号。")})
    if len(name) > 60:
        raise Invalid(fields={"subject": _("最多 %(n)d 个字。") % {"n": 60}})
    return name


def _term(case: Case, kind: Kind, wanted: datetime | None, *, now: datetime) -> datetime:
    """The category's term from now on; a unit may give more time, never less, and not after the case is due."""
    assert kind.notice_within is not None  # noqa: S101  -- the caller has asked
    calendar = calendar_for(case.scope_code, now.astimezone(SHANGHAI).date())
    least = due_at(now, kind.notice_within, calendar).at
    if wanted is None:
        return least
    if wanted <= now:
        raise MissingField(fields={"until": _("期限要在现在以后。")})
    if case.due_at is not None and wanted > max(case.due_at, least):
        raise MissingField(fields={"until": _("期限不能晚于整件的总时限。")})
    return max(wanted, least)


def _words(task: Task, kind: Kind, subject: str, by: datetime, opinion: str) -> str:
    """In Chinese, whatever the language of the page: it is handed out in the street."""
    office = task.organisation
    with translation.override("zh-hans"):
        local = by.astimezone(SHANGHAI)
        when = local.strftime(pgettext("kind notice", "%m月%d日 %H:%M"))
        parts = [
            gettext("%(subject)s：您好！") % {"subject": subject},
            f"{kind.notice_words or kind.name_zh}。",
        ]
        if opinion.strip():
            parts.append(opinion.strip().rstrip("。") + "。")
        parts.append(gettext("请在 %(when)s 前改好，到时我们再来看看。") % {"when": when})
        call = {"phone": office.phone or HOTLINE, "office": office.label}
        parts.append(gettext("有困难请打 %(phone)s 找%(office)s，一起想办法。") % call)
        parts.append(gettext("谢谢您的理解！"))
    return "".join(parts)[:500]


def _take(
    case: Case,
    task: Task,
    kind: str,
    subject: str,
    text: str,
    photos: Sequence[Photo],
    *,
    actor: Actor,
    now: datetime,
    comply_by: datetime | None = None,
    danger: str = "",
) -> None:
    action = ACTIONS[MeasureKind(kind)]
    since = task.claimed_at or task.dispatched_at
    log = _write(case, task, action, text, photos, actor=actor, now=now, since=since)
    measure = Measure.objects.create(
        case=case,
        task=task,
        organisation_id=task.organisation_id,
        kind=kind,
        subject=subject,
        text=text,
        at=now,
        log=log,
        comply_by=comply_by,
        danger=danger,
    )
    taken = MeasureTaken(
        case.pk, case.number, case.category_id, measure.pk, kind, measure.organisation_id, bool(danger)
    )
    announce(case, taken, now=now)


def _write(
    case: Case,
    task: Task,
    action: str,
    text: str,
    photos: Sequence[Photo],
    *,
    actor: Actor,
    now: datetime,
    since: datetime,
    reason: str = "",
) -> CaseLog:
    return write_log(
        case,
        action=action,
        actor=actor,
        now=now,
        from_state=task.state,
        to_state=task.state,
        since=since,
        opinion=text,
        reason=reason,
        task=task,
        photos=photos,
    )
