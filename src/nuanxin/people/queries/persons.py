from uuid import UUID

from nuanxin.people.identifiers import normal_mobile
from nuanxin.people.models import Person, Subject


def person_by_phone(phone: str) -> Person | None:
    """The account that hangs on a number, however it was typed."""
    number = normal_mobile(phone)
    return Person.objects.filter(phone_index__holds=number, is_active=True).first() if number else None


def person_of_subject(subject_id: UUID) -> Person | None:
    """The one way from what happened to whom it concerns; nobody for an erased subject."""
    return Person.objects.filter(subject__pk=subject_id, is_active=True).first()


def persons_of_subjects(subject_ids: set[UUID]) -> dict[UUID, Person]:
    found = Subject.objects.filter(pk__in=subject_ids, person__is_active=True).select_related("person")
    return {subject.pk: subject.person for subject in found if subject.person}


def subject_of(person_id: int) -> UUID | None:
    return Subject.objects.filter(person_id=person_id).values_list("pk", flat=True).first()
