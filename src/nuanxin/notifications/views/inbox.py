"""The inbox: what happened, newest first; opening a line leads to the case."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanxin.cases.queries.page import role_names
from nuanxin.kernel.access import policy
from nuanxin.kernel.access.http import requires
from nuanxin.notifications import queries, services
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.models import Notice


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
    """Read it and go where it leads: to one's own report, or to the case at work. What was told to another of one's
    posts, and is no page of the present one, is opened by acting in that post.
    """
    notice = services.read_notice(actor=request.actor, notice_id=notice_id, now=request.now)
    path = _leads_to(notice)
    post = queries.other_post(notice, path, actor=request.actor, now=request.now)
    if post is not None:
        told = {"post": post, "role": role_names()[post.role_id], "path": path}
        return render(request, "notifications/other_post.html", told)
    return redirect(path)


def _leads_to(notice: Notice) -> str:
    facts = notice.facts
    if notice.kind == Kind.BULLETIN:
        return reverse("cases:bulletin_page", args=[facts["street"], facts["on"]])
    if "path" in facts:  # a page of a context above, which wrote it
        return str(facts["path"])
    if notice.kind == Kind.PICTURES:
        return reverse("cases:pictures")
    if "topic" in facts:
        return reverse("cases:topic", args=[facts["topic"]])
    if "cause" in facts:
        return reverse("cases:cause", args=[facts["cause"]])
    return reverse("cases:case" if notice.assignment_id else "cases:own", args=[notice.case_number])


@requires("notifications.read")
@require_POST
def read_all(request: Any) -> HttpResponse:
    count = services.read_all(actor=request.actor, now=request.now)
    if count:
        messages.success(request, _("都已读。"))
    return redirect("notifications:inbox")
