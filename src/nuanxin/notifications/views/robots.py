"""The robot of the own organisation's group chat."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nuanxin.kernel.access.http import requires
from nuanxin.kernel.channels.chat import LABELS, InvalidRobot, robot_at
from nuanxin.kernel.errors import DomainError, Invalid
from nuanxin.notifications import queries, services
from nuanxin.notifications.forms import RobotForm


@requires("notifications.robot")
@require_http_methods(["GET", "HEAD", "POST"])
def robot(request: Any) -> HttpResponse:
    row = queries.robot_of(request.actor)
    form = RobotForm.of(row, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.save_robot(actor=request.actor, now=request.now, **form.cleaned_data)
        except Invalid as error:
            for field, text in (error.fields or {"address": error.hint}).items():
                form.add_error(field, str(text))
        else:
            messages.success(request, _("记下了。发一条测试消息看看。"))
            return redirect("notifications:robot")
    context = {"form": form, "robot": row, "told": _told(row)}
    return render(request, "notifications/robot.html", context, status=422 if form.errors else 200)


def _told(row: Any) -> str:
    """Which chat and the last four characters; never the address."""
    if row is None:
        return ""
    try:
        known = robot_at(row.address)
    except InvalidRobot:
        return _("地址已不在允许的范围里")
    return f"{LABELS[known.kind]} {known.tail}"


@requires("notifications.robot")
@require_POST
def try_robot(request: Any) -> HttpResponse:
    try:
        services.test_robot(actor=request.actor, now=request.now)
    except DomainError as error:
        if error.status == 404:
            raise
        messages.error(request, _("没有发出去。请核对地址，看看机器人是不是还在群里、关键词是不是“暖新”。"))
    else:
        messages.success(request, _("发出去了，到群里看看。"))
    return redirect("notifications:robot")


@requires("notifications.robot")
@require_POST
def forget_robot(request: Any) -> HttpResponse:
    services.drop_robot(actor=request.actor, now=request.now)
    messages.success(request, _("删掉了，不再往群里发。"))
    return redirect("notifications:robot")
