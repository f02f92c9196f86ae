"""The keys of other systems: listed, made, shown once, taken back. For the system administrator."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.gateway.forms import JurisdictionForm, KeyForm, KeyListForm
from nuanxin.gateway.queries import keys as queries
from nuanxin.gateway.services import exporting
from nuanxin.gateway.services import keys as services
from nuanxin.gateway.views.tables import page_of
from nuanxin.kernel.access.http import requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import csv_file
from nuanxin.kernel.errors import DomainError


@requires("gateway.keys")
@require_safe
def keys(request: Any) -> HttpResponse:
    form = KeyListForm(request.GET)
    context = page_of(request, queries.keys(form.filters(), now=request.now), reverse("gateway:keys"), form)
    context["lines"] = queries.key_lines(context["rows"], now=request.now)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "gateway/keys_rows.html", context)
    context["jurisdictions"] = queries.jurisdiction_lines()
    return render(request, "gateway/keys.html", context)


@require_POST
@requires("gateway.keys")
@limited("exports")
def keys_export(request: Any) -> HttpResponseBase:
    filters = KeyListForm(request.GET).filters()
    rows = exporting.export_keys(actor=request.actor, filters=filters, now=request.now)
    return csv_file("api-keys", rows, now=request.now)


@requires("gateway.keys")
@never_cache
@require_http_methods(["GET", "POST"])
def new_key(request: Any) -> HttpResponse:
    """GET the form; POST makes a key and shows it the only time."""
    form = KeyForm(request.POST or None)
    made = None
    if form.is_valid():
        try:
            made = services.create_key(actor=request.actor, now=request.now, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
    context = {"form": form, "made": made}
    return render(request, "gateway/new_key.html", context, status=422 if form.errors else 200)


@requires("gateway.keys")
@require_http_methods(["GET", "POST"])
def revoke_key(request: Any, public_id: UUID) -> HttpResponse:
    if request.method == "POST":
        services.revoke_key(actor=request.actor, public_id=public_id, now=request.now)
        messages.success(request, _("密钥停用了，用它的系统马上就连不上。"))
        return redirect("gateway:keys")
    line = queries.key_line(public_id, now=request.now)
    return render(request, "gateway/revoke_key.html", {"line": line})


@requires("gateway.keys")
@require_http_methods(["GET", "POST"])
def new_jurisdiction(request: Any) -> HttpResponse:
    form = JurisdictionForm(request.POST or None)
    if form.is_valid():
        try:
            services.open_jurisdiction(actor=request.actor, now=request.now, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("区域加好了，其他系统现在就能查到。"))
            return redirect("gateway:keys")
    return render(
        request, "gateway/new_jurisdiction.html", {"form": form}, status=422 if form.errors else 200
    )


@requires("gateway.keys")
@require_http_methods(["GET", "POST"])
def close_jurisdiction(request: Any, identifier: str) -> HttpResponse:
    if request.method == "POST":
        services.close_jurisdiction(actor=request.actor, identifier=identifier, now=request.now)
        messages.success(request, _("区域停用了。"))
        return redirect("gateway:keys")
    row = queries.jurisdiction(identifier)
    return render(request, "gateway/close_jurisdiction.html", {"row": row})
