"""What somebody is known to have of what is asked for: a post that is held, a training that somebody else confirmed.

What people say of themselves (`VolunteerProfile.skills`) is no proof here: that the organiser looks at.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from nuanxin.volunteering.enums import AppointmentState, EntryKind
from nuanxin.volunteering.models import Activity, Appointment, VolunteerEntry


@dataclass(frozen=True, slots=True)
class Proof:
    """Of the requirement `name`; `why` is a sentence with its day, and nobody's name is in it."""

    name: str
    why: str
    on: date


Known = Mapping[int, list[Proof]]


def same_name(one: str, other: str) -> bool:
    """The same requirement, whatever the spaces and quotation marks."""
    return bool(_bare(one)) and _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return "".join(each for each in name.casefold() if each.isalnum())


def known_of(person_ids: Collection[int]) -> Known:
    """Everything that is known of these people; three statements."""
    told: dict[int, list[Proof]] = {}
    if person_ids:
        for person, proof in (*_posts_held(person_ids), *_trained(person_ids), *_entries(person_ids)):
            told.setdefault(person, []).append(proof)
    return told


def met(required: str, proofs: Iterable[Proof]) -> Proof | None:
    """The latest of them that is what is asked for."""
    found = [each for each in proofs if same_name(each.name, required)]
    return max(found, key=lambda each: each.on, default=None)


def met_by(activity: Activity, person_ids: Collection[int]) -> dict[int, Proof]:
    """Whose requirement is known to be met, and by what; no statement where nothing is asked for."""
    if not activity.required.strip():
        return {}
    known = known_of(person_ids)
    found = {person: met(activity.required, proofs) for person, proofs in known.items()}
    return {person: proof for person, proof in found.items() if proof is not None}


def trained_before(person_id: int | None, training: str) -> Proof | None:
    """The same training, confirmed for another post by who reviewed it. A team's entry is no proof for a post."""
    if person_id is None or not training.strip():
        return None
    return met(training, (proof for _person, proof in _trained([person_id])))


def holds_post(person_id: int, kind: str) -> bool:
    rows = Appointment.objects.filter(person=person_id, state=AppointmentState.APPOINTED)
    return rows.filter(post__kind=kind).exists()


def _posts_held(person_ids: Collection[int]) -> Iterable[tuple[int, Proof]]:
    rows = Appointment.objects.filter(person__in=person_ids, state=AppointmentState.APPOINTED)
    for each in rows.select_related("post__kind"):
        if each.person_id and each.appointed_at:
            since = timezone.localdate(each.appointed_at)
            said = {"what": each.post.kind.name, "day": since.isoformat()}
            why = gettext("在任：%(what)s，%(day)s 起") % said
            yield each.person_id, Proof(each.post.kind.name_zh, why, since)


def _trained(person_ids: Collection[int]) -> Iterable[tuple[int, Proof]]:
    rows = Appointment.objects.filter(~Q(post__training=""), person__in=person_ids, trained_at__isnull=False)
    for person, training, at in rows.values_list("person_id", "post__training", "trained_at"):
        if person and at:
            day = timezone.localdate(at)
            why = gettext("岗位培训确认过，%(day)s") % {"day": day.isoformat()}
            yield person, Proof(training, why, day)


def _entries(person_ids: Collection[int]) -> Iterable[tuple[int, Proof]]:
    rows = VolunteerEntry.objects.filter(person__in=person_ids, kind=EntryKind.TRAINING)
    for person, title, day in rows.values_list("person_id", "title", "on"):
        why = gettext("服务记录里有这次培训，%(day)s") % {"day": day.isoformat()}
        yield person, Proof(title, why, day)
