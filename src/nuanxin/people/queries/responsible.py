"""Who answers for what, where: units by their area, and the two owners of every worker (`domain.md` 000-14)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, CharField, DateTimeField, Field

from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.prepared import Prepared
from nuanxin.people.enums import RoleKind, UnitType, WorkerType
from nuanxin.people.models import Assignment, DutyShift, IndustryCharge, Organisation, Role, WorkerProfile
from nuanxin.people.queries.actors import active
from nuanxin.territories.queries import path_name


@dataclass(frozen=True, slots=True)
class Owners:
    """Both are shown. `industry` may be missing; the community never is, so nobody is unowned."""

    industry: tuple[Organisation, ...]
    community_code: str
    community_name: str
    committee: Organisation | None

    @property
    def responsible(self) -> Organisation | None:
        """Industry first, the declared community as the fallback; without a registered committee, its territory."""
        return self.industry[0] if self.industry else self.committee


def ancestor_codes(scope_code: str) -> list[str]:
    """The codes of all territories around the place, itself first: `["990101001001", …, "990000000000"]`."""
    digits = [count for count in sorted(LEVELS.values(), reverse=True) if count < len(scope_code)]
    codes = [scope_code, *(padded(scope_code[:count]) for count in digits)]
    return list(dict.fromkeys(codes))


def organisations_covering(unit_type: str, codes: Iterable[str]) -> list[Organisation]:
    """Active organisations of the type that serve one of the territories, the smallest area first."""
    found = Organisation.objects.filter(unit_type=unit_type, scope_code__in=list(codes), is_active=True)
    return sorted(found, key=lambda unit: (-len(unit.scope_code.rstrip("0")), unit.pk))


def owners_of(profile: WorkerProfile) -> Owners:
    """Responsibility of a worker: the trades' organisations around the declared community, and the community."""
    codes = ancestor_codes(profile.scope_code)
    types = [job.worker_type for job in profile.jobs.all()]
    committees = organisations_covering(UnitType.SQ, [padded(profile.scope_code[:12])])
    return Owners(
        industry=tuple(_in_charge(types, codes)),
        community_code=profile.scope_code,
        community_name=path_name(profile.scope_code),
        committee=committees[0] if committees else None,
    )


def _in_charge(types: list[str], codes: list[str]) -> list[Organisation]:
    charges = IndustryCharge.objects.filter(
        worker_type__in=types, scope_code__in=codes, organisation__is_active=True,
    ).select_related("organisation")  # fmt: skip
    nearest: dict[str, IndustryCharge] = {}
    for charge in sorted(charges, key=lambda charge: len(charge.scope_code.rstrip("0"))):
        nearest[charge.worker_type] = charge
    order = [worker_type for worker_type in WorkerType.values if worker_type in nearest]
    return list(dict.fromkeys(nearest[worker_type].organisation for worker_type in order))


def profile_of(person_id: int) -> WorkerProfile | None:
    return (
        WorkerProfile.objects.filter(person_id=person_id).prefetch_related("jobs", "jobs__platform").first()
    )


def assignments_at(
    *,
    roles: Iterable[str],
    now: datetime,
    scope_code: str = "",
    organisation_id: int | None = None,
    site_id: int | None = None,
) -> list[Assignment]:
    """Who acts in one of the roles exactly there now: the territory itself, not what lies inside or around it."""
    where: dict[str, str | int] = {"scope_code": scope_code} if scope_code else {}
    if organisation_id is not None:
        where["organisation_id"] = organisation_id
    if site_id is not None:
        where["site_id"] = site_id
    return _acting(tuple(roles), tuple(where)).rows(now=now, **where)


@cache
def _acting(roles: tuple[str, ...], columns: tuple[str, ...]) -> Prepared[Assignment]:
    """One statement for each set of roles that the code names."""
    types: dict[str, Field[Any, Any]] = {
        "scope_code": CharField(),
        "organisation_id": BigIntegerField(),
        "site_id": BigIntegerField(),
    }
    return Prepared(
        lambda *, now, **where: (
            Assignment.objects.filter(active(now), role__in=roles, person__is_active=True, **where)
            .only("pk", "person_id", "role_id")
            .order_by("pk")
        ),
        now=DateTimeField(),
        **{column: types[column] for column in columns},
    )


def on_duty(*, now: datetime, organisation_id: int | None = None, scope_code: str = "") -> list[Assignment]:
    """Who is on duty at this instant for the organisation, or for exactly this territory."""
    shifts = DutyShift.objects.filter(starts_at__lte=now, ends_at__gt=now)
    if organisation_id is not None:
        shifts = shifts.filter(organisation_id=organisation_id)
    if scope_code:
        shifts = shifts.filter(scope_code=scope_code)
    found = Assignment.objects.filter(
        active(now), pk__in=shifts.values("assignment_id"), person__is_active=True
    )
    return list(found.select_related("person__subject", "role").order_by("pk"))


def organisations_by_public_id(public_ids: Iterable[UUID]) -> dict[UUID, Organisation]:
    """Active ones only; an unknown id is missing from the answer."""
    rows = Organisation.objects.filter(public_id__in=list(public_ids), is_active=True)
    return {row.public_id: row for row in rows}


def street_offices() -> list[Organisation]:
    """Every active street office: where a street works with this system."""
    return list(Organisation.objects.filter(unit_type=UnitType.JD, is_active=True).order_by("scope_code"))


def units_around(scope_code: str) -> list[Organisation]:
    """Every active organisation that takes work around a place, for choosing by hand."""
    rows = Organisation.objects.filter(scope_code__in=ancestor_codes(scope_code), is_active=True)
    return list(rows.exclude(unit_type="").order_by("unit_type", "name"))


def organisation_label(organisation_id: int) -> str:
    """The short name, for a sentence; empty for one that is gone."""
    found = _organisation.first(pk=organisation_id)
    return found.label if found else ""


_organisation = Prepared(lambda *, pk: Organisation.objects.filter(pk=pk), pk=BigIntegerField())


def is_street_office(organisation_id: int) -> bool:
    """Whether it is a street's own office: what it asks for, the level above it decides."""
    return Organisation.objects.filter(pk=organisation_id, unit_type=UnitType.JD).exists()


def name_of_role(code: str) -> str:
    found = Role.objects.filter(pk=code).first()
    return found.name if found else code


def administrators(*, now: datetime) -> dict[str, list[int]]:
    """Who holds each of the administrators' roles, by person."""
    holders: dict[str, list[int]] = {
        role: [] for role in Role.objects.filter(kind=RoleKind.ADMIN).values_list("code", flat=True)
    }
    found = Assignment.objects.filter(active(now), role__kind=RoleKind.ADMIN, person__is_active=True)
    for role, person_id in found.values_list("role_id", "person_id").distinct():
        holders[role].append(person_id)
    return holders
