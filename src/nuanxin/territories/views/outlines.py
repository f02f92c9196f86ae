"""Loading outlines in the browser, for those without a command line."""

import json
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.geo.coordinates import Crs
from nuanxin.territories import services
from nuanxin.territories.forms import OutlinesForm


@require_http_methods(["GET", "HEAD", "POST"])
@requires("territories.edit")
@limited("uploads", posts_only=True)
def load_outlines(request: ActorRequest) -> HttpResponse:
    form = OutlinesForm(request.POST or None, request.FILES or None)
    report = None
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        report = services.load_boundaries(
            source=_content(upload),
            origin=form.cleaned_data["origin"] or upload.name[:80],
            level=form.cleaned_data["level"],
            crs=Crs(form.cleaned_data["crs"]),
            actor=request.actor,
            now=request.now,
        )
    return render(request, "territories/outlines.html", {"form": form, "report": report})


def _content(upload: UploadedFile) -> Any:
    try:
        return json.loads(upload.read().decode("utf-8-sig"))
    except ValueError as error:
        raise services.NotGeoJson from error
