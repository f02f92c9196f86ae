"""Our categories as services: which are on offer, what is asked with each, and what is said at once."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from nuanxin.cases.queries.catalogue import MAJORS, Kind, kinds
from nuanxin.gateway.open311.refusals import UnknownService

WHERE, SEEN_AT = "where", "seen_at"


def offered() -> list[Kind]:
    """All that may be reported by another system: never what is confidential."""
    return [kind for kind in kinds().values() if not kind.is_confidential]


def offered_kind(code: str) -> Kind:
    """Raises `UnknownService`, also for what exists and is not on offer."""
    kind = kinds().get(code)
    if kind is None or kind.is_confidential:
        raise UnknownService
    return kind


def service_list() -> list[dict[str, Any]]:
    return [
        {
            "service_code": kind.code,
            "service_name": kind.name,
            "description": _describe(kind),
            "metadata": True,
            "type": "realtime",
            "keywords": ",".join(filter(None, (kind.name_zh, kind.name_en))),
            "group": str(MAJORS[kind.major][0]) if kind.major in MAJORS else "",
        }
        for kind in offered()
    ]


def definition(kind: Kind) -> dict[str, Any]:
    """`variable: false` is said to whoever fills the form in; the others are asked, and none must be answered."""
    said = [("notice", call_first(kind)), ("evidence", _evidence(kind))]
    attributes = [_attribute(code, text, "string", variable=False) for code, text in said if text]
    attributes += [
        _attribute(WHERE, _("具体在哪里（楼栋、路口、参照物）"), "string", variable=True),
        _attribute(SEEN_AT, _("什么时候看到的"), "datetime", variable=True),
    ]
    for order, each in enumerate(attributes, 1):
        each["order"] = order
    return {"service_code": kind.code, "attributes": attributes}


def known_attributes() -> frozenset[str]:
    return frozenset({WHERE, SEEN_AT, "notice", "evidence"})


def call_first(kind: Kind) -> str:
    """What comes before any report of danger to life; empty for the other kinds."""
    if not kind.is_life_safety:
        return ""
    numbers = "、".join(kind.emergency_numbers or ("110", "119", "120"))
    leave = _("请先离开危险的地方，再打电话。") if kind.leave_first else ""
    return _("可能危及生命：请先拨打 %(numbers)s，不要只靠网上上报。") % {"numbers": numbers} + leave


def _describe(kind: Kind) -> str:
    return call_first(kind) or _evidence(kind) or kind.name


def _evidence(kind: Kind) -> str:
    if not kind.takes_photos:
        return _("请不要拍照，用文字写清楚就行。")
    wanted: Iterable[tuple[str, str]] = (
        ("N", _("请附一张近景照片。")),
        ("F", _("请附一张看得出位置的远景照片。")),
        ("V", _("会动的、会响的，请在文字里写清楚。")),
    )
    return "".join(text for code, text in wanted if code in kind.evidence)


def _attribute(code: str, text: str, datatype: str, *, variable: bool) -> dict[str, Any]:
    return {
        "variable": variable,
        "code": code,
        "datatype": datatype,
        "required": False,
        "datatype_description": None,
        "order": 0,
        "description": text,
    }
