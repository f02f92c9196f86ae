"""CSV and GeoJSON as rows of cells, so that a list may come as whatever the other system writes."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Invalid

WORKBOOK = b"PK"
LEAST_ROWS = 2  # headings and something below them
ENCODINGS = ("utf-8-sig", "gb18030")  # what spreadsheets in China write


class UnreadableSheet(Invalid):
    default_message = _("这个文件读不了。")
    default_hint = _("请下载模板，填好后另存为 .xlsx 再上传；也可以是 CSV（UTF-8）或 GeoJSON。")


def is_workbook(content: bytes) -> bool:
    return content.startswith(WORKBOOK)


def grid_of(content: bytes, headings: Mapping[str, str]) -> list[list[Any]]:
    """The cells of a CSV, or of a GeoJSON's features; `headings` by key, for properties that are named by key.

    Raises `UnreadableSheet`.
    """
    text = _decoded(content)
    if text.lstrip().startswith("{"):
        return _features(text, headings)
    try:
        rows = [list(row) for row in csv.reader(io.StringIO(text), strict=True)]
    except csv.Error as error:
        raise UnreadableSheet from error
    if len(rows) < LEAST_ROWS:
        raise UnreadableSheet
    return rows


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableSheet


def _features(text: str, headings: Mapping[str, str]) -> list[list[Any]]:
    """One row for each point; `lng` and `lat` are the columns of its coordinates."""
    try:
        features = json.loads(text)["features"]
        rows = [_properties(each) for each in features]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise UnreadableSheet(
            _("这不是一个点的 GeoJSON。"), hint=_("要是 FeatureCollection，每个 feature 是一个 Point。")
        ) from error
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return [[headings.get(key, key) for key in keys], *([row.get(key) for key in keys] for row in rows)]


def _properties(feature: Mapping[str, Any]) -> dict[str, Any]:
    geometry = feature["geometry"]
    if geometry["type"] != "Point":
        raise ValueError(geometry["type"])
    lng, lat, *_height = geometry["coordinates"]
    told = {str(key): _plain(value) for key, value in dict(feature.get("properties") or {}).items()}
    if "id" in feature:
        told.setdefault("external_id", str(feature["id"]))
    return {**told, "lng": float(lng), "lat": float(lat)}


def _plain(value: Any) -> Any:
    """A list as text of its own; anything deeper is no cell."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(str(each) for each in value)
    return value if isinstance(value, str | int | float | bool) else ""
