"""Four lists of those who answer for deadlines: the problem library, supervision, appeals, requests for time."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from nuanxin.cases import services
from nuanxin.cases.enums import ShelvingCause, SupervisionLevel
from nuanxin.cases.forms.lists import (
    AppealListForm,
    ExtensionListForm,
    LibraryForm,
    ListForm,
    SupervisionForm,
)
from nuanxin.cases.queries import appealing, extending, library, supervision
from nuanxin.cases.queries.lines import queue_lines
from nuanxin.kernel.access import policy
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import csv_file

PAGE_SIZE = 50


@require_safe
@requires("cases.view")
def library_list(request: ActorRequest) -> HttpResponse:
    actor, now = request.actor, request.now
    today = timezone.localdate(now)
    form = LibraryForm(request.GET, units=library.shelving_units(actor))
    rows = library.library(actor, form.filters(), now=now, today=today)
    context = _listed(request, form, rows, "cases:library", "cases:library_export") | {
        "counts": library.library_counts(actor, now=now, today=today),
        "causes": ShelvingCause.choices,
        "today": today,
    }
    return _answer(request, "cases/workbench/library", context)


@require_safe
@requires("cases.view")
def supervision_list(request: ActorRequest) -> HttpResponse:
    actor, now = request.actor, request.now
    form = SupervisionForm(request.GET, units=supervision.supervised_units(actor))
    rows = supervision.supervisions(actor, form.filters(), now=now)
    counts = supervision.level_counts(actor)
    context = _listed(request, form, rows, "cases:supervisions", "cases:supervisions_export")
    context["levels"] = [
        (level, SupervisionLevel(level).label, counts[level]) for level in reversed(SupervisionLevel.values)
    ]
    context["organisation_id"] = actor.organisation_id
    return _answer(request, "cases/workbench/supervisions", context)


@require_safe
@requires("cases.view")
def appeal_list(request: ActorRequest) -> HttpResponse:
    form = AppealListForm(request.GET)
    rows = appealing.appeals(request.actor, form.filters(), now=request.now)
    context = _listed(request, form, rows, "cases:appeals", "cases:appeals_export")
    return _answer(request, "cases/workbench/appeals", context)


@require_safe
@requires("cases.view")
def extension_list(request: ActorRequest) -> HttpResponse:
    actor, now = request.actor, request.now
    form = _extension_form(request)
    rows = extending.extensions(actor, form.filters())
    context = _listed(request, form, rows, "cases:extensions", "cases:extensions_export")
    context |= {
        "counts": extending.extension_counts(actor, now=now),
        "decides": policy.permits(actor, "cases.decide_extension"),
    }
    return _answer(request, "cases/workbench/extensions", context)


def _extension_form(request: ActorRequest) -> ExtensionListForm:
    decides = policy.permits(request.actor, "cases.decide_extension")
    return ExtensionListForm(request.GET, units=extending.asking_units(request.actor), decides=decides)


@require_POST
@requires("cases.export")
@limited("exports")
def extensions_export(request: ActorRequest) -> HttpResponseBase:
    filters = _extension_form(request).filters()
    rows = services.export_extensions(actor=request.actor, filters=filters, now=request.now)
    return csv_file("extensions", rows, now=request.now)


@require_POST
@requires("cases.export")
@limited("exports")
def library_export(request: ActorRequest) -> HttpResponseBase:
    units = library.shelving_units(request.actor)
    filters = LibraryForm(request.GET, units=units).filters()
    today = timezone.localdate(request.now)
    rows = services.export_library(actor=request.actor, filters=filters, now=request.now, today=today)
    return csv_file("library", rows, now=request.now)


@require_POST
@requires("cases.export")
@limited("exports")
def supervisions_export(request: ActorRequest) -> HttpResponseBase:
    units = supervision.supervised_units(request.actor)
    filters = SupervisionForm(request.GET, units=units).filters()
    rows = services.export_supervisions(actor=request.actor, filters=filters, now=request.now)
    return csv_file("supervisions", rows, now=request.now)


@require_POST
@requires("cases.export")
@limited("exports")
def appeals_export(request: ActorRequest) -> HttpResponseBase:
    filters = AppealListForm(request.GET).filters()
    rows = services.export_appeals(actor=request.actor, filters=filters, now=request.now)
    return csv_file("appeals", rows, now=request.now)


def _listed(
    request: ActorRequest, form: ListForm, rows: QuerySet[Any], here: str, export: str
) -> dict[str, Any]:
    """One page of rows with their cases as lines, and the ways on from here."""
    form.is_valid()
    given = {name: value for name, value in form.cleaned_data.items() if value}
    number = _page_number(request)
    found = list(rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    lines = queue_lines(request.actor, [row.case for row in page])

    def url(**more: Any) -> str:
        return f"{reverse(here)}?{urlencode({**given, **more})}"

    return {
        "form": form,
        "rows": list(zip(page, lines, strict=True)),
        "previous": url(page=number - 1) if number > 1 else "",
        "next": url(page=number + 1) if len(found) > PAGE_SIZE else "",
        "searching": bool(given),
        "clear": reverse(here),
        "export": f"{reverse(export)}?{urlencode(given)}",
        "may_export": policy.permits(request.actor, "cases.export"),
    }


def _page_number(request: ActorRequest) -> int:
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 5 and int(text) else 1


def _answer(request: ActorRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, f"{template}_rows.html" if partial else f"{template}.html", context)
