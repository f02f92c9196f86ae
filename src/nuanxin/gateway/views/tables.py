"""Pages of a list."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from nuanxin.kernel.access.http import ActorRequest

PAGE_SIZE = 50


def page_of(request: ActorRequest, rows: QuerySet[Any], here: str, form: Any) -> dict[str, Any]:
    """One page of the rows and the ways on from here, with what the form narrows."""
    form.is_valid()
    given = {name: value for name, value in form.cleaned_data.items() if value}
    number = _number(request)
    found = list(rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE + 1])

    def url(page: int) -> str:
        return f"{here}?{urlencode({**given, 'page': page})}"

    return {
        "form": form,
        "rows": found[:PAGE_SIZE],
        "previous": url(number - 1) if number > 1 else "",
        "next": url(number + 1) if len(found) > PAGE_SIZE else "",
        "searching": bool(given),
        "clear": here,
        "given": urlencode(given),
    }


def _number(request: ActorRequest) -> int:
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 5 and int(text) else 1
