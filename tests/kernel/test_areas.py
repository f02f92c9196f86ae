"""Where a point lies, against shapely, which says so where shapes are loaded."""

import shapely
from hypothesis import given
from hypothesis import strategies as st

from nuanxin.kernel.geo.areas import MOST_TILES, TILE, Area, AreaIndex

small = st.integers(-12, 12).map(lambda step: 105 + step / 400)
points = st.tuples(small, small.map(lambda degrees: degrees - 75))
WIDE = 1 + TILE * MOST_TILES


def square(west, south, side, hole=0.0):
    def ring(x, y, w):
        return [[x, y], [x + w, y], [x + w, y + w], [x, y + w], [x, y]]

    holes = [ring(west + hole, south + hole, side - 2 * hole)] if hole else []
    return {"type": "Polygon", "coordinates": [ring(west, south, side), *holes]}


@given(st.lists(points, min_size=3, max_size=9, unique=True), st.lists(points, min_size=1, max_size=20))
def test_inside_outside_and_on_the_edge_are_shapelys(corners, asked):
    """Any set of corners, as the valid shape of one or several parts that shapely makes of it."""
    shape = shapely.make_valid(shapely.Polygon(corners))
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type.endswith("Polygon")]
    for part in parts:
        area = Area.of(shapely.to_geojson(part))
        assert abs(area.size - part.area) < 1e-12
        inside = area.point_inside()
        assert part.distance(shapely.Point(inside)) < 1e-12
        for lng, lat in asked:
            if 0 < part.boundary.distance(shapely.Point(lng, lat)) < 1e-12:
                continue  # between two numbers that a computer tells apart: either answer is right
            assert area.covers(lng, lat) == bool(shapely.intersects_xy(part, lng, lat)), (lng, lat)


def test_a_hole_is_outside_and_its_edge_is_not():
    area = Area(square(105.0, 30.0, 0.3, hole=0.1))
    assert area.covers(105.05, 30.05)
    assert not area.covers(105.15, 30.15)
    assert area.covers(105.1, 30.15)
    assert area.covers(*area.point_inside())


def test_parts_that_lie_apart_are_one_area():
    several = [square(west, 30.0, 0.1)["coordinates"] for west in (105.0, 106.0)]
    area = Area({"type": "MultiPolygon", "coordinates": several})
    assert [area.covers(lng, 30.05) for lng in (105.05, 105.5, 106.05)] == [True, False, True]
    assert area.covers(*area.point_inside())


def test_the_index_answers_as_asking_each_would():
    """Small ones and one that is too wide for tiles, in the order in which they were given."""
    rows = [(f"{x}-{y}", Area(square(105 + x / 50, 30 + y / 50, 0.021))) for x in range(6) for y in range(6)]
    rows.insert(7, ("wide", Area(square(104.0, 29.0, WIDE))))
    index = AreaIndex(rows)
    assert len(index) == 37
    for step in range(140):
        lng, lat = 104.99 + step / 1000, 30 + step / 1300
        assert index.covering(lng, lat) == [key for key, area in rows if area.covers(lng, lat)]
    assert AreaIndex([]).covering(105.0, 30.0) == []
