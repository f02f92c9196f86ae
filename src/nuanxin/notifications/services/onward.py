"""Notices on their way out of the system: by mail, by the organisation's robot, by text message; at once or once a day.

What leaves says the kind of case, the place as staff may see it, and where to read on: never who reported, never free
text, and of confidential cases not even what and where. A text message, which lies open on a screen, says only how far
one's own report has come, and goes out only as long as its reader agrees (`notices_sms`).
"""

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, CharField, Q, UUIDField
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nuanxin.cases.queries.catalogue import CATALOGUE, Kind
from nuanxin.kernel.channels.providers import has_sms
from nuanxin.kernel.channels.send import ChannelDown, send_chat, send_mail
from nuanxin.kernel.channels.templates import sms_template
from nuanxin.kernel.events import publish
from nuanxin.kernel.prepared import Prepared
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.kernel.worktime.tables import calendar_for
from nuanxin.notifications.enums import TEXTED, DigestAt, Group, Mail, group_of
from nuanxin.notifications.enums import Kind as NoticeKind
from nuanxin.notifications.events import MessageDue
from nuanxin.notifications.models import ChatRobot, Notice, NoticeSettings
from nuanxin.notifications.queries import ONWARD, SMS_CONSENT
from nuanxin.people.queries import agreeing_among, person_of_subject
from nuanxin.people.services import text_agreed

logger = logging.getLogger(__name__)
MAIL, CHAT, SMS = "mail", "chat", "sms"
PROGRESS = sms_template(
    "notifications.progress",
    gettext_lazy("您报的事有进展：{step}。打开暖新，在“消息”里看。不想再收短信，在“我的同意”里撤回。"),
)
SLOTS = {DigestAt.MORNING: time(8, 30), DigestAt.EVENING: time(17)}
STILL_SENT = timedelta(
    hours=4
)  # after a night without a worker the morning's is still welcome, the day before's not
LONGEST_DIGEST = timedelta(days=4)  # over a long holiday the inbox has the rest
PLACE = 60


def publish_onward(notices: Iterable[Notice]) -> None:
    """Publish `MessageDue` for what somebody wants at once; a notice held back in the peak hours waits here too."""
    notices = list(notices)
    _publish_texts(notices)
    held = ONWARD.get()
    if not held.mail and not held.robots:
        return
    due: dict[tuple[str, int, UUID, str], datetime] = {}
    for notice in notices:
        group = group_of(notice.kind, is_staff=notice.assignment_id is not None)
        pk, groups = held.mail.get(notice.person_id, (0, frozenset()))
        if group in groups:
            due[MAIL, pk, notice.event_id, notice.kind] = notice.visible_at
        organisation = notice.assignment.organisation_id if notice.assignment else None
        pk, groups = held.robots.get(organisation or 0, (0, frozenset()))
        if pk and (notice.is_urgent or group in groups):
            due[CHAT, pk, notice.event_id, notice.kind] = notice.visible_at
    if not due:
        return
    with transaction.atomic():
        for (channel, target, about, kind), at in due.items():
            publish(MessageDue(channel, target, str(about), kind), now=at)


def _publish_texts(notices: Iterable[Notice]) -> None:
    """For those who agree to text messages about their own reports; asked again when each is sent."""
    told = [each for each in notices if each.assignment_id is None and each.kind in TEXTED and has_sms()]
    subjects = agreeing_among((each.person_id for each in told), SMS_CONSENT) if told else {}
    wanted = [each for each in told if each.person_id in subjects]
    if not wanted:
        return
    with transaction.atomic():
        for notice in wanted:
            message = MessageDue(SMS, 0, str(notice.event_id), notice.kind)
            publish(message, subject_id=subjects[notice.person_id], now=notice.visible_at)


def send_onward(*, message: MessageDue, subject_id: UUID | None, now: datetime) -> None:
    """Send one; once, however often it is delivered. Raises `ChannelDown`: the outbox tries again later."""
    if message.channel == SMS:
        _text_notice(message, subject_id, now)
    elif message.channel == MAIL:
        _mail_notice(message, now)
    else:
        _say_in_chat(message, now)


def _mail_notice(message: MessageDue, now: datetime) -> None:
    chosen = NoticeSettings.objects.filter(pk=message.target).select_related("person").first()
    if chosen is None:
        return
    notice = Notice.objects.filter(person=chosen.person_id, event_id=message.about, kind=message.kind).first()
    group = group_of(message.kind, is_staff=notice is not None and notice.assignment_id is not None)
    if notice is None or notice.read_at or chosen.way(group) != Mail.NOW:
        return
    with translation.override(chosen.person.language):
        lines = _words(notice)
        send_mail(
            to=chosen.mail,
            subject=_("暖新：%(what)s") % {"what": lines[0]},
            body="\n".join(
                [*lines, "", _("不想再收，在这里改：%(link)s") % {"link": _link("notifications:preferences")}]
            ),
            key=f"notice:{notice.pk}",
            now=now,
        )


def _text_notice(message: MessageDue, subject_id: UUID | None, now: datetime) -> None:
    """To the one who reported, if that is still wanted; what has been read meanwhile needs no message."""
    person = person_of_subject(subject_id) if subject_id else None
    if person is None:
        return
    notice = _notice_about.first(person=person.pk, event=UUID(message.about), kind=message.kind)
    if notice is None or notice.read_at:
        return
    kind = _kind_of(notice)
    with translation.override(person.language):
        is_open = kind is not None and not kind.is_confidential
        step = str(NoticeKind(notice.kind).label) if is_open else _("有新消息")
        text_agreed(
            person=person,
            purpose=SMS_CONSENT,
            template=PROGRESS,
            params={"step": step},
            key=f"progress:{notice.pk}",
            now=now,
        )


