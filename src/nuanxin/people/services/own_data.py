"""A person's rights over their data: a copy of everything, and leaving (PIPL 45, 47)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.audit import record
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.events import publish
from nuanxin.kernel.privacy.runners import ErasureReport, erase_person, export_person
from nuanxin.people.enums import RoleKind
from nuanxin.people.events import PersonErased
from nuanxin.people.models import Assignment, Person
from nuanxin.people.queries import active
from nuanxin.people.services.assignments import end_assignment


class StillInOffice(Conflict):
    default_message = _("您还有工作岗位，账号暂时不能注销。")
    default_hint = _("请让安排您岗位的人先结束任职、交接手上的事，再来注销。")


def export_me(*, person: Person, now: datetime) -> dict[str, Any]:
    """Everything that is stored about the person, with purpose and retention. Audited."""
    with transaction.atomic():
        data = export_person(person_id=person.pk, subject_id=person.subject.pk)
        _note(person, "people.export_me", now)
    return {"exported_at": now, **data}


def erase_me(*, person: Person, now: datetime) -> ErasureReport:
    """Erase the person everywhere and say what stays and why. Publishes `PersonErased`. Raises `StillInOffice`."""
    subject_id = person.subject.pk
    with transaction.atomic():
        current = Assignment.objects.filter(active(now), person=person).select_related(
            "role", "person__subject"
        )
        if any(assignment.role.kind != RoleKind.SELF for assignment in current):
            raise StillInOffice
        for assignment in current:
            end_assignment(actor=SYSTEM, assignment=assignment, reason="erased", now=now)
        _note(person, "people.erase_me", now)
        publish(PersonErased(), subject_id=subject_id, now=now)
        return erase_person(person_id=person.pk, subject_id=subject_id, now=now)


def _note(person: Person, action: str, now: datetime) -> None:
    actor = Actor(role="self", person_id=person.pk, subject_id=person.subject.pk)
    record(actor=actor, action=action, object_type="people.subject", object_id=person.subject.pk, now=now)
