"""The inbox itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.plain_rows import NewRows
from nuanxin.notifications.models import Notice
from nuanxin.notifications.quiet import visible_from
from nuanxin.notifications.services.onward import publish_onward
from nuanxin.people.models import Assignment


def for_reporter(
    *,
    person_id: int,
    event_id: UUID,
    kind: str,
    case_number: str,
    facts: Mapping[str, Any],
    is_urgent: bool,
    now: datetime,
) -> Notice:
    """A notice for the reporter, held back in the peak hours unless life is at stake."""
    return Notice(
        person_id=person_id,
        event_id=event_id,
        kind=kind,
        case_number=case_number,
        facts=dict(facts),
        is_urgent=is_urgent,
        at=now,
        visible_at=visible_from(now, is_urgent=is_urgent),
    )


def for_staff(
    *,
    assignments: Iterable[Assignment],
    event_id: UUID,
    kind: str,
    case_number: str,
    facts: Mapping[str, Any],
    is_urgent: bool,
    now: datetime,
) -> list[Notice]:
    """A notice for each person, at once: they are at work."""
    by_person = {assignment.person_id: assignment for assignment in assignments}
    return [
        Notice(
            person_id=person_id,
            assignment=assignment,
            event_id=event_id,
            kind=kind,
            case_number=case_number,
            facts=dict(facts),
            is_urgent=is_urgent,
            at=now,
            visible_at=now,
        )
        for person_id, assignment in by_person.items()
    ]


_notices = NewRows(Notice)


def tell(notices: Iterable[Notice]) -> None:
    """Put them into the inboxes, in one statement; what is there already stays as it is.

    Publishes `MessageDue` for each that is wanted elsewhere too.
    """
    told = list(notices)
    _notices.write_missing(*told)
    publish_onward(told)


def read_notice(*, actor: Actor, notice_id: int, now: datetime) -> Notice:
    """Mark one as read. Raises `NotFound`."""
    notice = Notice.objects.filter(policy.rule("notifications.read", actor), pk=notice_id).first()
    if notice is None:
        raise NotFound
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=now)
    return notice


def read_all(*, actor: Actor, now: datetime) -> int:
    mine = Notice.objects.filter(policy.rule("notifications.read", actor), read_at=None, visible_at__lte=now)
    return mine.update(read_at=now)
