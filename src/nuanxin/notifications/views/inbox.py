"""The inbox: what happened, newest first; opening a line leads to the case."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanxin.kernel.access import policy
from nuanxin.kernel.access.http import requires
from nuanxin.notifications import queries, services
from nuanxin.notifications.enums import Kind


@requires("notifications.read")
@require_safe
def inbox(request: Any) -> HttpResponse:
    before = request.GET.get("before", "")
    lines, following = queries.inbox_page(
        request.actor, now=request.now, before=int(before) if before.isdigit() else None
    )
    unread = queries.unread_count(request.actor, now=request.now)
    base = "ui/workbench.html" if policy.permits(request.actor, "portal.workbench") else "ui/phone.html"
    return render(
        request,
        "notifications/inbox.html",
        {
            "lines": lines,
            "following": following,
            "unread": unread,
            "base": base,
            "may_robot": policy.permits(request.actor, "notifications.robot"),
        },
    )


@requires("notifications.read")
@require_safe
def open_notice(request: Any, notice_id: int) -> HttpResponse:
    """Read it and go where it leads: to one's own report, or to the case at work."""
    notice = services.read_notice(actor=request.actor, notice_id=notice_id, now=request.now)
    if notice.kind == Kind.BULLETIN:
        return redirect("cases:bulletin_page", notice.facts["street"], notice.facts["on"])
    if "path" in notice.facts:  # a page of a context above, which wrote it
        return redirect(notice.facts["path"])
    if notice.kind == Kind.PICTURES:
        return redirect("cases:pictures")
    if "topic" in notice.facts:
        return redirect("cases:topic", notice.facts["topic"])
    if "cause" in notice.facts:
        return redirect("cases:cause", notice.facts["cause"])
    name = "cases:case" if notice.assignment_id else "cases:own"
    return redirect(reverse(name, args=[notice.case_number]))


@requires("notifications.read")
@require_POST
def read_all(request: Any) -> HttpResponse:
    count = services.read_all(actor=request.actor, now=request.now)
    if count:
        messages.success(request, _("都已读。"))
    return redirect("notifications:inbox")
