"""The platform of the city on the other side: cases handed over to it, in every state in which an order can be.

It is played here, in this process; nothing is sent. The words of both sides are data (reference/handovers.csv).
"""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Max

from nuanxin.cases.enums import CaseState
from nuanxin.cases.models import Case, Category
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.demo.acting import Stage
from nuanxin.demo.connections import ADMINISTRATOR, HEARD_IN
from nuanxin.demo.names import CITY, DISTRICT, REFERENCE
from nuanxin.demo.planned import Seat
from nuanxin.gateway.enums import CodeKind, IncomingWay, TheirState
from nuanxin.gateway.exchange.mapping import Change
from nuanxin.gateway.exchange.transport import Address, Refused, Told, transport
from nuanxin.gateway.models import ExchangeLink, ExchangeOrder
from nuanxin.gateway.queries.exchange import may_go
from nuanxin.gateway.services import deciding
from nuanxin.gateway.services.exchanging import hand_over, send_exchange
from nuanxin.gateway.services.linking import save_link
from nuanxin.gateway.services.reconciling import reconcile
from nuanxin.gateway.services.taking import take_change
from nuanxin.kernel.access import Actor
from nuanxin.kernel.access.scope import padded
from nuanxin.kernel.channels.outside import Answer
from nuanxin.kernel.errors import DomainError, NotFound

SECOND = timedelta(seconds=1)
QUIET = timedelta(minutes=3)  # since when nothing has happened to a case that is handed over
STATES = {"received": "10", "handling": "20", "closed": "30", "returned": "40"}
SAID = {
    "taken": TheirState.CLOSED,
    "answered": TheirState.CLOSED,
    "kept": TheirState.CLOSED,
    "refused": TheirState.RETURNED,
    "handling": TheirState.HANDLING,
    "withdrawn": TheirState.HANDLING,
}


class Platform:
    """A transport that answers by itself: `mood` says how."""

    def __init__(self) -> None:
        self.mood = ""
        self.numbers = 0
        self.listed: list[dict[str, Any]] = []

    def tell(self, address: Address, *, key: str, body: bytes, now: datetime) -> Told:
        match self.mood:
            case "failed":
                raise Refused(Answer(422, b"", {}, 60))
            case "queued":
                raise Refused(Answer(503, b"", {"retry-after": "3600"}, 900))
            case "recorded":
                return Told(recorded=True)
        known = orjson.loads(body).get(address.codes.fields["their_number"], "")
        self.numbers += not known
        return Told(known or f"YC{now:%m%d}{self.numbers:04d}", answer=Answer(200, b"", {}, 80))

    def changes(self, address: Address, *, cursor: str, now: datetime) -> tuple[list[Any], str]:
        return [], cursor

    def orders(self, address: Address, *, since: datetime, now: datetime) -> list[Any]:
        return self.listed


def exchange_some(stage: Stage, *, start: datetime, now: datetime) -> int:
    """A platform for the district and a dozen orders; returns how many. The comparison of the day is the last thing."""
    if transport() is None:
        return 0
    playing = _Playing(stage, _set_up(stage.settled.actor(ADMINISTRATOR), now=start), now)
    done = playing.run()
    playing.compare()
    return done


def _set_up(actor: Actor, *, now: datetime) -> ExchangeLink:
    """Kinds without a code in the national standard have one of the platform's own."""
    unnamed = Category.objects.filter(gbt30428="").order_by("pk").values_list("pk", flat=True)
    codes: dict[str, str] = {
        CodeKind.STATE: "\n".join(f"{ours}={theirs}" for ours, theirs in STATES.items()),
        CodeKind.CATEGORY: "\n".join(f"{code}=YC-{code}" for code in unnamed),
    }
    link, _secrets = save_link(
        actor=actor,
        link=None,
        name=f"{CITY[1]}城市管理平台",
        url="",
        scope_code=padded(DISTRICT[0]),
        is_active=True,
        pulls=False,
        codes=codes,
        now=now,
    )
    return link


