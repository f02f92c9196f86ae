"""The landing page, what is conformed to, the collections, and the OpenAPI 3.0 document: all said once, here."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from nuanxin import __version__
from nuanxin.gateway.ogc.features import PROPERTIES
from nuanxin.gateway.ogc.parameters import CRS84, FORMAT, ITEMS, PAGE_FORMAT, Parameter
from nuanxin.territories.queries import Bounds

PLACES = "places"
GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SPEC = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CONFORMS_TO = [f"{SPEC}/core", f"{SPEC}/oas30", f"{SPEC}/geojson"]
WORLD = Bounds(-180.0, -90.0, 180.0, 90.0)
Link = dict[str, str]
Schema = Mapping[str, Any]


def link(href: str, rel: str, kind: str, title: str = "") -> Link:
    said = {"href": href, "rel": rel, "type": kind}
    return {**said, "title": title} if title else said


def landing(root: str, tiles: str) -> dict[str, Any]:
    return {
        "title": _("暖新 · 服务小哥的地方"),
        "description": _(
            "驿站、食堂、友好商户和医院、充电换电：在哪里，有什么，现在开着没有。都是公开的数据。"
        ),
        "links": [
            link(f"{root}?f=json", "self", "application/json", _("本页")),
            link(f"{root}?f=html", "alternate", "text/html", _("给人看的本页")),
            link(f"{root}api", "service-desc", OPENAPI, _("接口说明（OpenAPI 3.0）")),
            link(f"{root}conformance", "conformance", "application/json", _("符合的标准")),
            link(f"{root}collections", "data", "application/json", _("数据集")),
            link(tiles, "tiles", "application/json", _("矢量瓦片（TileJSON）")),
        ],
    }


def conformance() -> dict[str, Any]:
    return {"conformsTo": CONFORMS_TO}


def collections(root: str, box: Bounds | None) -> dict[str, Any]:
    here = f"{root}collections"
    links = [link(here, "self", "application/json")]
    return {"links": links, "collections": [collection(root, box)]}


def collection(root: str, box: Bounds | None) -> dict[str, Any]:
    here = f"{root}collections/{PLACES}"
    return {
        "id": PLACES,
        "title": _("服务小哥的地方"),
        "description": _("对外开放和暂停服务的点位；坐标 WGS-84，时间带时区。"),
        "extent": {
            "spatial": {"bbox": [list(box or WORLD)], "crs": CRS84},
            "temporal": {"interval": [[None, None]]},
        },
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            link(f"{here}?f=json", "self", "application/json", _("本页")),
            link(f"{here}?f=html", "alternate", "text/html", _("给人看的本页")),
            link(f"{here}/items", "items", GEOJSON, _("点位")),
        ],
    }


def fields() -> list[tuple[str, str, str]]:
    """Name, kind and meaning of each property, for the page that people read."""
    return [(name, str(schema["type"]), about) for name, (about, schema, _read) in PROPERTIES.items()]


# --- OpenAPI 3.0 -----------------------------------------------------------------------------------------------------
TEXT: Schema = {"type": "string"}
REFUSED = {"400": "What was wrong, and what to write instead", "404": "No such thing", "405": "Only to be read",
           "429": "Too often; Retry-After says how long to wait"}  # fmt: skip


def openapi(root: str) -> dict[str, Any]:
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Nuanxin: places that serve workers",
            "version": __version__,
            "description": "OGC API – Features, Part 1: Core. Public data, read only, WGS-84.",
        },
        "servers": [{"url": root.rstrip("/")}],
        "paths": {
            "/": _reading("landing", "Where to begin", "Landing", (PAGE_FORMAT,), page=True),
            "/conformance": _reading("conformance", "What this conforms to", "Conformance", (FORMAT,)),
            "/collections": _reading("collections", "What there is", "Collections", (FORMAT,)),
            f"/collections/{PLACES}": _reading(
                "collection", "The places", "Collection", (PAGE_FORMAT,), page=True
            ),
            f"/collections/{PLACES}/items": _reading(
                "items", "Places, page by page", "FeatureCollection", ITEMS, kind=GEOJSON
            ),
            f"/collections/{PLACES}/items/{{featureId}}": _reading(
                "feature", "One place", "Feature", (FORMAT,), kind=GEOJSON, path=("featureId",)
            ),
        },
        "components": {"schemas": _schemas()},
    }


def _reading(
    name: str,
    about: str,
    schema: str,
    parameters: Sequence[Parameter],
    *,
    kind: str = "application/json",
    page: bool = False,
    path: Sequence[str] = (),
) -> dict[str, Any]:
    """A resource that is read."""
    html = {"text/html": {"schema": TEXT}} if page else {}
    in_path = [
        {"name": each, "in": "path", "required": True, "schema": {"type": "string", "maxLength": 80}} for each in path
    ]  # fmt: skip
    refused = {
        status: {"description": words, "content": {"application/json": {"schema": _of("Exception")}}}
        for status, words in REFUSED.items()
    }
    answer = {"description": about, "content": {kind: {"schema": _of(schema)}, **html}}
    return {
        "get": {
            "operationId": name,
            "summary": about,
            "parameters": [*in_path, *(each.described() for each in parameters)],
            "responses": {"200": answer, **refused},
        }
    }


def _of(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: Sequence[str], **properties: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": properties}


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _schemas() -> dict[str, Schema]:
    links = _list(_of("Link"))
    said = {name: {**schema, "description": about} for name, (about, schema, _read) in PROPERTIES.items()}
    numbers = _list({"type": "number"}, minItems=2, maxItems=2)
    whole: Schema = {"type": "integer", "minimum": 0}
    return {
        "Exception": _object(["code", "description"], code=TEXT, description=TEXT),
        "Link": _object(["href", "rel"], href=TEXT, rel=TEXT, type=TEXT, title=TEXT),
        "Landing": _object(["links"], title=TEXT, description=TEXT, links=links),
        "Conformance": _object(["conformsTo"], conformsTo=_list(TEXT)),
        "Collection": _object(
            ["id", "links"],
            id=TEXT, title=TEXT, description=TEXT, links=links, itemType=TEXT, crs=_list(TEXT),
            extent={"type": "object"},
        ),
        "Collections": _object(["links", "collections"], links=links, collections=_list(_of("Collection"))),
        "Feature": _object(
            ["type", "id", "geometry", "properties"],
            type={"type": "string", "enum": ["Feature"]},
            id={"type": "string", "format": "uuid"},
            geometry=_object(
                ["type", "coordinates"], type={"type": "string", "enum": ["Point"]}, coordinates=numbers
            ),
            properties={"type": "object", "required": sorted(said), "properties": {**said, "page": TEXT}},
            links=links,
        ),
        "FeatureCollection": _object(
            ["type", "features", "links", "timeStamp", "numberReturned"],
            type={"type": "string", "enum": ["FeatureCollection"]},
            features=_list(_of("Feature")),
            links=links,
            timeStamp={"type": "string", "format": "date-time"},
            numberMatched=whole,
            numberReturned=whole,
        ),
    }  # fmt: skip
