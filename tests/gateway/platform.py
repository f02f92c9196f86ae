"""A platform of a city, for real and small: it takes orders under numbers of its own, lists them, tells of changes."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from standardwebhooks import Webhook

from tests.gateway.consumer import Consumer


@dataclass
class Platform:
    """It calls things its own way: `ZT` for the state, `AJBH` for our number, `30` for closed."""

    server: Consumer
    secret: str
    orders: dict[str, dict] = field(default_factory=dict)
    heard: list[dict] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server.pages = {"/api/orders": self._orders, "/api/changes": self._changes}
        self.news: list[dict] = []

    def _orders(self, request):
        got = self.server.got[-1]
        if got.method == "GET":
            self._check_question(got)
            return {"orders": list(self.orders.values())}
        told = Webhook(self.secret).verify(got.body, got.headers)
        known = [each["messageId"] for each in self.heard]
        if told["messageId"] not in known:
            self.heard.append(told)
        if told["action"] == "create":
            self.orders.setdefault(
                told["AJBH"], {"AJBH": told["AJBH"], "GDBH": f"GD{len(self.orders) + 1:04d}", "ZT": "10"}
            )
        return {"GDBH": self.orders[told["AJBH"]]["GDBH"]}

    def _check_question(self, got) -> None:
        """A question has no body: its path is what is signed."""
        at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
        assert (
            Webhook(self.secret).sign(got.headers["webhook-id"], at, got.path)
            == got.headers["webhook-signature"]
        )

    def _changes(self, request):
        self._check_question(self.server.got[-1])
        news, self.news = self.news, []
        return {"changes": news, "cursor": "after"}


def change(number: str, state: str, *, event: str = "", at: datetime | None = None, words: str = "") -> dict:
    at = at or datetime.now(UTC)
    return {
        "eventId": event or uuid4().hex,
        "AJBH": number,
        "ZT": state,
        "updatedAt": at.isoformat(),
        "description": words,
    }


def signed_headers(
    secret: str, body: bytes, *, message_id: str = "", at: datetime | None = None
) -> dict[str, str]:
    """As the published library signs it."""
    at = at or datetime.now(UTC)
    message_id = message_id or f"msg_{uuid4().hex}"
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, body.decode()),
    }


def as_bytes(content: dict) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
