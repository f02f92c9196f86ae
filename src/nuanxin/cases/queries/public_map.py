"""The public map, and what its list can be narrowed to: counted by hexagon, community and month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import h3.api.basic_int as h3_int
from django.db.models import Count, Max
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils.translation import gettext as _

from nuanxin.cases.models import Publication
from nuanxin.cases.queries.catalogue import MAJORS
from nuanxin.cases.queries.publication_review import COARSE
from nuanxin.cases.queries.publications import MOST, PublicFilters, visible_publications
from nuanxin.kernel.access.scope import padded
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import bounds_of, path_names

MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Facets:
    """What there is to choose from: only kinds, communities and months with something in them."""

    majors: Sequence[tuple[str, str]]
    areas: Sequence[tuple[str, str]]
    months: Sequence[date]


def facets() -> Facets:
    """Four statements."""
    rows = visible_publications().order_by()
    majors = set(rows.values_list("category__major", flat=True).distinct())
    codes = sorted(rows.values_list("scope_code", flat=True).distinct())
    months = rows.values_list(TruncMonth("solved_on"), flat=True).distinct()
    streets = sorted({padded(code[:9]) for code in codes})
    names = path_names([*codes, *streets], top=Level.STREET)
    return Facets(
        majors=[(major, str(MAJORS[major][0])) for major in sorted(majors) if major in MAJORS],
        areas=[(code, names[code]) for code in sorted({*codes, *streets}) if names[code]],
        months=sorted(months, reverse=True)[:MOST_MONTHS],
    )


def public_edition(filters: PublicFilters) -> tuple[int, str]:
    """How many rows there are under the filters and when one of them last changed; one statement.

    Another pair means another page: what is taken back is one less.
    """
    rows = visible_publications().filter(filters.q())
    found = rows.aggregate(count=Count("id"), changed=Max("changed_at"))
    return found["count"], found["changed"].isoformat() if found["changed"] else ""


def public_points(filters: PublicFilters) -> dict[str, Any]:
    """GeoJSON: one hexagon and one point for each place with something in it, of at most the last thousand."""
    rows = visible_publications().filter(filters.q(), lng__isnull=False, lat__isnull=False)
    columns = ("id", "public_id", "title", "lng", "lat", "scope_code")
    found: dict[tuple[float, float], list[Publication]] = {}
    for row in rows.order_by("-solved_on", "-id").only(*columns)[:MOST]:
        found.setdefault((row.lng or 0.0, row.lat or 0.0), []).append(row)
    names = path_names({rows[0].scope_code for rows in found.values()}, top=Level.STREET)
    features = [_hexagon(*place) for place in found]
    features += [_point(place, rows, names) for place, rows in found.items()]
    return {"type": "FeatureCollection", "features": features}


def _hexagon(lng: float, lat: float) -> dict[str, Any]:
    corners = h3_int.cell_to_boundary(h3_int.latlng_to_cell(lat, lng, COARSE))
    ring = [[round(corner[1], 5), round(corner[0], 5)] for corner in corners]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        "properties": {"kind": "green"},
    }


def _point(place: tuple[float, float], rows: Sequence[Publication], names: dict[str, str]) -> dict[str, Any]:
    first, more = rows[0], len(rows) - 1
    said = {"area": names[first.scope_code], "count": len(rows)}
    text = _("%(area)s附近，解决了 %(count)s 件") if more else _("%(area)s附近")
    listed = f"{reverse('cases:public_list')}?area={first.scope_code}"
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(place)},
        "properties": {
            "kind": "case",
            "tone": "ok",
            "title": first.title,
            "text": text % said,
            "url": listed if more else reverse("cases:public_case", args=[first.public_id]),
        },
    }


def bounds_told(area: str) -> str:
    """`west,south,east,north` of what the map shows whole."""
    box = bounds_of(area) if area else bounds_of()
    return ",".join(f"{side:.6f}" for side in (box.west, box.south, box.east, box.north)) if box else ""
