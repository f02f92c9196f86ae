"""Another system on the other side of Open311: keys, published rows, requests, and an independent look at the XML."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import xmltodict
from django.test import Client
from django.utils import timezone

from nuanxin.cases import services as cases
from nuanxin.cases.enums import CaseState, Outcome, PublicationState
from nuanxin.cases.models import Case, PublicArea, Publication, Reporter
from nuanxin.cases.queries.publishing import PUBLISHING
from nuanxin.cases.services import Draft
from nuanxin.gateway.services.keys import create_key, open_jurisdiction
from tests.factories.town import DISTRICT, LAT, LNG, STREET, Town

ROOT = "/open311/v2/"
HERE = {"lat": str(LAT + 0.002), "long": str(LNG + 0.002)}
POTHOLE = {"service_code": "0401", "description": "路面一个大坑，骑车差点摔倒", **HERE}


class Caller:
    """Asks in one form; answers as plain structures, whichever form it was."""

    def __init__(self, form: str = "json", **headers: str) -> None:
        self.form, self.client = form, Client(headers=headers)
        self.status, self.answer = 0, None

    def get(self, path: str, **query: Any) -> Any:
        return self._read(self.client.get(f"{ROOT}{path}.{self.form}", query))

    def post(self, path: str, **body: Any) -> Any:
        return self._read(self.client.post(f"{ROOT}{path}.{self.form}", body))

    def _read(self, response: Any) -> Any:
        self.status, self.answer = response.status_code, response
        if self.form == "json":
            return response.json()
        (root,) = xmltodict.parse(response.content).values()
        if not isinstance(root, dict):
            return []
        (found,) = root.values() if len(root) == 1 else (root,)
        return found if isinstance(found, list) or len(root) > 1 else [found]


def key_of(town: Town, *, scope: str = DISTRICT, report: bool = True, update: bool = False, **given: Any):
    return create_key(
        actor=town["system_admin"],
        name=given.get("name", "市民随手报"),
        scope_code=scope,
        may_report=report,
        may_update=update,
        days=given.get("days", 90),
        now=given.get("now") or timezone.now() - timedelta(minutes=5),
    )


def jurisdiction(town: Town, identifier: str, scope: str = STREET) -> None:
    open_jurisdiction(
        actor=town["system_admin"],
        identifier=identifier,
        name=identifier.split(".", maxsplit=1)[0],
        scope_code=scope,
        now=timezone.now(),
    )


def published(town: Town, text: str = "井盖翻了", *, key: str = "public-1", **changes: Any) -> Case:
    """A solved case that everybody may know of, as the office has put it; its reporter is known to nobody any more."""
    draft = Draft(category=changes.pop("category", "0302"), text=text, lng=LNG + 0.0021, lat=LAT + 0.0023)
    case = cases.report_case(actor=town["worker"], draft=draft, key=key, now=town.now).case
    Case.objects.filter(pk=case.pk).update(
        state=CaseState.CLOSED, outcome=Outcome.SOLVED, closed_at=timezone.now(), **changes
    )
    Reporter.objects.filter(case=case).update(subject_id=None)
    day = timezone.localdate()
    Publication.objects.create(
        case=case,
        scope_code=case.scope_code,
        state=PublicationState.PUBLISHED,
        agreed_at=town.now,
        agreed_version=1,
        agreed_hash="x",
        category_id=case.category_id,
        title="井盖装好了",
        wrong="井盖移位",
        done="当天换了新的井盖",
        unit="云川水务",
        reported_on=day - timedelta(days=1),
        solved_on=day,
        published_on=day,
        changed_at=timezone.now(),
        lng=105.0,
        lat=30.0,
    )
    PublicArea.objects.get_or_create(code=DISTRICT, defaults={"is_on": True})
    PUBLISHING.changed()
    case.refresh_from_db()
    return case


def forged() -> list[str]:
    return ["0" * 19, "9" * 19, "9901012026112299999", "x", "1" * 80, str(uuid4()), "' OR 1=1--", "١" * 19]
