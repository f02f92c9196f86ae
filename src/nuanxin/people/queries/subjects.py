"""From the opaque subject to the person and back. Nobody joins them anywhere else."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet, UUIDField

from nuanxin.kernel.prepared import Prepared
from nuanxin.people.identifiers import national_mobile, normal_mobile
from nuanxin.people.models import Person, Subject
from nuanxin.people.queries.accounts import consents_in_force


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach somebody, in clear: for the break-glass path and for sending, never for a list."""

    name: str
    phone: str
    language: str = "zh-hans"


def person_by_login_name(login_name: str) -> Person | None:
    return Person.objects.filter(login_name=login_name).select_related("subject").first()


def person_by_phone(phone: str) -> Person | None:
    """The account that hangs on a number, however it was typed."""
    number = normal_mobile(phone)
    return Person.objects.filter(phone_index__holds=number, is_active=True).first() if number else None


def subject_by_phone(phone: str) -> UUID | None:
    number = normal_mobile(phone)
    found = Subject.objects.filter(person__phone_index__holds=number, person__is_active=True)
    return found.values_list("pk", flat=True).first() if number else None


def person_of_subject(subject_id: UUID) -> Person | None:
    """Whom something concerns; nobody for an erased subject."""
    return _person.first(subject_id=subject_id)


_person = Prepared(
    lambda *, subject_id: Person.objects.filter(subject__pk=subject_id, is_active=True),
    subject_id=UUIDField(),
)


def person_id_of_subject(subject_id: UUID) -> int | None:
    """The key alone, for those who only address somebody."""
    return _person_id.first(subject_id=subject_id)


_person_id = Prepared(
    lambda *, subject_id: Subject.objects.filter(pk=subject_id, person__is_active=True).values_list(
        "person_id", flat=True
    ),
    subject_id=UUIDField(),
)


def person_ids_of_subjects(subject_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Likewise for several, in one statement; erased ones are left out."""
    found = Subject.objects.filter(pk__in=set(subject_ids), person__is_active=True)
    return dict(found.values_list("pk", "person_id"))


def persons_of_subjects(subject_ids: Iterable[UUID]) -> dict[UUID, Person]:
    found = Subject.objects.filter(pk__in=set(subject_ids), person__is_active=True).select_related("person")
    return {subject.pk: subject.person for subject in found if subject.person}


def contact_of(subject_id: UUID) -> Contact | None:
    person = person_of_subject(subject_id)
    return Contact(person.display_name, national_mobile(person.phone), person.language) if person else None


def subject_of(person_id: int) -> UUID | None:
    return Subject.objects.filter(person_id=person_id).values_list("pk", flat=True).first()


def subjects_agreeing(purpose: str) -> "QuerySet[Subject, UUID]":
    """Who agrees to a purpose now, in the words in force, as a subquery.

    A consent that is withdrawn counts for nothing at once, and neither does one to words that have changed since.
    """
    given = consents_in_force(purpose)
    return Subject.objects.filter(person__in=given.values("person")).values_list("pk", flat=True)


def agreeing_among(person_ids: Iterable[int], purpose: str) -> dict[int, UUID]:
    """Who of them agrees to a purpose now, each with the opaque subject."""
    given = consents_in_force(purpose).filter(person__in=set(person_ids), person__is_active=True)
    return dict(given.values_list("person_id", "person__subject"))
