"""Taking one's data along, and leaving."""

import json
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_POST

import nuanxin.people
from nuanxin.kernel.access.http import signed_in
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.privacy.register import Subject, registered, told_before_erasing
from nuanxin.kernel.typesetting import typeset
from nuanxin.people import services
from nuanxin.people.queries.own_copy import own_copy

TEMPLATE = Path(nuanxin.people.__file__).parent / "templates" / "people" / "print" / "own_data.typ"


@signed_in
@require_POST
@limited("exports")
def export(request: Any) -> HttpResponse:
    """As JSON for a program, as PDF to keep, or as a page to read and print."""
    data = services.export_me(person=request.person, now=request.now)
    day = localtime(request.now).strftime("%Y%m%d")
    if request.POST.get("format") == "pdf":
        return _file(
            typeset(TEMPLATE, own_copy(data), now=request.now), "application/pdf", f"nuanxin-{day}.pdf"
        )
    if request.POST.get("format") == "page":
        return render(request, "people/export.html", {"copy": own_copy(data)})
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    return _file(text.encode(), "application/json", f"nuanxin-{day}.json")


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def erase(request: Any) -> HttpResponse:
    """GET says what goes and what stays; POST does it."""
    if request.method != "POST":
        return render(request, "people/erase.html", _what_stays(request))
    if request.POST.get("sure") != "yes":
        return render(request, "people/erase.html", {**_what_stays(request), "unsure": True}, status=422)
    report = services.erase_me(person=request.person, now=request.now)
    services.end_session(request=request, now=request.now)
    return render(request, "people/erased.html", {"report": report})


def _what_stays(request: Any) -> dict[str, Any]:
    about = Subject(request.person.pk, request.person.subject.pk)
    return {"tables": registered(), "stays": told_before_erasing(about)}
