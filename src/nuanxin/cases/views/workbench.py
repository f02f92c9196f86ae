"""The queue: what waits, whose turn it is, how long there is; beside it, where there is room, the case itself."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from nuanxin.cases import services
from nuanxin.cases.forms.queue import QueueForm
from nuanxin.cases.queries import queue
from nuanxin.cases.queries.bulk import BULK_MOST, steps_for
from nuanxin.cases.queries.lines import queue_lines
from nuanxin.cases.queries.page import case_page
from nuanxin.cases.queries.places import community_choices
from nuanxin.cases.queries.views import View, views_of
from nuanxin.cases.views.actions import actions_of
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import csv_file, sent
from nuanxin.kernel.errors import NotFound

PAGE, PANEL = "cases/workbench/queue.html", "cases/workbench/queue_panel.html"
EMPTY = {
    "screen": (_("没有等核实的上报"), _("新的上报一到就会出现在这里，先到期的在最上面。")),
    "dispatch": (_("都派出去了"), _("立案后还没派的、单位退回的、上报人说没解决的，会出现在这里。")),
    "handle": (_("没有正在处理的案件"), _("派出去、还没交结果的案件会在这里，快到期的在最上面。")),
    "verify": (_("没有等核查的结果"), _("处理单位提交结果后会到这里，由另一个单位核查。")),
    "consult": (_("没有会商"), _("社区或街道吹哨后，还没出结论的案件会在这里；被吹哨的单位也会看到。")),
    "overdue": (_("没有超时的"), _("任何一个时限过了还没完成，就会出现在这里。")),
    "new": (_("没有新派来的任务"), _("街道派给您单位的案件会出现在这里，先接收，再处理。")),
    "mine": (_("手上没有在办的"), _("接收以后、提交结果以前的案件会在这里。")),
    "open": (_("没有在办的案件"), _("还没办结的案件都会在这里。")),
    "all": (_("还没有案件"), _("所有案件都会在这里，最新的在最上面。")),
}


@require_safe
@requires("cases.view")
def queue_list(request: ActorRequest) -> HttpResponse:
    views = views_of(request.actor)
    opens_in = next((view for view in views if view.is_default), None)
    if opens_in and not request.GET:
        return redirect(queue_url(opens_in.tab, dict(opens_in.query)))
    context = _queue_context(request, views)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, PANEL, context)
    context |= _beside(request)
    return render(request, PAGE, context)


def _queue_context(request: ActorRequest, views: list[View]) -> dict[str, Any]:
    actor, now = request.actor, request.now
    form = queue_form(request)
    tabs, tab = queue.tabs_for(actor), queue.tab_named(actor, form.data.get("tab", ""))
    filters = form.filters()
    cursor = request.GET.get("cursor", "")
    page = queue.queue_page(actor, tab, filters, now=now, cursor=cursor)
    counts = queue.counts(actor, tabs, filters, now=now)
    given = form.given()
    return {
        "form": form,
        "tab": tab,
        "tabs": [_tab_link(each, counts, given, tab) for each in tabs],
        "lines": queue_lines(actor, page.rows, communities=form.communities),
        "count": counts.get(tab.name),
        "applied": [
            (label, value, queue_url(tab.name, given, name)) for name, label, value in form.applied()
        ],
        "here": queue_url(tab.name, given | ({"cursor": cursor} if cursor else {})),
        "first": queue_url(tab.name, given) if cursor else "",
        "next": queue_url(tab.name, given | {"cursor": page.cursor}) if page.cursor else "",
        "export": f"{reverse('cases:export')}?{urlencode({'tab': tab.name, **given})}",
        "may_export": policy.permits(actor, "cases.export"),
        "may_report": policy.permits(actor, "cases.report_for"),
        "empty": EMPTY[tab.name],
        "searching": bool(given),
        "views": [_view_link(view, given, tab) for view in views],
        "may_keep": policy.permits(actor, "cases.keep_views"),
        "keep": urlencode({"tab": tab.name, **given}),
        "steps": steps_for(actor, tab.name),
        "most": BULK_MOST,
        "picked": set(request.GET.getlist("picked")),
    }


def queue_form(request: ActorRequest) -> QueueForm:
    """`q` is what the field in the header sends."""
    data = request.GET.copy()
    if "q" in data and not data.get("words"):
        data["words"] = request.GET.get("q", "")
        data.setdefault("tab", "all")
    return form_of(request.actor, data)


def form_of(actor: Actor, data: QueryDict) -> QueueForm:
    """With what this actor can choose from."""
    may_search = policy.permits(actor, "cases.search")
    return QueueForm(data, communities=community_choices(actor), may_search=may_search)


def queue_url(tab: str, given: dict[str, Any], without: str = "") -> str:
    kept = {name: value for name, value in given.items() if name != without}
    return f"{reverse('cases:queue')}?{urlencode({'tab': tab, **kept})}"


def _view_link(view: View, given: dict[str, Any], tab: queue.Tab) -> dict[str, Any]:
    current = view.tab == tab.name and dict(view.query) == given
    return {
        "name": view.name,
        "url": queue_url(view.tab, dict(view.query)),
        "current": current,
        "own": view.pk,
    }


def _tab_link(
    tab: queue.Tab, counts: dict[str, int], given: dict[str, Any], now_open: queue.Tab
) -> dict[str, Any]:
    count = counts.get(tab.name, "")
    tone = "danger" if tab.name == "overdue" and count else ""
    return {
        "label": tab.label,
        "url": queue_url(tab.name, given),
        "count": count,
        "tone": tone,
        "current": tab.name == now_open.name,
    }


def _beside(request: ActorRequest) -> dict[str, Any]:
    """The case that was open beside the list when the page was left or loaded again."""
    number = request.GET.get("case", "")
    if not number:
        return {}
    try:
        page = case_page(request.actor, number, now=request.now)
    except NotFound:
        return {}
    return {"page": page, "actions": actions_of(page), "beside": True}


@require_POST
@requires("cases.export")
@limited("exports")
def export(request: ActorRequest) -> HttpResponseBase:
    """The queue as it is narrowed in the address, as a file for a spreadsheet; masked."""
    tab = queue.tab_named(request.actor, request.GET.get("tab", ""))
    filters = queue_form(request).filters()
    if request.GET.get("form") == "xlsx":
        return sent(services.export_workbook(actor=request.actor, tab=tab, filters=filters, now=request.now))
    rows = services.export_cases(actor=request.actor, tab=tab, filters=filters, now=request.now)
    return csv_file(f"cases-{tab.name}", rows, now=request.now)
