"""What leaving does to the tables of this context; `personal.py` registers it, `own_data.erase_me` runs it."""

from datetime import datetime

from nuanxin.kernel.privacy.register import Erased, Subject
from nuanxin.people import models


def erase_person(subject: Subject, *, now: datetime) -> Erased:
    """The row stays, empty: other rows point to it, and it says nothing about anybody any more."""
    if subject.person_id is None:
        return Erased()
    person = models.Person.objects.filter(pk=subject.person_id, erased_at=None).first()
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


def erase_subject(subject: Subject, *, now: datetime) -> Erased:
    """The one row that joined the opaque id to a person."""
    if subject.subject_id is None:
        return Erased()
    rows = models.Subject.objects.filter(pk=subject.subject_id, erased_at=None)
    return Erased(anonymised=rows.update(person=None, erased_at=now))


def erase_jobs(subject: Subject, *, now: datetime) -> Erased:
    if subject.person_id is None:
        return Erased()
    total, _by_model = models.WorkerJob.objects.filter(profile__person_id=subject.person_id).delete()
    return Erased(removed=total)


def erase_invitations(subject: Subject, *, now: datetime) -> Erased:
    taken = models.Invitation.objects.filter(accepted_by_id=subject.person_id)
    return Erased(anonymised=taken.update(name="", accepted_by=None))
