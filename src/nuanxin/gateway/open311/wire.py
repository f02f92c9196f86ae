"""The same answer in JSON and in XML, as the examples of GeoReport v2 have them.

An answer is a plain structure: a list of dictionaries, or one dictionary. XML needs two names more than JSON: of the
root and of each entry; what is missing is `null` in JSON and an empty element in XML.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import orjson

JSON, XML = "json", "xml"
CONTENT_TYPES = {JSON: "application/json; charset=utf-8", XML: "text/xml; charset=utf-8"}
# The only characters that XML 1.0 knows.
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ENTRIES = {
    "endpoints": "endpoint",
    "formats": "format",
    "attributes": "attribute",
    "values": "value",
    "jurisdictions": "jurisdiction",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """`entry` is the name of each element of a list."""

    root: str
    content: Sequence[Mapping[str, Any]] | Mapping[str, Any]
    entry: str = ""
    status: int = 200


def written(answer: Answer, form: str) -> bytes:
    if form == JSON:
        return orjson.dumps(answer.content, default=str)
    root = ET.Element(answer.root)
    if isinstance(answer.content, Mapping):
        _fill(root, answer.content)
    else:
        for each in answer.content:
            _fill(ET.SubElement(root, answer.entry), each)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode").encode()


def errors(status: int, description: str) -> Answer:
    return Answer("errors", [{"code": status, "description": description}], "error", status)


def _fill(element: ET.Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            child = ET.SubElement(element, name)
            if isinstance(inner, list):
                for each in inner:
                    _fill(ET.SubElement(child, ENTRIES[name]), each)
            else:
                _fill(child, inner)
    else:
        element.text = _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return NOT_IN_XML.sub("", str(value))
