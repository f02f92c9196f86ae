import math
import random

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps
from hypothesis import given, settings
from hypothesis import strategies as st

from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.geo.cells import Box, Disk, cell_of, cover, range_of
from nuanxin.kernel.geo.coordinates import (
    Crs,
    bd09_to_gcj02,
    distance_m,
    from_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    to_wgs84,
    wgs84_to_gcj02,
)
from nuanxin.kernel.geo.models import GeoPoint, placed
from nuanxin.kernel.geo.queries import in_box, near

HOME = (116.404, 39.915)
ROWS = 20_000

in_china = st.tuples(st.floats(73.5, 135.1), st.floats(3.9, 53.6))
anywhere = st.tuples(st.floats(-180, 180), st.floats(-85, 85))


# --- Coordinate systems -------------------------------------------------------------------------------------
def test_gcj02_matches_the_published_vector():
    point = wgs84_to_gcj02(*HOME)
    assert point == pytest.approx((116.410244, 39.916404), abs=1e-6)


@given(in_china)
def test_every_system_comes_back_within_a_metre(point):
    for crs in Crs:
        assert distance_m(*point, *to_wgs84(*from_wgs84(*point, crs), crs)) < 0.01


@given(in_china)
def test_gcj02_moves_a_point_by_less_than_a_kilometre(point):
    assert 10 < distance_m(*point, *wgs84_to_gcj02(*point)) < 1_000


@given(anywhere.filter(lambda p: not (72 < p[0] < 138 and 0.8 < p[1] < 55.9)))
def test_points_outside_china_are_untouched(point):
    assert wgs84_to_gcj02(*point) == point
    assert gcj02_to_wgs84(*point) == point


def test_bd09_matches_its_known_offset_from_gcj02():
    assert gcj02_to_bd09(116.404, 39.915) == pytest.approx((116.410369, 39.921336), abs=1e-6)
    assert bd09_to_gcj02(116.410369, 39.921336) == pytest.approx((116.404, 39.915), abs=1e-6)


@pytest.mark.parametrize("point", [(181, 0), (0, 91), (math.nan, 0), (0, math.inf)])
def test_what_is_not_a_coordinate_is_refused(point):
    with pytest.raises(Invalid):
        cell_of(*point)


def test_distance_of_a_degree_of_latitude_and_of_antipodes():
    assert distance_m(116, 39, 116, 40) == pytest.approx(111_195, abs=1)
    assert distance_m(0, 0, 180, 0) == pytest.approx(math.pi * 6_371_008.8)


# --- Cells and covers ---------------------------------------------------------------------------------------
@given(anywhere)
def test_a_cell_fits_a_signed_bigint_and_lies_in_its_own_range(point):
    cell = cell_of(*point)
    assert 0 < cell < 2**63
    assert range_of(cell) == (cell, cell)


def is_covered(cell, ranges):
    return ranges is None or any(first <= cell <= last for first, last in ranges)


@settings(max_examples=300)
@given(anywhere, st.floats(1, 2_000_000), st.floats(0, 2 * math.pi), st.floats(0, 1))
def test_a_cover_holds_every_point_of_the_disk(centre, radius, bearing, share):
    point = destination(*centre, bearing, radius * share)
    if distance_m(*centre, *point) <= radius:
        assert is_covered(cell_of(*point), cover(Disk(*centre, radius)))


@settings(max_examples=300)
@given(anywhere, st.floats(0, 20), st.floats(0, 5), st.floats(0, 1), st.floats(0, 1))
def test_a_cover_holds_every_point_of_the_box(corner, width, height, along, up):
    west, south = corner
    north = min(89.0, south + height)
    east = west + width if west + width <= 180 else west + width - 360
    lng = west + width * along
    point = (lng if lng <= 180 else lng - 360, south + (north - south) * up)
    assert is_covered(cell_of(*point), cover(Box(west, south, east, north)))


@given(in_china, st.sampled_from([30, 100, 300, 1_000, 3_000, 10_000, 50_000]))
def test_a_cover_is_few_ranges_and_not_much_larger_than_the_disk(centre, radius):
    ranges = cover(Disk(*centre, radius))
    assert len(ranges) <= 48
    far = destination(*centre, 1.0, radius * 4 + 60)
    assert not is_covered(cell_of(*far), ranges)


def destination(lng, lat, bearing, metres):
    angle, phi, lam = metres / 6_371_008.8, math.radians(lat), math.radians(lng)
    to_phi = math.asin(math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(bearing))
    to_lam = lam + math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(phi),
        math.cos(angle) - math.sin(phi) * math.sin(to_phi),
    )
    return (math.degrees(to_lam) + 540) % 360 - 180, math.degrees(to_phi)


