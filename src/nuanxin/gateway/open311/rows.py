"""A case as other systems may know it, and how the standard writes it down."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from nuanxin.cases.queries.catalogue import Kind
from nuanxin.kernel.worktime import SHANGHAI


@dataclass(frozen=True, slots=True)
class RequestRow:
    """`kind` is none where not even that may be said. `picture` is the path of a released picture."""

    number: str
    status: str
    requested_at: datetime
    updated_at: datetime
    kind: Kind | None
    notes: str = ""
    description: str = ""
    agency: str = ""
    address: str = ""
    address_id: str = ""
    lng: float | None = None
    lat: float | None = None
    picture: str = ""


@dataclass(frozen=True, slots=True)
class UpdateRow:
    update_id: str
    number: str
    status: str
    updated_at: datetime
    text: str


def request_entry(row: RequestRow) -> dict[str, Any]:
    return {
        "service_request_id": row.number,
        "status": row.status,
        "status_notes": row.notes or None,
        "service_name": row.kind.name if row.kind else None,
        "service_code": row.kind.code if row.kind else None,
        "description": row.description or None,
        "agency_responsible": row.agency or None,
        "service_notice": None,
        "requested_datetime": written_time(row.requested_at),
        "updated_datetime": written_time(row.updated_at),
        "expected_datetime": None,
        "address": row.address or None,
        "address_id": row.address_id or None,
        "zipcode": None,
        "lat": row.lat,
        "long": row.lng,
        "media_url": settings.BASE_URL.rstrip("/") + row.picture if row.picture else None,
    }


def update_entry(row: UpdateRow) -> dict[str, Any]:
    return {
        "update_id": row.update_id,
        "service_request_id": row.number,
        "status": row.status.upper(),
        "updated_datetime": written_time(row.updated_at),
        "description": row.text or None,
        "media_url": None,
    }


def written_time(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def step_words(step: int) -> str:
    """Where an open case is, in the steps that its reporter sees; which unit has it is between the offices."""
    return {2: _("正在核实"), 3: _("已派单"), 4: _("正在处理"), 5: _("正在核查")}.get(step, _("已收到"))


def discovery(areas: list[tuple[str, str]], *, contact: str, changeset: str) -> dict[str, Any]:
    """`areas` are identifier and name of the jurisdictions; with one of them or none clients need not say which."""
    url = settings.BASE_URL.rstrip("/") + reverse("gateway:open311_root")
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": url.rstrip("/"),
        "changeset": changeset,
        "type": "test" if settings.DEMO else "production",
        "formats": ["text/xml", "application/json"],
    }
    return {
        "changeset": changeset,
        "contact": contact,
        "key_service": _("写入用的密钥由系统管理员发放。"),
        "endpoints": [endpoint],
        "jurisdictions": [{"jurisdiction_id": identifier, "name": name} for identifier, name in areas],
    }
