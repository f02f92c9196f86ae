"""Who hears of a case's progress: who reported it, whose report was merged into it, and who has seen it too."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from nuanxin.cases.models import Confirmation, Reporter


class Follower(NamedTuple):
    """Somebody to tell, and the number under which that person follows it; nobody learns of another."""

    subject_id: UUID
    number: str


def audience(case_id: int) -> list[Follower]:
    """Each person once, by the number that is nearest to them: an own report before what was only confirmed.

    One statement.
    """
    columns = ("subject_id", "case__number")
    whose = {"subject_id__isnull": False}
    own = Reporter.objects.filter(case=case_id, **whose).values_list(*columns)
    merged = Reporter.objects.filter(case__parent=case_id, **whose).values_list(*columns)
    seen = Confirmation.objects.filter(Q(case=case_id) | Q(case__parent=case_id), **whose)
    found: dict[UUID, str] = {}
    for subject_id, number in own.union(merged, seen.values_list(*columns), all=True):
        found.setdefault(subject_id, number)
    return [Follower(*each) for each in found.items()]


def heat_of(case_id: int) -> int:
    """How many people have reported or confirmed it; who cannot be told apart any more counts once for each report."""
    reports = Reporter.objects.filter(Q(case=case_id) | Q(case__parent=case_id))
    seen = Confirmation.objects.filter(Q(case=case_id) | Q(case__parent=case_id))
    subjects = [*reports.values_list("subject_id", flat=True), *seen.values_list("subject_id", flat=True)]
    known = {subject for subject in subjects if subject is not None}
    return max(1, len(known) + sum(subject is None for subject in subjects))