class _Playing:
    def __init__(self, stage: Stage, link: ExchangeLink, now: datetime) -> None:
        self.stage = stage
        self.link = link
        self.now = now
        self.platform = Platform()
        self.said = 0

    def run(self) -> int:
        """One case for each line; a case that the rules keep here is passed over."""
        waiting, done = _quiet_cases(self.now), 0
        for line in _lines():
            for case in [each for each in waiting if _suits(each, line["fate"])]:
                waiting.remove(case)
                try:
                    with transaction.atomic():
                        self._play(case, line)
                except DomainError:
                    continue
                done += 1
                break
        return done

    def _play(self, case: Case, line: dict[str, str]) -> None:
        """All of it in the time since something last happened to the case, so that its log stays in order."""
        since: datetime = case.touched  # type: ignore[attr-defined]  # annotated
        asked, told, heard, decided, told_again = (
            since + share * (self.now - since) for share in (0.1, 0.15, 0.5, 0.75, 0.8)
        )
        fate, street = line["fate"], self._street(case)
        order = hand_over(actor=street, case=case, words=line["words"], now=asked)
        self._tell(fate, at=self.now - SECOND if fate == "queued" else told)
        if fate in SAID:
            self._hear(order, SAID[fate], line["answer"], at=heard)
        order = ExchangeOrder.objects.select_related("case", "link").get(pk=order.pk)
        if fate == "taken":
            deciding.take_their_result(actor=street, order=order, words=line["answer"], now=decided)
        elif fate == "kept":
            deciding.keep_handling(actor=street, order=order, words=line["reply"], now=decided)
            self._tell(fate, at=told_again)
        elif fate == "withdrawn":
            deciding.take_back(actor=street, order=order, words=line["reply"], now=decided)
            self._tell(fate, at=told_again)

    def compare(self) -> None:
        """They miss one of ours, know of one that we never sent, and all else agrees."""
        rows = ExchangeOrder.objects.filter(link=self.link, ended_at=None).exclude(their_state="")
        known = list(rows.select_related("case").order_by("pk"))
        handled = [order for order in known if order.their_state == TheirState.HANDLING]
        listed = [self._row(order) for order in known if order not in handled[:1]]
        never = (
            Case.objects.filter(state=CaseState.CLOSED)
            .exclude(pk__in=ExchangeOrder.objects.values("case"))
            .order_by("-number")
            .values_list("number", flat=True)
        )
        listed += [
            {"caseNo": number, "orderNo": "YC00009001", "status": STATES["handling"]} for number in never[:1]
        ]
        self.platform.listed = listed
        reconcile(link=self.link, now=self.now, way=self.platform)

    def _row(self, order: ExchangeOrder) -> dict[str, Any]:
        at = (order.their_at or order.asked_at).isoformat()
        told = {"caseNo": order.case.number, "orderNo": order.their_number, "updatedAt": at}
        return told | {"status": STATES[order.their_state]}

    def _tell(self, fate: str, *, at: datetime) -> None:
        self.platform.mood = fate
        send_exchange(now=at, way=self.platform)

    def _hear(self, order: ExchangeOrder, state: str, words: str, *, at: datetime) -> None:
        self.said += 1
        change = Change(f"demo-{self.said}", order.case.number, "", state, words, at)
        take_change(link=self.link, change=change, way=IncomingWay.PUSH, now=at + SECOND)

    def _street(self, case: Case) -> Actor:
        """Who dispatches where it lies. Raises `NotFound` where nobody does."""
        office = f"jd{case.scope_code[6:9]}"
        keys = self.stage.people.holding("dispatcher", organisation=office)
        if not keys:
            raise NotFound
        return self.stage.settled.actor(Seat(keys[0], "dispatcher", office))


def _quiet_cases(now: datetime) -> list[Case]:
    """Open ones that may go, those of the first street before the others, those that have waited longest first."""
    rows = Case.objects.filter(closed_at=None).annotate(touched=Max("logs__at"))
    found = [
        case
        for case in rows.filter(touched__lte=now - QUIET).order_by("touched", "pk")
        if may_go(case) and not kind_of(case.category_id).handoff
    ]
    return sorted(found, key=lambda case: not _is_first_street(case))


def _suits(case: Case, fate: str) -> bool:
    """Their result is taken where nobody has been sent yet; what waits in the first street is left to the visitor."""
    return fate != "taken" or (case.state == CaseState.FILED and not _is_first_street(case))


def _is_first_street(case: Case) -> bool:
    return case.scope_code.startswith(HEARD_IN)


def _lines() -> list[dict[str, str]]:
    with (REFERENCE / "handovers.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
