"""The answer to a form: 200, 422 where something is wrong in it, 429 with the time to wait where it came too often."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from nuanxin.kernel.errors import DomainError, RateLimited
from nuanxin.ui.middleware import with_headers


def form_answer(
    request: Any, template: str, page: dict[str, Any], *, failed: object, error: DomainError | None
) -> HttpResponse:
    status = error.status if isinstance(error, RateLimited) else 422 if failed else 200
    return with_headers(render(request, template, page, status=status), error)
