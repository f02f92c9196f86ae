"""The figures, each with its definition; one of them line by line; the cases behind any of them."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from nuanxin.insight import services
from nuanxin.insight.forms import Asked, SpanForm
from nuanxin.insight.indicators import BY_IDENTIFIER, Indicator
from nuanxin.insight.periods import BEFORE, NAMES, Period
from nuanxin.insight.queries import areas, behind
from nuanxin.insight.queries import breakdown as lines
from nuanxin.insight.queries import overview as figures
from nuanxin.kernel.access import policy
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import csv_file, sent
from nuanxin.kernel.errors import NotFound


@require_safe
@requires("insight.view")
def overview(request: ActorRequest) -> HttpResponse:
    form, asked, area = _asked(request)
    page = figures.overview(area, asked.span, now=request.now)
    context = _frame(request, form, asked, area) | {
        "page": page,
        "until": page.until,
        "export": f"{reverse('insight:export')}?{urlencode(_query(request))}",
    }
    return render(request, "insight/overview.html", context)


@require_safe
@requires("insight.view")
def print_overview(request: ActorRequest) -> HttpResponse:
    form, asked, area = _asked(request)
    page = figures.overview(area, asked.span, now=request.now)
    context = _frame(request, form, asked, area) | {"page": page, "until": page.until}
    return render(request, "insight/print.html", context)


@require_safe
@requires("insight.view")
def indicator(request: ActorRequest, identifier: str) -> HttpResponse:
    found = _indicator(identifier)
    form, asked, area = _asked(request)
    by = _by(request, area)
    sort = request.GET.get("sort", "")
    rows = lines.breakdown(found, area, asked.span, by=by, sort=sort, now=request.now)
    page = figures.overview_of(found, area, asked.span, now=request.now)
    here = _query(request)
    context = _frame(request, form, asked, area) | {
        "indicator": found,
        "card": page.card,
        "until": page.until,
        "is_kept": page.is_kept,
        "lines": [(line, _line_links(found, line, here, by)) for line in rows],
        "by": by,
        "export": _url("insight:export_indicator", here | {"by": by}, identifier),
        "breakdowns": [
            (name, words, _url("insight:indicator", here | {"by": name, "sort": ""}, identifier))
            for name, words in lines.BREAKDOWNS.items()
        ],
        "sorts": _sorts(found, here, sort, by),
        "measures": _measures(found, page.card.value, here),
    }
    return render(request, "insight/indicator.html", context)


@require_safe
@requires("insight.view")
def cases(request: ActorRequest, identifier: str) -> HttpResponse:
    found = _indicator(identifier)
    form, asked, area = _asked(request)
    measure = request.GET.get("measure", "")
    if measure not in found.measures:
        measure = next(iter(found.measures))
    by = request.GET.get("by", "")
    by = by if by in lines.BREAKDOWNS else ""
    key, before = request.GET.get("key", "")[:18], request.GET.get("before", "")
    page = behind.cases_behind(
        request.actor,
        found,
        area,
        asked.span,
        measure=measure,
        by=by,
        key=key,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0,
    )
    here = _query(request) | {"measure": measure, "by": by, "key": key}
    if not by:
        here = {name: value for name, value in here.items() if name not in {"by", "key"}}
    context = _frame(request, form, asked, area) | {
        "indicator": found,
        "page": page,
        "measure": _measure_name(found, measure),
        "next": _url("insight:cases", here | {"before": page.before}, identifier) if page.before else "",
        "first": _url("insight:cases", here, identifier) if before else "",
        "back": _url("insight:indicator", _query(request) | ({"by": by} if by else {}), identifier),
        "line_name": lines.name_of(area, by, key) if by else "",
    }
    return render(request, "insight/cases.html", context)


@require_POST
@requires("insight.view")
@limited("exports")
def export_overview(request: ActorRequest) -> HttpResponseBase:
    _form, asked, area = _asked(request)
    given: dict[str, Any] = {"actor": request.actor, "area": area, "span": asked.span, "now": request.now}
    if request.GET.get("form") == "xlsx":
        return sent(services.overview_workbook(**given))
    return _table(request, services.export_overview(**given), "overview")


@require_POST
@requires("insight.view")
@limited("exports")
def export_indicator(request: ActorRequest, identifier: str) -> HttpResponseBase:
    found = _indicator(identifier)
    _form, asked, area = _asked(request)
    given: dict[str, Any] = {"actor": request.actor, "area": area, "span": asked.span, "now": request.now}
    given |= {"indicator": found, "by": _by(request, area)}
    if request.GET.get("form") == "xlsx":
        return sent(services.breakdown_workbook(**given))
    return _table(request, services.export_breakdown(**given), identifier)


def _indicator(identifier: str) -> Indicator:
    found = BY_IDENTIFIER.get(identifier)
    if found is None:
        raise NotFound
    return found


def _asked(request: ActorRequest) -> tuple[SpanForm, Asked, areas.Area]:
    form = SpanForm(request.GET, now=request.now)
    asked = form.asked()
    return form, asked, areas.area_for(request.actor, code=asked.code, unit=asked.unit)


def _by(request: ActorRequest, area: areas.Area) -> str:
    by = request.GET.get("by", "")
    if by in lines.BREAKDOWNS:
        return by
    return lines.TERRITORY if area.inside or area.is_own_unit else lines.MAJOR


def _query(request: ActorRequest) -> dict[str, Any]:
    """What the address says of span, place and unit; every link on the page carries it on."""
    names = ("period", "since", "until", "area", "unit")
    return {name: request.GET[name][:40] for name in names if request.GET.get(name)}


def _url(name: str, query: dict[str, Any], *args: str) -> str:
    given = {key: value for key, value in query.items() if value not in {"", None}}
    return f"{reverse(name, args=args)}{'?' if given else ''}{urlencode(given)}"


def _frame(request: ActorRequest, form: SpanForm, asked: Asked, area: areas.Area) -> dict[str, Any]:
    """What stands above every page: where, when, of whom; and how to another of each."""
    here = _query(request)
    plain = {name: value for name, value in here.items() if name not in {"period", "since", "until"}}
    return {
        "form": form,
        "area": area,
        "span": asked.span,
        "period_name": NAMES[asked.span.period],
        "before_name": BEFORE[asked.span.period],
        "periods": [
            (each, NAMES[each], _here(request, plain | {"period": each}), asked.span.period == each)
            for each in Period
            if each != Period.RANGE
        ],
        "is_range": asked.span.period == Period.RANGE or bool(form.errors),
        "path": [(above, _here(request, here | {"area": above.code})) for above in area.path],
        "inside": [(each, _here(request, here | {"area": each.code})) for each in area.inside],
        "without_unit": _here(request, {k: v for k, v in here.items() if k != "unit"})
        if here.get("unit")
        else "",
        "query": urlencode(here),
        "may_open": policy.permits(request.actor, "cases.view"),
    }


def _here(request: ActorRequest, query: dict[str, Any]) -> str:
    given = {key: value for key, value in query.items() if value}
    return f"{request.path}{'?' if given else ''}{urlencode(given)}"


def _line_links(found: Indicator, line: lines.Line, here: dict[str, Any], by: str) -> dict[str, Any]:
    """Into the territory or the unit; and to the cases behind each count of the line."""
    into = ""
    if line.scope_code:
        into = _url("insight:indicator", here | {"area": line.scope_code}, found.identifier)
    elif line.unit is not None:
        into = _url("insight:overview", here | {"unit": line.unit.public_id})
    return {"into": into} | {
        name: _url("insight:cases", here | {"by": by, "key": line.key, "measure": name}, found.identifier)
        for name in found.measures
    }


def _sorts(found: Indicator, here: dict[str, Any], sort: str, by: str) -> dict[str, str]:
    """Column → address; the same once more turns it around."""
    return {
        name: _url(
            "insight:indicator",
            here | {"by": by, "sort": f"-{name}" if sort == name else name},
            found.identifier,
        )
        for name in lines.SORTS
    }


def _measures(found: Indicator, value: Any, here: dict[str, Any]) -> list[tuple[str, int, str]]:
    """Name, count and address of each count behind the figure; none that is too small to be shown."""
    if value.has_too_few:
        return []
    made = []
    for name in found.measures:
        count = {"numerator": value.numerator, "denominator": value.denominator}.get(
            name, value.counts.get(name, 0)
        )
        if found.kind == "minutes" and name == "numerator":
            continue
        made.append(
            (
                _measure_name(found, name),
                count,
                _url("insight:cases", here | {"measure": name}, found.identifier),
            )
        )
    return made


def _measure_name(found: Indicator, name: str) -> str:
    if name in found.parts:
        return str(found.parts[name][0])
    return str(found.denominator_name if name == "denominator" else found.numerator_name)


def _table(request: ActorRequest, rows: Iterable[list[str]], name: str) -> HttpResponseBase:
    return csv_file(f"indicators-{name}", rows, now=request.now)
