"""The API's edge: bearer tokens, one permission for each operation, errors as JSON."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Annotated, Any, TypeVar

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Schema
from ninja.security import HttpBearer
from pydantic import AfterValidator, AwareDatetime, Field

from nuanxin.kernel.access.http import ActorRequest
from nuanxin.kernel.access.limits import caller_of, spend
from nuanxin.kernel.access.policy import permits
from nuanxin.kernel.words import seen

Moment = TypeVar("Moment", date, datetime)


class Problem(Schema):
    """What went wrong, and what to do next."""

    code: str
    message: str
    hint: str = ""
    fields: dict[str, str] = {}


# The answers that any operation may give besides its own.
PROBLEMS: dict[Any, Any] = {
    400: Problem,
    401: Problem,
    403: Problem,
    404: Problem,
    409: Problem,
    422: Problem,
    429: Problem,
}


def _plain(text: str) -> str:
    """No NUL (PostgreSQL refuses it, SQLite stores it), no lone surrogates (neither can be encoded), nothing unseen."""
    if "\x00" in text:
        raise ValueError("NUL is not text")
    text.encode("utf-8")
    return seen(text)


def _in_calendar(at: Moment) -> Moment:
    """Outside the years that people mean, another zone or a day more overflows."""
    if not 1900 <= at.year <= 2199:
        raise ValueError("no year that anybody means: 1900 to 2199")
    return at


At = Annotated[AwareDatetime, AfterValidator(_in_calendar)]
On = Annotated[date, AfterValidator(_in_calendar)]
PlainText = Annotated[str, AfterValidator(_plain), Field(max_length=2000)]
ShortText = Annotated[str, AfterValidator(_plain), Field(max_length=200)]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


def as_json(answer: Any) -> HttpResponse:
    """A long answer as it stands: not walked once more to check the shape that the code has just given it.

    The tests hold it against the schema that the operation declares.
    """
    body = orjson.dumps(answer, default=str, option=orjson.OPT_UTC_Z)  # str: a lazy translation
    return HttpResponse(body, content_type="application/json; charset=utf-8")


class TokenAuth(HttpBearer):
    """`Authorization: Bearer …`; the middleware has turned the token into an actor already."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        edge: Any = request
        return edge.actor if edge.api_token is not None and edge.actor.is_authenticated else None


def operation(*permissions: str, limit: str = "api") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the permissions of an API operation, one is enough; else 404. `limit`: by which each call counts."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> Any:
            if limit:
                spend(limit, caller_of(request), now=request.now)
            if not any(permits(request.actor, permission) for permission in permissions):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.permissions = permissions  # type: ignore[attr-defined]
        return guarded

    return decorate
