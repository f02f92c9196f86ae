"""Two published clients of Open311 against the running server; what they break on themselves is in docs/open311.md."""

import io
import itertools
import json
import subprocess
import sys
import warnings
from datetime import timedelta

import pytest
import requests
from django.utils import timezone
from georeport import GeoReport

from tests.architecture.source import ROOT
from tests.factories.fixtures import jpeg
from tests.factories.town import LAT, LNG
from tests.servers import serving

HERE = "fenglin.example"


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """A server with a town in its database: its address, a key, and the number of what is public."""
    home = tmp_path_factory.mktemp("open311")
    with serving(home) as server:
        done = subprocess.run(
            [sys.executable, "-m", "tests.gateway.open311_town"],
            env=server.environment,
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        yield {"url": f"{server.url}/open311/v2", **json.loads(done.stdout.splitlines()[-1])}


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
