"""Published clients against the running server: of Open311 (what they break on themselves is in docs/open311.md), and
GDAL, which reads OGC API – Features and vector tiles for most of the world's maps.
"""

import io
import itertools
import json
import math
import subprocess
import sys
import warnings
from datetime import timedelta

import pyogrio
import pytest
import requests
import shapely
from django.utils import timezone
from georeport import GeoReport

from nuanxin.places.queries import tile_of
from tests.architecture.source import ROOT
from tests.factories.fixtures import jpeg
from tests.factories.town import LAT, LNG
from tests.servers import serving

HERE = "fenglin.example"
RADIUS = 6378137  # of the sphere of Web Mercator, metres


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """A server with a town in its database: its address, a key, and the number of what is public."""
    home = tmp_path_factory.mktemp("open311")
    with serving(home) as server:
        done = subprocess.run(
            [sys.executable, "-m", "tests.gateway.clients_town"],
            env=server.environment,
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        yield {
            "url": f"{server.url}/open311/v2",
            "root": server.url,
            **json.loads(done.stdout.splitlines()[-1]),
        }


@pytest.fixture
def three(city):
    """As its users on Python 3 have to import it."""
    itertools.ifilter = filter
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from three import Three  # only importable once `ifilter` is there
    return Three(city["url"], jurisdiction=HERE, api_key=city["key"])


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_reads(city, form):
    client = GeoReport(city["url"], jurisdiction=HERE, output_format=form)
    services = {each["service_code"]: each for each in client.get_service_list()}
    assert services["0401"]["service_name"]
    assert client.get_service_definition("0401")["service_code"] == "0401"
    found = client.get_service_requests(service_code="0302,0401", status="open,closed")
    (row,) = found if form == "json" else [found]  # of one entry its XML makes no list
    assert row["service_request_id"] == city["number"]
    assert client.get_service_request(city["number"]) == row
    span = {
        "start_date": "2020-01-01T00:00:00Z",
        "end_date": f"{timezone.localdate() + timedelta(days=1)}T00:00:00Z",
    }
    again = client.get_service_requests(service_request_id=f"{city['number']},0", **span)
    assert (again if form == "json" else [again])[0] == row
    # An empty element is `None` to it, and so one cannot ask for what is in it.
    assert form == "xml" or client.get_service_requests(status="open") == []


def test_georeport_learns_what_was_wrong(city):
    for client in (GeoReport(city["url"]), GeoReport(city["url"], jurisdiction="nowhere.example")):
        with pytest.raises(requests.HTTPError):
            client.get_service_list()


def test_three_reads(city, three):
    assert three.discovery()["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    assert {each["service_code"] for each in three.services()} >= {"0101", "0401"}
    assert three.services("0101")["attributes"]
    (row,) = three.requests("0302")
    assert row["service_request_id"] == city["number"]
    assert three.request(city["number"])[0] == row
    ago = (timezone.localdate() - timedelta(days=200)).strftime("%m-%d-%Y")
    tomorrow = (timezone.localdate() + timedelta(days=1)).strftime("%m-%d-%Y")
    assert three.requests(between=[ago, tomorrow], status="closed", count=5) == [row]


def test_three_posts(city, three):
    sent = three.post(
        "0401",
        description="路面有坑",
        lat=LAT + 0.003,
        long=LNG + 0.003,
        name="Lin Xiaoyu",
        phone="19900012345",
        media=io.BytesIO(jpeg()),
    )
    number = sent[0]["service_request_id"]
    assert three.request(number, api_key=city["key"])[0]["status"] == "open"
    assert three.request(number)[0]["code"] == 404
    token = three.post("0401", description="又一个坑", address="云栖里东门")
    assert token[0]["service_request_id"] != number
    refused = three.post("0401", description="又一个坑", address="云栖里东门", api_key="nxo_forged")
    assert refused[0]["code"] == 403


def test_three_looks_a_token_up(city, three):
    three.session.headers["Prefer"] = "respond-async"
    token = three.post("0401", description="第三个坑", lat=LAT + 0.004, long=LNG + 0.003)[0]["token"]
    found = three.token(token, api_key=city["key"])
    assert found[0]["service_request_id"].isdigit()


def test_gdal_reads_places(city):
    """All of them, page by page, and by its own filters; texts and lists come as such."""
    source = f"OAPIF:{city['root']}/ogc"
    assert pyogrio.list_layers(source)[:, 0].tolist() == ["places"]
    about = pyogrio.read_info(source, layer="places")
    assert about["geometry_type"] == "Point"
    assert about["features"] == 3
    columns, points = read(source, PAGE_SIZE=1)
    assert columns["name"] == ["地方0", "地方1", "地方2"]
    assert sorted(columns["facilities"][0]) == ["seats", "toilet"]
    assert columns["standing"] == ["open"] * 3
    assert (points[0].x, points[0].y) == pytest.approx((LNG, LAT))
    half = 0.0005
    assert read(source, bbox=(LNG - half, LAT - half, LNG + half, LAT + half))[0]["name"] == ["地方0"]
    assert read(source, where="type = 'canteen'")[0]["name"] == ["地方2"]


def test_gdal_reads_tiles(city, tmp_path):
    """Where each place is drawn by itself, and where three are drawn together."""
    for zoom, drawn in ((15, ["place"]), (10, ["cluster"])):
        tile = tile_of(LNG + 0.0001, LAT + 0.0001, zoom)
        answer = requests.get(f"{city['root']}/places/tiles/{zoom}/{tile.x}/{tile.y}.mvt", timeout=20)
        assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
        file = tmp_path / f"{zoom}.mvt"
        file.write_bytes(answer.content)
        columns, points = read(f"MVT:{file}", X=tile.x, Y=tile.y, Z=zoom)
        assert set(columns["kind"]) == set(drawn)
        (first,) = points[:1]
        lng, lat = math.degrees(first.x / RADIUS), math.degrees(math.atan(math.sinh(first.y / RADIUS)))
        assert (lng, lat) == pytest.approx((LNG, LAT) if zoom == 15 else (LNG + 0.001, LAT), abs=2e-4)


def read(source, **how):
    """GDAL in this process: the columns by name, and the points."""
    about, _ids, points, columns = pyogrio.raw.read(source, layer="places", **how)
    named = {name: column.tolist() for name, column in zip(about["fields"], columns, strict=True)}
    return named, shapely.from_wkb(points)
