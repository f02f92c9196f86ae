"""Pictures on their way to the public page: what waits, and one picture under the brush."""

import base64
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.cases import services
from nuanxin.cases.enums import RedactionState
from nuanxin.cases.forms.pictures import OriginalForm, PictureListForm, ReviewForm
from nuanxin.cases.models import Redaction
from nuanxin.cases.queries import redacting
from nuanxin.cases.queries.lines import queue_lines
from nuanxin.cases.queries.places import place_choices
from nuanxin.cases.views.refusals import tell
from nuanxin.kernel.access import policy
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import csv_file
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.files.http import picture_answer
from nuanxin.ui.forms import posted

PAGE_SIZE = 24
LIST, ROWS = "cases/workbench/pictures.html", "cases/workbench/pictures_rows.html"


@require_safe
@requires(redacting.PERMISSION)
def picture_list(request: ActorRequest) -> HttpResponse:
    form = _list_form(request)
    filters, given = form.filters(), form.given()
    text = request.GET.get("page", "")
    number = int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 5 and int(text) else 1
    rows = redacting.pictures(request.actor, filters)
    found = list(rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]

    def url(at: int) -> str:
        return f"{reverse('cases:pictures')}?{urlencode({**given, 'page': at})}"

    lines = queue_lines(request.actor, [row.case for row in page])
    context = {
        "form": form,
        "rows": [(row, line, redacting.found_words(row)) for row, line in zip(page, lines, strict=True)],
        "counts": redacting.picture_counts(request.actor),
        "previous": url(number - 1) if number > 1 else "",
        "next": url(number + 1) if len(found) > PAGE_SIZE else "",
        "searching": bool(given),
        "may_export": policy.permits(request.actor, "cases.export"),
        "export": f"{reverse('cases:pictures_export')}?{urlencode(given)}",
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, ROWS if partial else LIST, context)


def _list_form(request: ActorRequest) -> PictureListForm:
    return PictureListForm(request.GET, places=place_choices(request.actor))


@require_POST
@requires("cases.export")
@limited("exports")
def pictures_export(request: ActorRequest) -> HttpResponseBase:
    """The list as it is narrowed in the address, as a file for a spreadsheet; without the pictures."""
    filters = _list_form(request).filters()
    rows = services.export_pictures(actor=request.actor, filters=filters, now=request.now)
    return csv_file("pictures", rows, now=request.now)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(redacting.PERMISSION)
def picture(request: ActorRequest, picture_id: int) -> HttpResponse:
    """The picture as it would become public; the areas are rows of numbers, which the brush only fills in."""
    row = redacting.picture_for(request.actor, picture_id)
    form = ReviewForm(posted(request))
    notice = None
    if request.method == "POST" and form.is_valid():
        try:
            return _carried_out(request, row, form.cleaned_data)
        except Invalid as error:
            tell(form, error)
        except Conflict as error:
            notice = error
            row = redacting.picture_for(request.actor, picture_id)
    context = _shown(request, row) | {"form": form, "notice": notice}
    return _render(request, context, 409 if notice else 422 if form.errors else 200)


def _carried_out(request: ActorRequest, row: Redaction, given: dict[str, Any]) -> HttpResponse:
    """One call; what has changed since it was last made is made and shown first, never released unseen."""
    actor, now, way = request.actor, request.now, given["do"]
    changed = row.state == RedactionState.PROPOSED and given["areas"] != redacting.areas_of(row)
    if way == "save" or (way == "release" and changed):
        services.save_areas(
            actor=actor, picture_id=row.pk, areas=given["areas"], revision=given["revision"], now=now
        )
        messages.success(request, _("已按现在的遮挡重新生成，请再看一遍。"))
        return redirect("cases:picture", row.pk)
    if way == "release":
        services.release_picture(
            actor=actor, picture_id=row.pk, checked=given["checked"], revision=given["revision"], now=now
        )
        messages.success(request, _("已放行，公开页上可以用这张照片了。"))
    elif way == "refuse":
        services.refuse_picture(actor=actor, picture_id=row.pk, reason=given["reason"], now=now)
        messages.success(request, _("这张照片不会公开。"))
    else:
        services.review_again(actor=actor, picture_id=row.pk, now=now)
        return redirect("cases:picture", row.pk)
    following = redacting.next_picture(actor, row.pk)
    return redirect("cases:picture", following) if following else redirect("cases:pictures")


def _shown(request: ActorRequest, row: Redaction) -> dict[str, Any]:
    return {
        "row": row,
        "line": queue_lines(request.actor, [row.case])[0],
        "areas": [_per_cent(area) for area in redacting.areas_of(row)],
        "counts": redacting.found_words(row),
        "next_id": redacting.next_picture(request.actor, row.pk),
    }


def _per_cent(area: Any) -> dict[str, Any]:
    numbers = {name: f"{getattr(area, name) * 100:.1f}" for name in ("x", "y", "w", "h")}
    return {**numbers, "kind": area.kind.value, "by": area.by.value}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(redacting.PERMISSION)
def original(request: ActorRequest, picture_id: int) -> HttpResponse:
    """The picture as it was handed in, shown once in the page itself: it has no address that could be passed on."""
    row = redacting.picture_for(request.actor, picture_id)
    form = OriginalForm(posted(request))
    context: dict[str, Any] = {"row": row, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            jpeg = services.see_original(
                actor=request.actor, picture_id=row.pk, reason=form.cleaned_data["reason"], now=request.now
            )
        except Invalid as error:
            tell(form, error)
        else:
            data = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
            context |= _shown(request, row) | {"original": data, "form": ReviewForm()}
            return _render(request, context, 200)
    status = 422 if form.errors else 200
    response = render(request, "cases/workbench/picture_original.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _render(request: ActorRequest, context: dict[str, Any], status: int) -> HttpResponse:
    response = render(request, "cases/workbench/picture.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@requires(redacting.PERMISSION)
def redacted(request: ActorRequest, picture_id: int) -> HttpResponseBase:
    return picture_answer(request, redacting.open_redacted(request.actor, picture_id), "private, no-cache")


@require_safe
@requires(redacting.PERMISSION)
def redacted_thumb(request: ActorRequest, picture_id: int) -> HttpResponseBase:
    return picture_answer(
        request, redacting.open_redacted(request.actor, picture_id, thumb=True), "private, no-cache"
    )
