"""Kind notices: what a unit has to look at again, the list on file, the sheet that is handed over."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.dateformat import format as date_words
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from nuanxin.cases import services
from nuanxin.cases.queries import detail, measures
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.places import address_for, area_name, street_name
from nuanxin.kernel.access import policy
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import csv_file

PAGE, ROWS = "cases/workbench/notices.html", "cases/workbench/notices_rows.html"
EMPTY = {
    "due": (_("没有该回头看的"), _("温馨提示单约好的时间一到，就会出现在这里，先到期的在最上面。")),
    "waiting": (_("没有在等的提示单"), _("发出去、还没到时间的提示单会在这里。")),
    "heeded": (_("还没有改好的记录"), _("回头看时已经改好的，会在这里。")),
    "unheeded": (_("没有到期不改的"), _("回头看还没改的会在这里，可以走下一步管理措施。")),
    "further": (_("没有管理措施和处罚"), _("提示以后仍不改、采取了管理或处罚的，会在这里。")),
}


@require_safe
@requires("cases.measure")
def notices(request: ActorRequest) -> HttpResponse:
    actor, now = request.actor, request.now
    tab = measures.tab_named(request.GET.get("tab", ""))
    start = int(request.GET.get("from", "0")[:6]) if request.GET.get("from", "").isdigit() else 0
    found = measures.measure_lines(actor, tab, now=now, start=start)
    counts = measures.tab_counts(actor, now=now)
    year = timezone.localtime(now).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": [
            {"name": each.name, "label": each.label, "count": counts[each.name], "current": each is tab}
            for each in measures.TABS
        ],
        "rows": [
            {"measure": row, "category": line.category, "place": line.place}
            for row, line in found[: measures.PAGE_SIZE]
        ],
        "next": f"?tab={tab.name}&from={start + measures.PAGE_SIZE}"
        if len(found) > measures.PAGE_SIZE
        else "",
        "first": f"?tab={tab.name}" if start else "",
        "ratio": measures.ratio(actor, since=year, until=now),
        "empty": EMPTY[tab.name],
        "may_export": policy.permits(actor, "cases.export"),
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, ROWS if partial else PAGE, context)


@require_POST
@requires("cases.export")
@limited("exports")
def notices_export(request: ActorRequest) -> HttpResponseBase:
    """The tab as a file for a spreadsheet; masked."""
    tab = measures.tab_named(request.GET.get("tab", ""))
    rows = services.export_measures(actor=request.actor, tab=tab, now=request.now)
    return csv_file(f"notices-{tab.name}", rows, now=request.now)


@require_safe
@requires("cases.view")
def notice_paper(request: ActorRequest, number: str, measure_id: int) -> HttpResponse:
    """A5, in Chinese in every language of the page: it is read in the street."""
    case = detail.case_for(request.actor, number)
    measure = measures.measure_for(case, measure_id)
    with translation.override("zh-hans"):
        by = date_words(timezone.localtime(measure.comply_by), "n月j日 H:i") if measure.comply_by else ""
        day = date_words(timezone.localtime(measure.at), "Y年n月j日")
    context = {
        "case": case,
        "measure": measure,
        "kind": kind_of(case.category_id),
        "place": f"{area_name(case.scope_code)} {address_for(request.actor, case)}".strip(),
        "by": by,
        "day": day,
        "street": street_name(case.scope_code),
    }
    return render(request, "cases/workbench/notice_paper.html", context)
