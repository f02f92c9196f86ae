"""Front page, home, map, and the administrators' pages."""

import csv
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nuanxin.kernel import checks
from nuanxin.kernel.access import policy
from nuanxin.kernel.access.http import from_this_machine, public, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.audit.export import COLUMNS as AUDIT_COLUMNS
from nuanxin.kernel.audit.export import export_entries
from nuanxin.kernel.audit.queries import entries, newest_seals
from nuanxin.kernel.channels.queries import recorded_messages
from nuanxin.kernel.retention import report
from nuanxin.portal.disclosure import disclosure
from nuanxin.portal.greeting import greeting
from nuanxin.portal.health import can_serve
from nuanxin.portal.roles import with_roles

PAGE_SIZE = 50


@public("the front page; whoever is signed in goes to their own")
@require_safe
def home(request: Any) -> HttpResponse:
    """Strangers see what this is, workers their home, staff their queue."""
    actor = request.actor
    if not actor.is_authenticated:
        return render(request, "portal/front.html")
    if policy.permits(actor, "portal.workbench") and not policy.permits(actor, "cases.report"):
        return redirect("portal:desk")
    may_report = policy.permits(actor, "cases.report")
    has_queue = policy.permits(actor, "cases.view")
    context = {
        "hello": greeting(request.now),
        "name": actor.name,
        "may_report": may_report,
        "has_queue": has_queue,
    }
    return render(request, "portal/home.html", context)


@public("a list of what needs no account")
@require_safe
def open_to_all(request: Any) -> HttpResponse:
    """Every page that anybody may read, from one place."""
    return render(request, "portal/open.html")


@requires("portal.workbench")
@require_safe
def desk(request: Any) -> HttpResponse:
    """Where each kind of staff begins."""
    actor = request.actor
    if policy.permits(actor, "cases.view"):
        return redirect("cases:queue")
    if policy.permits(actor, "system.check"):
        return redirect("portal:check")
    if policy.permits(actor, "audit.view"):
        return redirect("portal:audit")
    if policy.permits(actor, "people.assign"):
        return redirect("people:people")
    return render(request, "portal/desk.html")


@requires("territories.view")
@require_safe
def area_map(request: Any) -> HttpResponse:
    """The neighbourhood on the schematic map."""
    may_report = policy.permits(request.actor, "cases.view_own")
    return render(request, "portal/map.html", {"may_report": may_report})


@requires("system.check")
@never_cache
@require_safe
def check(request: Any) -> HttpResponse:
    """What `nuanxin check` sees, in the browser."""
    findings = sorted(checks.run(request.now), key=lambda finding: -finding.level)
    return render(request, "portal/check.html", {"findings": findings})


@requires("system.retention")
@never_cache
@require_safe
def retention_report(request: Any) -> HttpResponse:
    """How long everything is kept, what was due, what went, and what is held back and why."""
    context = {"lines": report(request.now), "may_hold": policy.permits(request.actor, "cases.hold")}
    return render(request, "portal/retention.html", context)


@requires("audit.view")
@require_safe
def audit(request: Any) -> HttpResponse:
    """Who did what: role, action, object, result. Whom it was about stays an opaque id."""
    action = request.GET.get("action", "")[:80]
    before = request.GET.get("before", "")
    rows = entries(action=action)
    if before.isdigit():
        rows = rows.filter(pk__lt=int(before[:18]))
    page = with_roles(rows[:PAGE_SIZE])
    following = page[-1][0].pk if len(page) == PAGE_SIZE else None
    found = {"page": page, "following": following, "seals": newest_seals(), "action": action}
    return render(request, "portal/audit.html", found)


@requires("audit.view")
@limited("exports")
@require_safe
def audit_export(request: Any) -> HttpResponse:
    """What the page shows, as a table with the digests, for somebody outside to keep; the export is itself an entry."""
    action = request.GET.get("action", "")[:80]
    rows = export_entries(actor=request.actor, action=action, now=request.now)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate(request.now)}.csv"'
    writer = csv.writer(response)
    writer.writerow(AUDIT_COLUMNS)
    writer.writerows(rows)
    return response


@public("where a weakness is reported, RFC 9116")
@require_safe
def security_txt(request: Any) -> HttpResponse:
    """Nothing, where nobody has said who answers."""
    text = disclosure(request.now)
    if not text:
        raise Http404
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@public("development and the demonstration on this machine only: what would have been sent")
@require_safe
def messages(request: Any) -> HttpResponse:
    """The recorder's messages, where there is a recorder and nobody real can read them."""
    is_ours = settings.NUANXIN_SMS_PROVIDER == "recorder" and (settings.DEMO or settings.DEBUG)
    if not is_ours or not from_this_machine(request):
        raise Http404
    return render(request, "portal/messages.html", {"rows": recorded_messages()[:PAGE_SIZE]})


@public("for load balancers; says nothing but whether it can serve")
@never_cache
@require_safe
def healthz(request: Any) -> HttpResponse:
    ready = can_serve()
    return JsonResponse({"status": "ok" if ready else "unavailable"}, status=200 if ready else 503)
