"""The daily bulletin: day by day, one day, and that day on paper."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

import nuanxin.cases
from nuanxin.cases.queries.bulletin_page import (
    LIST_MOST,
    BulletinLine,
    BulletinPage,
    bulletin_page,
    bulletins_for,
    day_of,
)
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.typesetting import typeset
from nuanxin.ui.phrases import time_of_day

TEMPLATE = Path(nuanxin.cases.__file__).parent / "templates" / "cases" / "print" / "bulletin.typ"


@require_safe
@requires("cases.bulletin")
def bulletins(request: ActorRequest) -> HttpResponse:
    """By day, the latest first."""
    rows = bulletins_for(request.actor, before=_day(request.GET.get("before", "")))
    following = rows[-1][0].on.isoformat() if len(rows) == LIST_MOST else ""
    return render(request, "cases/workbench/bulletins.html", {"rows": rows, "following": following})


@require_safe
@requires("cases.bulletin")
def bulletin(request: ActorRequest, scope_code: str, on: str) -> HttpResponse:
    page = bulletin_page(request.actor, scope_code, _known_day(on))
    return render(request, "cases/workbench/bulletin.html", {"page": page, "words": _words()})


@require_safe
@requires("cases.bulletin")
@limited("exports")
def bulletin_pdf(request: ActorRequest, scope_code: str, on: str) -> HttpResponse:
    """A4, for the notice board and the folder."""
    page = bulletin_page(request.actor, scope_code, _known_day(on))
    made = page.bulletin.created_at
    response = HttpResponse(typeset(TEMPLATE, _printed(page), now=made), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="bulletin-{scope_code}-{on}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _known_day(text: str) -> date:
    day = _day(text)
    if day is None:
        raise NotFound
    return day


def _words() -> dict[str, str]:
    return {
        "today": gettext("一、今天的情况"),
        "urgent": gettext("二、紧急的事"),
        "hot": gettext("三、哪里报得多"),
        "waiting": gettext("四、还在等的"),
        "no_urgent": gettext("今天没有紧急的上报。"),
        "no_hot": gettext("七天里没有哪里报过两件以上。"),
        "no_waiting": gettext("没有超时的，谢谢大家。"),
        "how": gettext(
            "口径：前一天 17:00 到当天 17:00；在办、超时、督办是成稿时的数。"
            "不写姓名和门牌，保密类案件只计数。"
        ),
    }


def _printed(page: BulletinPage) -> dict[str, Any]:
    made: datetime = localtime(page.bulletin.created_at)
    is_english = (get_language() or "").startswith("en")
    return {
        "lang": "en" if is_english else "zh",
        "title": page.title,
        "area": page.area,
        "issue": page.issue,
        "day": page.day,
        "summary": list(page.summary),
        "figures": [
            {"label": str(each.label), "value": each.value, "change": each.change, "tone": each.tone}
            for each in page.figures
        ],
        "urgent": _lines(page.urgent),
        "hot": _lines(page.hot),
        "waiting": _lines(page.waiting),
        "desks": [{"label": label, "count": count} for label, count in page.desks],
        "office": page.office,
        "signed": f"{day_of(made)} {time_of_day(made)}",
        "foot": gettext("演示数据") if settings.DEMO else gettext("内部工作用，不要转发到群里"),
        "words": _words(),
    }


def _lines(lines: Sequence[BulletinLine]) -> list[dict[str, str]]:
    return [{"number": each.number, "lead": each.lead, "text": each.text, "end": each.end} for each in lines]
