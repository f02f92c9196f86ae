"""What staff see of people and organisations, the actor first."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from nuanxin.kernel.access import Actor, scope_q, visible
from nuanxin.kernel.privacy.masking import mask_name
from nuanxin.people.enums import RoleKind
from nuanxin.people.identifiers import normal_mobile
from nuanxin.people.models import Assignment, DutyShift, Organisation, Person, Role, Site
from nuanxin.people.queries.actors import active
from nuanxin.people.queries.communities import home_territory
from nuanxin.territories.queries import children, path_names

PAGE = 50


def visible_assignments(
    actor: Actor,
    *,
    now: datetime,
    role: str = "",
    text: str = "",
    scope_code: str = "",
    with_ended: bool = False,
) -> QuerySet[Assignment]:
    """Appointed people in the actor's reach: one row for each role somebody holds somewhere."""
    found = visible(Assignment.objects.all(), "people.view", actor)
    if not with_ended:
        found = found.filter(active(now))
    if role:
        found = found.filter(role=role)
    if scope_code:
        found = found.filter(scope_q(scope_code))
    if text:
        found = found.filter(_named(actor, text))
    return found.select_related("person", "role", "organisation", "site").order_by("-pk")


def _named(actor: Actor, text: str) -> Q:
    """A masked list is not searched by name: the search would unmask it letter by letter."""
    where = Q(organisation__name__icontains=text) | Q(site__name__icontains=text)
    return where if actor.is_masked("people.view") else where | Q(person__name__icontains=text)


def visible_person(actor: Actor, *, public_id: UUID, now: datetime) -> tuple[Person, list[Assignment]] | None:
    """The person with those assignments, past ones too, that lie in the actor's reach."""
    found = list(
        visible_assignments(actor, now=now, with_ended=True)
        .filter(person__public_id=public_id)
        .prefetch_related("handovers_given__successor__person")
        .order_by("-active_from"),
    )
    return (found[0].person, found) if found else None


def name_for(actor: Actor, person: Person, permission: str = "people.view") -> str:
    """The name as this actor may read it."""
    own = actor.person_id == person.pk
    return person.name if own or not actor.is_masked(permission) else mask_name(person.name)


def assignment_to(actor: Actor, permission: str, *, public_id: UUID) -> Assignment | None:
    """An assignment on which the actor holds the permission."""
    found = visible(Assignment.objects.all(), permission, actor).filter(public_id=public_id)
    return found.select_related("person__subject", "role", "organisation", "site").first()


def possible_successors(assignment: Assignment, *, now: datetime) -> QuerySet[Assignment]:
    """Those who hold the same role at the same place and could take over."""
    return (
        Assignment.objects.filter(
            active(now),
            role=assignment.role_id,
            scope_code=assignment.scope_code,
            organisation=assignment.organisation_id,
            site=assignment.site_id,
            person__is_active=True,
        )
        .exclude(pk=assignment.pk)
        .exclude(person=assignment.person_id)
        .select_related("person", "role")
    )


def visible_organisations(actor: Actor, *, kind: str = "", text: str = "") -> QuerySet[Organisation]:
    found = visible(Organisation.objects.filter(is_active=True), "organisations.view", actor)
    if kind:
        found = found.filter(kind=kind)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(short_name__icontains=text))
    return found.select_related("parent").order_by("scope_code", "kind", "name")


def visible_organisation(actor: Actor, *, public_id: UUID) -> Organisation | None:
    found = visible(Organisation.objects.all(), "organisations.view", actor).filter(public_id=public_id)
    return found.select_related("parent").first()


def active_organisations() -> QuerySet[Organisation]:
    return Organisation.objects.filter(is_active=True).order_by("pk")


def organisation_by_uscc(uscc: str) -> Organisation | None:
    return Organisation.objects.filter(uscc=uscc, is_active=True).exclude(uscc="").first()


def platforms() -> QuerySet[Organisation]:
    return Organisation.objects.filter(kind="platform_company", is_active=True).order_by("name")


