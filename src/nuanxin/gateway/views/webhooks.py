"""Webhooks for the system administrator: who hears of what, and whether it has arrived."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.gateway.forms import EndpointForm, EndpointListForm, LogForm
from nuanxin.gateway.queries import areas
from nuanxin.gateway.queries import webhooks as queries
from nuanxin.gateway.services import endpoints, exporting
from nuanxin.gateway.views.tables import page_of
from nuanxin.gateway.webhooks.catalogue import PUBLISHED
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import csv_file
from nuanxin.kernel.errors import Conflict, Invalid, NotFound

PAGE = "gateway:webhook"


@require_safe
@requires("gateway.webhooks")
def webhook_list(request: ActorRequest) -> HttpResponse:
    form = EndpointListForm(request.GET)
    context = page_of(
        request, queries.endpoints(request.actor, form.filters()), reverse("gateway:webhooks"), form
    )
    labels = areas.area_labels(row.scope_code for row in context["rows"])
    context["rows"] = [(row, labels[row.scope_code]) for row in context["rows"]]
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, f"gateway/webhooks{'_rows' if partial else ''}.html", context)


@require_POST
@requires("gateway.webhooks")
@limited("exports")
def webhooks_export(request: ActorRequest) -> HttpResponseBase:
    filters = EndpointListForm(request.GET).filters()
    rows = exporting.export_endpoints(actor=request.actor, filters=filters, now=request.now)
    return csv_file("webhooks", rows, now=request.now)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("gateway.webhooks")
def new_webhook(request: ActorRequest) -> HttpResponse:
    form = EndpointForm.of(None, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row, secret = endpoints.register_endpoint(
                actor=request.actor, now=request.now, **form.cleaned_data
            )
        except Invalid as error:
            tell(form, error)
        else:
            return once(request, {"endpoint": row, "secret": secret, "is_new": True})
    return render(request, "gateway/webhook_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("gateway.webhooks")
def edit_webhook(request: ActorRequest, public_id: UUID) -> HttpResponse:
    row = queries.endpoint_of(request.actor, public_id)
    form = EndpointForm.of(row, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoints.change_endpoint(actor=request.actor, endpoint=row, now=request.now, **form.cleaned_data)
        except Invalid as error:
            tell(form, error)
        else:
            messages.success(request, _("改好了，从现在起照新的推送。"))
            return redirect(PAGE, public_id)
    context = {"form": form, "endpoint": row}
    return render(request, "gateway/webhook_form.html", context, status=422 if form.errors else 200)


@require_safe
@requires("gateway.webhooks")
def webhook(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """One endpoint and the log of what was sent to it."""
    row = queries.endpoint_of(request.actor, public_id)
    form = LogForm(request.GET)
    listed = page_of(request, queries.messages_of(row, form.filters()), reverse(PAGE, args=[public_id]), form)
    context = {
        "endpoint": row,
        "area": areas.area_label(row.scope_code),
        "types": [PUBLISHED[name] for name in row.event_types if name in PUBLISHED],
        "labels": {name: each.label for name, each in PUBLISHED.items()},
        **listed,
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, f"gateway/webhook{'_rows' if partial else ''}.html", context)


@require_POST
@requires("gateway.webhooks")
@limited("exports")
def webhook_export(request: ActorRequest, public_id: UUID) -> HttpResponseBase:
    row = queries.endpoint_of(request.actor, public_id)
    filters = LogForm(request.GET).filters()
    rows = endpoints.export_log(actor=request.actor, endpoint=row, filters=filters, now=request.now)
    return csv_file("webhook-log", rows, now=request.now)


@require_safe
@requires("gateway.webhooks")
def webhook_message(request: ActorRequest, public_id: UUID, message_id: UUID) -> HttpResponse:
    """What exactly was or will be sent, and every try."""
    row = queries.endpoint_of(request.actor, public_id)
    message = queries.message_of(row, message_id)
    context = {
        "endpoint": row,
        "message": message,
        "label": PUBLISHED[message.event_type].label if message.event_type in PUBLISHED else _("测试消息"),
        "preview": json.dumps(json.loads(message.body), ensure_ascii=False, indent=2),
        "tries": queries.tries_of(message),
    }
    return render(request, "gateway/webhook_message.html", context)


@require_POST
@requires("gateway.webhooks")
def again(request: ActorRequest, public_id: UUID, message_id: UUID) -> HttpResponse:
    row = queries.endpoint_of(request.actor, public_id)
    message = queries.message_of(row, message_id)
    try:
        endpoints.send_again(actor=request.actor, endpoint=row, message=message, now=request.now)
    except Conflict as error:
        messages.error(request, error.told)
    else:
        messages.success(request, _("排上了，几秒后再发一次；消息号不变，对方收过就会丢掉。"))
    return redirect("gateway:webhook_message", public_id, message_id)


@require_POST
@requires("gateway.webhooks")
def act(request: ActorRequest, public_id: UUID, step: str) -> HttpResponse:
    """The buttons of one endpoint."""
    row = queries.endpoint_of(request.actor, public_id)
    given: dict[str, Any] = {"actor": request.actor, "endpoint": row, "now": request.now}
    try:
        if step == "rotate":
            return once(request, {"endpoint": row, "secret": endpoints.rotate_secret(**given)})
        match step:
            case "pause":
                endpoints.pause_endpoint(**given)
                messages.success(request, _("暂停了。新的消息先存着，恢复后按先后推送。"))
            case "resume":
                endpoints.resume_endpoint(**given)
                messages.success(request, _("恢复了，存着的消息正在推送。"))
            case "test":
                endpoints.send_trial(**given)
                messages.success(request, _("测试消息排上了，几秒后看推送记录。"))
            case "again":
                count = endpoints.send_failed_again(**given)
                messages.success(request, _("%(count)s 条放弃了的消息重新排上了。") % {"count": count})
            case "remove":
                endpoints.remove_endpoint(**given)
                messages.success(request, _("移除了，不再推送；密钥已经销毁。"))
                return redirect("gateway:webhooks")
            case _:
                raise NotFound
    except Conflict as error:
        messages.error(request, error.told)
    return redirect(PAGE, public_id)


@require_safe
@requires("gateway.webhooks")
def remove_webhook(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """What goes and what stays, before it is done."""
    row = queries.endpoint_of(request.actor, public_id)
    return render(request, "gateway/webhook_remove.html", {"endpoint": row})


def once(request: ActorRequest, context: dict[str, Any]) -> HttpResponse:
    """A secret on a page that is not kept anywhere."""
    response = render(request, "gateway/secret.html", context)
    response["Cache-Control"] = "no-store"
    return response


def tell(form: Any, error: Invalid) -> None:
    """What a service refused, beside the fields that it is about."""
    for field, text in error.fields.items():
        form.add_error(field if field in form.fields else None, str(text))
    if not error.fields:
        form.add_error(None, error.told)
