"""Taking one's data along, and leaving."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from nuanxin.kernel.access.http import signed_in
from nuanxin.kernel.privacy.register import registered
from nuanxin.people import services


@signed_in
@require_POST
def export(request: Any) -> HttpResponse:
    """As JSON to keep, or as a page to read and print."""
    data = services.export_me(person=request.person, now=request.now)
    if request.POST.get("format") == "page":
        return render(request, "people/export.html", {"data": data})
    response = JsonResponse(
        data, encoder=DjangoJSONEncoder, json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = f'attachment; filename="nuanxin-{request.now:%Y%m%d}.json"'
    return response


@signed_in
def erase(request: Any) -> HttpResponse:
    """GET says what goes and what stays; POST does it."""
    if request.method != "POST":
        return render(request, "people/erase.html", {"tables": registered(), "person": request.person})
    if request.POST.get("sure") != "yes":
        return render(request, "people/erase.html", {"tables": registered(), "unsure": True}, status=422)
    report = services.erase_me(person=request.person, now=request.now)
    services.end_session(request=request, now=request.now)
    return render(request, "people/erased.html", {"report": report})