_notice_about = Prepared(
    lambda *, person, event, kind: Notice.objects.filter(person=person, event_id=event, kind=kind),
    person=BigIntegerField(),
    event=UUIDField(),
    kind=CharField(),
)


def _say_in_chat(message: MessageDue, now: datetime) -> None:
    robot = ChatRobot.objects.filter(pk=message.target, is_active=True).first()
    notices = Notice.objects.filter(event_id=message.about, kind=message.kind, assignment__isnull=False)
    notice = notices.order_by("pk").first()
    if robot is None or notice is None:
        return
    with translation.override("zh-hans"):
        send_chat(
            address=robot.address,
            text="\n".join(["【暖新】" + _words(notice)[0], *_words(notice)[1:]]),
            key=f"chat:{robot.pk}:{message.about}:{message.kind}",
            now=now,
        )


def _words(notice: Notice) -> list[str]:
    """What happened, where, and the link; of a confidential case only that there is something to read."""
    kind = _kind_of(notice)
    label = str(NoticeKind(notice.kind).label)
    link = _link_to(notice)
    if kind is None:
        return [label, link]
    if kind.is_confidential:
        return [_("有一件保密案件的消息"), link]
    what = _("%(label)s：%(category)s") % {"label": label, "category": kind.name}
    place = str(notice.facts.get("place", ""))[:PLACE] if notice.assignment_id else ""
    urgent = [_("危及生命，请马上处理。")] if notice.is_urgent and notice.assignment_id else []
    return [what, *urgent, *([place] if place else []), link]


def _kind_of(notice: Notice) -> Kind | None:
    return CATALOGUE.get().get(str(notice.facts.get("category", "")))


def _link_to(notice: Notice) -> str:
    if not notice.case_number:
        return _link("notifications:inbox")
    return _link("cases:case" if notice.assignment_id else "cases:own", notice.case_number)


def _link(name: str, *arguments: str) -> str:
    return f"{settings.BASE_URL.rstrip('/')}{reverse(name, args=arguments)}"


def send_digests(*, now: datetime) -> int:
    """The digests that are due; returns how many went out. Each is sent once, also when this is run again.

    Raises `ChannelDown` at the end if some could not be sent: those are tried again with the next run.
    """
    sent, failed = 0, 0
    for slot, at in SLOTS.items():
        due_at = now.astimezone(SHANGHAI).replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
        if not due_at <= now < due_at + STILL_SENT or not _is_sent_on(slot, due_at):
            continue
        waiting = NoticeSettings.objects.filter(digest_at=slot, mail_confirmed_at__isnull=False)
        waiting = waiting.filter(Q(digest_sent_at=None) | Q(digest_sent_at__lt=due_at))
        for chosen in waiting.select_related("person").order_by("pk").iterator(chunk_size=200):
            try:
                sent += _send_digest(chosen, due_at, now)
            except ChannelDown:
                failed += 1
    if failed:
        logger.warning("%d digests not sent", failed)
        raise ChannelDown
    return sent


def _is_sent_on(slot: DigestAt, at: datetime) -> bool:
    return slot == DigestAt.EVENING or calendar_for("", at.date()).is_workday(at.date())


def _send_digest(chosen: NoticeSettings, due_at: datetime, now: datetime) -> bool:
    """Counts and a link, nothing of what they say."""
    wanted = {
        Group(group) for group, way in chosen.by_group.items() if way == Mail.DIGEST and group in Group.values
    }
    since = max(chosen.digest_sent_at or due_at - timedelta(days=1), due_at - LONGEST_DIGEST)
    counts = _counts(chosen.person_id, since, due_at) if wanted else Counter[Group]()
    lines = [(group, counts[group]) for group in Group if group in wanted and counts[group]]
    if lines:
        with translation.override(chosen.person.language):
            total = sum(count for _group, count in lines)
            send_mail(
                to=chosen.mail,
                subject=ngettext("暖新：%(n)d 条新消息", "暖新：%(n)d 条新消息", total) % {"n": total},
                body="\n".join(
                    [
                        *(
                            _("%(group)s：%(count)s 条") % {"group": group.label, "count": count}
                            for group, count in lines
                        ),
                        "",
                        _("在这里看：%(link)s") % {"link": _link("notifications:inbox")},
                        _("不想再收，在这里改：%(link)s") % {"link": _link("notifications:preferences")},
                    ]
                ),
                key=f"digest:{chosen.pk}:{due_at:%Y%m%d%H%M}",
                now=now,
            )
    NoticeSettings.objects.filter(pk=chosen.pk).update(digest_sent_at=due_at)
    return bool(lines)


def _counts(person_id: int, since: datetime, until: datetime) -> Counter[Group]:
    """Unread ones: what has been read needs no mail."""
    found = Notice.objects.filter(person=person_id, at__gt=since, at__lte=until, read_at=None)
    return Counter(
        group_of(kind, is_staff=assignment is not None)
        for kind, assignment in found.values_list("kind", "assignment")
    )
