"""What leaving does to the tables of this context; `personal.py` registers it, `own_data.erase_me` runs it."""

from datetime import datetime

from nuanxin.kernel.privacy.register import Erased
from nuanxin.kernel.privacy.register import Subject as Whom
from nuanxin.people.models import Invitation, Person, Subject, WorkerJob


def erase_person(whom: Whom, *, now: datetime) -> Erased:
    """The row stays, empty: other rows point to it, and it says nothing about anybody any more."""
    person = Person.objects.filter(pk=whom.person_id, erased_at=None).first()
    if person is None:
        return Erased()
    person.name = person.nickname = person.phone = ""
    person.login_name = None
    person.is_active = False
    person.password_history, person.password_changed_at = [], None
    person.last_login = None
    person.session_epoch += 1
    person.erased_at = now
    person.set_unusable_password()
    person.save()
    return Erased(anonymised=1)


def erase_subject(whom: Whom, *, now: datetime) -> Erased:
    """The one row that joined the opaque id to a person."""
    rows = Subject.objects.filter(pk=whom.subject_id, erased_at=None)
    return Erased(anonymised=rows.update(person=None, erased_at=now))


def erase_jobs(whom: Whom, *, now: datetime) -> Erased:
    total, _by_model = WorkerJob.objects.filter(profile__person_id=whom.person_id).delete()
    return Erased(removed=total)


def erase_invitations(whom: Whom, *, now: datetime) -> Erased:
    taken = Invitation.objects.filter(accepted_by_id=whom.person_id)
    return Erased(anonymised=taken.update(name="", accepted_by=None))
