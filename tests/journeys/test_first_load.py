"""The first load of the report page, without the map: what travels over the line, headers included."""

from __future__ import annotations

import pytest

from scripts.first_load import first_load
from tests.browser import enter

MOST = 80 * 1024

pytestmark = pytest.mark.browser


def test_the_report_page_is_light(open_page, faults):
    faults.expect("bluetooth")
    page = open_page(size="phone")
    enter(page, "wang/worker")
    load = first_load(page, "/report/")
    assert load.bytes <= MOST, "\n".join(f"{size:>7} {url}" for url, size in load.largest)
    assert not [url for url, _size in load.largest if "maplibre" in url]