def sites_in(actor: Actor, permission: str) -> QuerySet[Site]:
    """Sites for which the actor may appoint somebody: of the own area, or run by the own organisation."""
    match actor.extent(permission):
        case "all":
            reach = Q()
        case "area":
            reach = scope_q(actor.scope_code)
        case "org":
            reach = Q(operator_id=actor.organisation_id)
        case _:
            return Site.objects.none()
    return Site.objects.filter(reach, is_active=True).order_by("name")


def roles() -> list[Role]:
    return list(Role.objects.all())


def shifts_between(actor: Actor, *, start: datetime, end: datetime) -> QuerySet[DutyShift]:
    """The roster of the actor's reach: its area, or its organisation."""
    reach = scope_q(actor.scope_code) if actor.extent("people.duty") == "area" else Q(
        organisation_id=actor.organisation_id,
    )  # fmt: skip
    if actor.extent("people.duty") == "all":
        reach = Q()
    return (
        DutyShift.objects.filter(reach, starts_at__lt=end, ends_at__gt=start)
        .select_related("assignment__person", "assignment__role", "organisation")
        .order_by("starts_at", "pk")
    )


def shift_of(actor: Actor, *, shift_id: int) -> DutyShift | None:
    return (
        DutyShift.objects.filter(
            pk=shift_id, assignment__in=visible(Assignment.objects.all(), "people.duty", actor)
        )
        .select_related("assignment__person", "assignment__role")
        .first()
    )


def on_roster(actor: Actor, *, now: datetime) -> QuerySet[Assignment]:
    """Whom the actor may put on duty."""
    found = visible(Assignment.objects.filter(active(now)), "people.duty", actor)
    return found.select_related("person__subject", "role").order_by("role__sort", "person__name")


def assignable(actor: Actor, assignments: Iterable[Assignment]) -> set[int]:
    """Which of them the actor may end."""
    wanted = [assignment.pk for assignment in assignments]
    found = visible(Assignment.objects.filter(pk__in=wanted), "people.assign", actor)
    return set(found.values_list("pk", flat=True))


def recoverable(actor: Actor, *, phone: str, now: datetime) -> Assignment | None:
    """The self-registered role, in the actor's reach, of whoever has this number."""
    number = normal_mobile(phone)
    found = visible(Assignment.objects.filter(active(now)), "people.recover", actor)
    rows = found.filter(person__phone_index__holds=number, person__is_active=True)
    return rows.select_related("person__subject").first() if number else None


def places_for(actor: Actor, permission: str) -> dict[str, Any]:
    """Roles and places that the actor may give, for the forms; the service checks them again."""
    extent = actor.extent(permission)
    appointed = Role.objects.exclude(kind__in=[RoleKind.SELF, RoleKind.ADMIN])
    if extent == "org":
        appointed = appointed.filter(works_at__in=["org", "site"])
    return {
        "roles": list(appointed),
        "territories": _territories(actor, extent),
        "organisations": _organisations_for(actor, extent),
        "sites": list(sites_in(actor, permission)),
    }


def _organisations_for(actor: Actor, extent: str) -> list[Organisation]:
    found = Organisation.objects.filter(is_active=True).order_by("name")
    match extent:
        case "all":
            return list(found[:500])
        case "area":
            return list(found.filter(scope_q(actor.scope_code))[:500])
        case "org":
            return list(found.filter(pk=actor.organisation_id or 0))
    return []


def _territories(actor: Actor, extent: str) -> list[tuple[str, str]]:
    """The own territory and what lies directly in it, two levels down."""
    if extent != "area" or not actor.scope_code:
        top = home_territory() if extent == "all" else ""
        return _with_children(top) if top else []
    return _with_children(actor.scope_code)


def _with_children(code: str) -> list[tuple[str, str]]:
    inside = list(children(code))
    below = [row for child in inside[:40] for row in children(child.code)] if len(inside) <= 40 else []
    codes = [code, *(row.code for row in inside), *(row.code for row in below)]
    names = path_names(codes)
    return [(each, names[each]) for each in sorted(codes)]
