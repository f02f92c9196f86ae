from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, level_of, significant, visible
from nuanxin.kernel.access.scope import FULL_CODE, padded
from nuanxin.kernel.events import publish
from nuanxin.kernel.geo.coordinates import Crs
from nuanxin.territories.events import BoundariesChanged
from nuanxin.territories.models import Boundary, Territory, parent_of
from nuanxin.territories.queries.locate import BOUNDARIES
from nuanxin.territories.services.divisions import FEW, DivisionRow, put_territories
from nuanxin.territories.services.shapes import (
    BadShape,
    Feature,
    area_m2,
    area_shape,
    features_of,
    shape_of,
    text_of,
)
from nuanxin.territories.services.stamps import touch

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

OUTSIDE = 0.02  # share of a shape that may lie outside its parent: surveys of two offices never agree exactly
CODE_NAMES = ("code", "adcode", "scope_code")


@dataclass(frozen=True, slots=True)
class FeatureError:
    """Why one feature was left out; the others were loaded."""

    index: int
    code: str
    message: str


@dataclass(slots=True)
class BoundaryReport:
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[FeatureError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Outline:
    index: int
    code: str
    name: str
    shape: "BaseGeometry"

    def size(self) -> int:
        """Larger territories have fewer digits."""
        return len(significant(self.code))


def load_boundaries(
    *,
    source: Path | dict[str, Any],
    origin: str,
    now: datetime,
    level: str = "",
    crs: Crs = Crs.WGS84,
    actor: Actor = SYSTEM,
) -> BoundaryReport:
    """Store the outlines of one level, or of all, from a GeoJSON FeatureCollection whose features carry `code`.

    The code must exist — a grid is created with its outline, when its community exists — and the shape must be
    valid and lie in the nearest larger territory that has an outline, but for 2 %. A feature that fails is named
    in `errors` and left out. Loading the same file again changes nothing; a different outline ends the earlier
    one. Larger territories are stored first. Publishes `BoundariesChanged`. Raises `NotGeoJson`.
    """
    report = BoundaryReport()
    with transaction.atomic():
        outlines = sorted(_checked(list(features_of(source)), level, crs, actor, report), key=_Outline.size)
        _put_grids([each for each in outlines if level_of(each.code) == "grid"], origin, now, actor)
        for outline in _nested(outlines, report):
            _store(outline, origin, timezone.localdate(now), report)
        touched = report.created + report.changed
        if touched:
            touch(BOUNDARIES)
            publish(BoundariesChanged(level=level, count=touched), now=now)
            audit.record(
                actor=actor, action="territories.boundaries", object_type="boundary", object_id=level, now=now,
                detail={"created": report.created, "changed": report.changed, "errors": len(report.errors)},
            )  # fmt: skip
    return report


def _checked(
    features: list[Feature],
    level: str,
    crs: Crs,
    actor: Actor,
    report: BoundaryReport,
) -> Iterator[_Outline]:
    """The outlines whose code and shape are right; the others go to the report."""
    known = _known(features, actor)
    seen: set[str] = set()
    for feature in features:
        code = _code_of(feature)
        try:
            _check_code(code, level, known, seen)
            shape = area_shape(feature.geometry, crs)
        except BadShape as error:
            report.errors.append(FeatureError(feature.index, code, str(error.message)))
            continue
        seen.add(code)
        yield _Outline(feature.index, code, str(feature.properties.get("name") or ""), shape)


def _known(features: list[Feature], actor: Actor) -> set[str]:
    """Which of the codes exist and are the actor's to change; for grids those of their communities."""
    codes = sorted({code[:FULL_CODE] for each in features if (code := _code_of(each))})
    known: set[str] = set()
    for start in range(0, len(codes), FEW):
        rows = Territory.objects.filter(code__in=codes[start : start + FEW], valid_to=None)
        known.update(visible(rows, "territories.edit", actor).values_list("code", flat=True))
    return known


def _code_of(feature: Feature) -> str:
    found = next((str(feature.properties[name]) for name in CODE_NAMES if feature.properties.get(name)), "")
    return padded(found) if 0 < len(found) < FULL_CODE else found


def _check_code(code: str, level: str, known: set[str], seen: set[str]) -> None:
    try:
        actual = level_of(code)
    except ValueError as error:
        raise BadShape(_("没有 12 位或 15 位的 code。")) from error
    if level and actual != level:
        raise BadShape(_("代码 %s 不是这一级的。") % code)
    if code in seen:
        raise BadShape(_("代码 %s 在文件里出现了两次。") % code)
    if code[:FULL_CODE] not in known:
        raise BadShape(_("您管的区划里没有 %s。") % code)


def _put_grids(outlines: list[_Outline], origin: str, now: datetime, actor: Actor) -> None:
    """Create or rename grids; one whose feature has no name keeps the one it has, or is numbered."""
    named = [DivisionRow(each.code, each.name) for each in outlines if each.name]
    unnamed = [each.code for each in outlines if not each.name]
    present: set[str] = set()
    for start in range(0, len(unnamed), FEW):
        rows = Territory.objects.filter(code__in=unnamed[start : start + FEW])
        present.update(rows.values_list("code", flat=True))
    numbered = [
        DivisionRow(code, _("第 %d 网格") % int(code[-3:])) for code in unnamed if code not in present
    ]
    if named or numbered:
        put_territories(rows=[*named, *numbered], source=origin, now=now, actor=actor)


def _nested(outlines: list[_Outline], report: BoundaryReport) -> Iterator[_Outline]:
    parents = _Parents()
    for outline in outlines:
        parent = parents.around(outline.code)
        outside = outline.shape.difference(parent).area / outline.shape.area if parent is not None else 0.0
        if outside > OUTSIDE:
            message = _("%(share)d%% 的面积在上级边界外面。") % {"share": round(outside * 100)}
            report.errors.append(FeatureError(outline.index, outline.code, str(message)))
        else:
            yield outline


class _Parents:
    """Outlines of larger territories, each read once."""

    def __init__(self) -> None:
        self._shapes: dict[str, BaseGeometry | None] = {}

    def around(self, code: str) -> "BaseGeometry | None":
        """The outline of the nearest larger territory that has one."""
        import shapely  # 15 MB that a process which only answers does without

        above = parent_of(code)
        while above:
            if above not in self._shapes:
                row = Boundary.objects.filter(territory=above, valid_to=None).first()
                self._shapes[above] = shape_of(row.geometry) if row else None
                shapely.prepare(self._shapes[above])
            if self._shapes[above] is not None:
                return self._shapes[above]
            above = parent_of(above)
        return None


def _store(outline: _Outline, origin: str, today: date, report: BoundaryReport) -> None:
    text = text_of(outline.shape)
    current = Boundary.objects.filter(territory=outline.code, valid_to=None).first()
    if current and current.geometry == text:
        report.unchanged += 1
        return
    west, south, east, north = outline.shape.bounds
    columns = {
        "geometry": text, "west": west, "south": south, "east": east, "north": north,
        "area_m2": round(area_m2(outline.shape), 1), "source": origin,
    }  # fmt: skip
    if current and current.valid_from == today:
        Boundary.objects.filter(pk=current.pk).update(**columns)
    else:
        if current:
            Boundary.objects.filter(pk=current.pk).update(valid_to=today)
        Boundary.objects.create(territory_id=outline.code, valid_from=today, **columns)
    report.changed += bool(current)
    report.created += not current