# --- Queries on both databases ------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def spots(django_db_setup, django_db_blocker):
    """A table of points for this module, made outside any transaction: SQLite's schema editor works only
    there.
    """
    with isolate_apps("nuanxin.kernel"):

        class Spot(GeoPoint):
            label = models.CharField(max_length=20, blank=True)

            class Meta(GeoPoint.Meta):
                app_label = "kernel"
                db_table = "test_geo_spot"

    seeded = random.Random(7)
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(Spot)
        Spot.objects.bulk_create(
            Spot(lng=seeded.uniform(116.0, 117.0), lat=seeded.uniform(39.5, 40.3)) for _ in range(ROWS)
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE test_geo_spot")
        try:
            yield Spot
        finally:
            with connection.schema_editor() as editor:
                editor.delete_model(Spot)


@pytest.mark.django_db
@pytest.mark.parametrize("radius", [50, 300, 1_000, 3_000, 20_000])
def test_near_equals_brute_force(spots, radius):
    points = list(spots.objects.values_list("pk", "lng", "lat"))
    expected = {pk for pk, lng, lat in points if distance_m(*HOME, lng, lat) <= radius}
    found = list(near(spots.objects.all(), *HOME, radius))
    assert {spot.pk for spot in found} == expected
    distances = [spot.distance_m for spot in found]
    assert distances == sorted(distances)
    assert distances == pytest.approx([distance_m(*HOME, spot.lng, spot.lat) for spot in found], abs=1e-3)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "box",
    [
        (116.39, 39.90, 116.42, 39.93),
        (116.2, 39.7, 116.6, 40.0),
        (116.4, 39.9, 116.4, 39.9),
        (-180, -90, 180, 90),
    ],
)
def test_in_box_equals_brute_force(spots, box):
    west, south, east, north = box
    expected = spots.objects.filter(lng__gte=west, lng__lte=east, lat__gte=south, lat__lte=north)
    found = in_box(spots.objects.all(), *box)
    assert set(found.values_list("pk", flat=True)) == set(expected.values_list("pk", flat=True))


@pytest.mark.django_db
def test_a_box_may_cross_the_date_line_and_must_not_be_upside_down(spots):
    fiji = spots.objects.create(lng=179.9, lat=-17.0)
    samoa = spots.objects.create(lng=-179.9, lat=-17.0)
    assert set(in_box(spots.objects.all(), 179.0, -18, -179.0, -16)) == {fiji, samoa}
    assert {spot.pk for spot in near(spots.objects.all(), 180, -17.0, 20_000)} == {fiji.pk, samoa.pk}
    with pytest.raises(Invalid):
        in_box(spots.objects.all(), 116, 40, 117, 39)


@pytest.mark.django_db
@pytest.mark.parametrize("radius", [100, 500, 2_000, 5_000])
def test_near_reads_the_cell_index_and_never_the_table(spots, radius):
    plan = near(spots.objects.all(), *HOME, radius).explain()
    assert "test_geo_spot_h3" in plan
    assert "Seq Scan" not in plan
    assert "SCAN test_geo_spot" not in plan


@pytest.mark.django_db
def test_in_box_reads_the_cell_index_and_never_the_table(spots):
    plan = in_box(spots.objects.all(), 116.39, 39.90, 116.42, 39.93).explain()
    assert "test_geo_spot_h3" in plan
    assert "Seq Scan" not in plan
    assert "SCAN test_geo_spot" not in plan


@pytest.mark.django_db
def test_the_cell_follows_the_point(spots):
    spot = spots.objects.create(lng=116.404, lat=39.915)
    assert spot.h3 == cell_of(116.404, 39.915)
    spot.lng = 116.5
    spot.save(update_fields=["lng"])
    spot.refresh_from_db()
    assert spot.h3 == cell_of(116.5, 39.915)
    spots.objects.filter(pk=spot.pk).update(**placed(116.6, 39.9))
    spot.refresh_from_db()
    assert spot.h3 == cell_of(116.6, 39.9)
    assert spot.point == (116.6, 39.9)


@pytest.mark.django_db
def test_a_row_without_a_place_is_allowed_and_found_nowhere(spots):
    spot = spots.objects.create()
    assert spot.point is None
    assert spot.h3 is None
    assert not in_box(spots.objects.filter(pk=spot.pk), -180, -90, 180, 90).exists()
