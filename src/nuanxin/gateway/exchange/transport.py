"""How a platform is reached: by HTTP, or not at all, and then what would be sent is kept (the recorder)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote
from uuid import uuid4

import orjson
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from nuanxin.gateway.exchange.mapping import Codes
from nuanxin.kernel.channels.outside import AddressRefused, Answer, NotReached, request, target_of
from nuanxin.kernel.channels.signing import signed

MOST_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Address:
    """Where the platform is, what signs what goes there, and how it calls things."""

    url: str
    secret: str
    codes: Codes


@dataclass(frozen=True, slots=True)
class Told:
    """They have it, under their own number; `recorded`: nobody was told, it was only written down."""

    their_number: str = ""
    recorded: bool = False
    answer: Answer | None = None


class Refused(RuntimeError):
    """They answered, and not with a yes."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(f"http {answer.status}")


class Transport(Protocol):
    """Each raises `NotReached`, `Refused`."""

    def tell(self, address: Address, *, key: str, body: bytes, now: datetime) -> Told: ...

    def changes(self, address: Address, *, cursor: str, now: datetime) -> tuple[list[Any], str]: ...

    def orders(self, address: Address, *, since: datetime, now: datetime) -> list[Any]: ...


class Http:
    """`POST …/orders`, `GET …/changes?since=…`, `GET …/orders?since=…`; all signed (`docs/exchange.md`)."""

    def tell(self, address: Address, *, key: str, body: bytes, now: datetime) -> Told:
        answer = _ask(address, "orders", method="POST", key=key, body=body, now=now)
        theirs = address.codes.read(_content(answer), "their_number")
        number = str(theirs).strip() if isinstance(theirs, str | int) else ""
        return Told(number[:80], answer=answer)

    def changes(self, address: Address, *, cursor: str, now: datetime) -> tuple[list[Any], str]:
        path = f"changes?since={quote(cursor, safe='')}"
        content = _content(_ask(address, path, method="GET", key=_fresh(), body=b"", now=now))
        following = address.codes.read(content, "cursor")
        known = isinstance(following, str | int) and len(str(following)) <= 80
        return _rows(address, content, "changes"), str(following) if known else cursor

    def orders(self, address: Address, *, since: datetime, now: datetime) -> list[Any]:
        path = f"orders?since={quote(since.isoformat(timespec='seconds'), safe='')}"
        content = _content(_ask(address, path, method="GET", key=_fresh(), body=b"", now=now))
        return _rows(address, content, "orders")


class Recorder:
    """Nothing leaves; there is nothing to hear either."""

    def tell(self, address: Address, *, key: str, body: bytes, now: datetime) -> Told:
        return Told(recorded=True)

    def changes(self, address: Address, *, cursor: str, now: datetime) -> tuple[list[Any], str]:
        return [], cursor

    def orders(self, address: Address, *, since: datetime, now: datetime) -> list[Any]:
        raise NotReached("recorder")


PROVIDERS: Mapping[str, Callable[[], Transport]] = {"http": Http, "recorder": Recorder}


def transport() -> Transport | None:
    """As `NUANXIN_EXCHANGE_PROVIDER` says; `None` where no platform is to be reached."""
    name = settings.NUANXIN_EXCHANGE_PROVIDER
    if name == "none":
        return None
    if name not in PROVIDERS:
        raise ImproperlyConfigured("NUANXIN_EXCHANGE_PROVIDER is one of http, recorder, none")
    return PROVIDERS[name]()


def _ask(address: Address, path: str, *, method: str, key: str, body: bytes, now: datetime) -> Answer:
    """A GET signs its path instead of a body, so that a signature for one question answers no other."""
    try:
        target = target_of(f"{address.url.rstrip('/')}/{path}")
    except AddressRefused:
        raise NotReached("address") from None
    said = body or target.path.encode()
    headers = signed([address.secret], message_id=key, at=now, body=said)
    headers["Content-Type"] = "application/json; charset=utf-8"
    answer = request(target, method=method, body=body, headers=headers)
    if not answer.is_ok:
        raise Refused(answer)
    return answer


def _content(answer: Answer) -> Mapping[str, Any]:
    try:
        content = orjson.loads(answer.body or b"{}")
    except orjson.JSONDecodeError:
        raise NotReached("not understood") from None
    if not isinstance(content, dict):
        raise NotReached("not understood")
    return content


def _rows(address: Address, content: Mapping[str, Any], name: str) -> list[Any]:
    rows = address.codes.read(content, name)
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        raise NotReached("not understood")
    return rows


def _fresh() -> str:
    return f"ask_{uuid4().hex}"
