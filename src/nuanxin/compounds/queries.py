from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from nuanxin.compounds.models import Compound
from nuanxin.kernel.access import Actor, scope_q, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.geo.areas import Area
from nuanxin.kernel.geo.queries import in_box, near
from nuanxin.people.enums import OrganisationKind
from nuanxin.people.models import Organisation
from nuanxin.people.queries import ancestor_codes
from nuanxin.territories.queries import Bounds, SpatialIndex

OUTLINES = "compounds"
NEAR_M = 1500.0  # as far as one would still say "this compound"
PAGE = 50


class CompoundNotFound(NotFound):
    default_message = _("没有找到这个小区。")
    default_hint = _("它可能已经停用，请重新选一个，或者直接在地图上点位置。")


def compound(pk: int) -> Compound:
    """One in use, with its property manager. Raises `CompoundNotFound`."""
    found = _in_use().filter(pk=pk).first()
    if found is None:
        raise CompoundNotFound
    return found


def compound_by_public_id(public_id: UUID) -> Compound:
    """One in use. Raises `CompoundNotFound`."""
    found = _in_use().filter(public_id=public_id).first()
    if found is None:
        raise CompoundNotFound
    return found


def manager_of(pk: int) -> Organisation | None:
    """The property manager of a compound, None where nobody is known."""
    found = _in_use().filter(pk=pk).first()
    return found.manager if found else None


def _in_use() -> QuerySet[Compound]:
    return Compound.objects.filter(is_active=True).select_related("manager")


def visible_compound(actor: Actor, public_id: UUID) -> Compound:
    """For the staff pages, one out of use included. Raises `CompoundNotFound`."""
    rows = Compound.objects.select_related("manager", "site")
    found = visible(rows, "compounds.view", actor).filter(public_id=public_id).first()
    if found is None:
        raise CompoundNotFound
    return found


def editable_compound(actor: Actor, public_id: UUID) -> Compound:
    """One that the actor may change. Raises `CompoundNotFound`."""
    rows = Compound.objects.select_related("manager", "site")
    found = visible(rows, "compounds.edit", actor).filter(public_id=public_id).first()
    if found is None:
        raise CompoundNotFound
    return found


def compounds_in(scope_code: str) -> QuerySet[Compound]:
    """Those in use inside a territory, by pinyin."""
    return _in_use().filter(scope_q(scope_code)).order_by("initials", "id")


def search_compounds(text: str, *, within: str = "", limit: int = 10) -> list[Compound]:
    """By part of the name or address, pinyin (`yunqi`) or initials (`yql`); those that begin so come first."""
    text = text.strip().lower()[:40]
    if not text:
        return []
    rows = _in_use().filter(_matches(text))
    if within:
        rows = rows.filter(scope_q(within))
    begins = Q(name__startswith=text) | Q(initials__startswith=text) | Q(pinyin__startswith=text)
    first = Case(When(begins, then=Value(0)), default=Value(1))
    return list(rows.order_by(first, "initials", "id")[:limit])


def _matches(text: str) -> Q:
    if text.isascii():
        letters = "".join(text.split())
        return Q(initials__contains=letters) | Q(pinyin__contains=letters) | Q(name__icontains=text)
    return Q(name__contains=text) | Q(address__contains=text)


def nearest_compounds(lng: float, lat: float, *, limit: int = 5, within_m: float = NEAR_M) -> list[Any]:
    """Those in use around a point, each with `distance_m`; the one that contains the point first, at zero metres."""
    found = list(near(_in_use(), lng, lat, within_m)[: limit + 1])
    home = compound_at(lng, lat)
    if home is not None:
        found = [home, *(each for each in found if each.pk != home.pk)]
        found[0].distance_m = 0.0
    return found[:limit]


def compound_at(lng: float, lat: float) -> Any | None:
    """The compound in use whose outline contains the point, the smallest of several; None where there is none."""
    keys = sorted(_outlines.covering(lng, lat))
    return _in_use().filter(pk=keys[0][1]).first() if keys else None


def _read_outlines() -> Iterator[tuple[tuple[float, int], Area]]:
    """Keys sort from the smallest outline to the largest."""
    rows = Compound.objects.filter(is_active=True).exclude(outline="").order_by("pk")
    for pk, outline in rows.values_list("pk", "outline").iterator():
        area = Area.of(outline)
        yield (area.size, pk), area


_outlines: SpatialIndex[tuple[float, int]] = SpatialIndex(OUTLINES, _read_outlines)


def listed_compounds(
    actor: Actor,
    *,
    within: str = "",
    manager_id: int | None = None,
    text: str = "",
    state: str = "",
    after: tuple[str, int] | None = None,
    limit: int = PAGE,
) -> list[Compound]:
    """One page of the staff list, by pinyin; `after` is (initials, id) of the last row before it.

    `state`: empty for those in use, `off` for those out of use, `unmanaged` for those without a property manager.
    """
    rows = visible(Compound.objects.select_related("manager"), "compounds.view", actor)
    rows = rows.filter(is_active=state != "off")
    if within:
        rows = rows.filter(scope_q(within))
    if manager_id:
        rows = rows.filter(manager=manager_id)
    if state == "unmanaged":
        rows = rows.filter(manager=None)
    if text.strip():
        rows = rows.filter(_matches(text.strip().lower()[:40]))
    if after:
        rows = rows.filter(Q(initials__gt=after[0]) | Q(initials=after[0], id__gt=after[1]))
    return list(rows.order_by("initials", "id")[:limit])


def managers_in(actor: Actor) -> list[Organisation]:
    """Property managers of the compounds that the actor may see, for the filter."""
    rows = visible(Compound.objects.filter(is_active=True), "compounds.view", actor)
    keys = rows.order_by().values_list("manager_id", flat=True).distinct()
    return list(Organisation.objects.filter(pk__in=keys).order_by("name"))


def possible_managers(actor: Actor, compound: Compound | None = None) -> list[Organisation]:
    """Property companies that serve the actor's area or a place around it, and the present one."""
    serves = Q(kind=OrganisationKind.PROPERTY_MANAGER, is_active=True)
    if actor.scope_code:
        serves &= scope_q(actor.scope_code) | Q(scope_code__in=ancestor_codes(actor.scope_code))
    if compound is not None and compound.manager_id:
        serves |= Q(pk=compound.manager_id)
    if actor.organisation_id:
        serves |= Q(pk=actor.organisation_id, kind=OrganisationKind.PROPERTY_MANAGER)
    return list(Organisation.objects.filter(serves).order_by("name", "pk"))


def compounds_in_box(box: Bounds, *, limit: int = 1000) -> list[Compound]:
    """Those in use whose point lies in the box, for the map."""
    return list(in_box(_in_use(), *box)[:limit])
