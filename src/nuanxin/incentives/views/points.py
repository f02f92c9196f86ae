"""One's own points: the statement, its file, its seal; and the page on which anybody checks a sealed one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import segno
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanxin.incentives.enums import PostingKind
from nuanxin.incentives.queries import statements as queries
from nuanxin.incentives.queries.capped import gave_nothing
from nuanxin.incentives.queries.ledger import balance_of
from nuanxin.incentives.rule_forms import StatementForm, VerifyForm
from nuanxin.incentives.services.sealing import seal_statement
from nuanxin.kernel.access.http import ActorRequest, public, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import csv_file, named, safe, stamp
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.typesetting import typeset

TEMPLATE = Path(__file__).parents[1] / "templates" / "incentives" / "print" / "statement.typ"
LOTS = 6


@require_safe
@requires("incentives.points")
def points(request: ActorRequest) -> HttpResponse:
    subject_id = request.actor.subject_id
    form = StatementForm(request.GET)
    filters = form.filters()
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else 0
    lines, more = queries.lines_of(subject_id, filters, before=start) if subject_id else ([], False)
    asked = {**{key: value for key, value in request.GET.items() if value}, "before": ""}
    context: dict[str, Any] = {
        "form": form,
        "lines": lines,
        "asked": bool(filters != queries.StatementFilters()),
    }
    if more:
        asked["before"] = str(lines[-1].posting.number)
        context["next"] = f"{reverse('incentives:points')}?{urlencode(asked)}"
    if not request.htmx and subject_id:
        context["balance"] = balance_of(subject_id)
        context["lots"] = queries.lots_of(subject_id, most=LOTS)
        context["nothing"] = gave_nothing(subject_id, now=request.now)
        context["sealed"] = list(queries.own_statements(request.actor)[:3])
    template = "incentives/partials/points_lines.html" if request.htmx else "incentives/points.html"
    return render(request, template, context)


@require_POST
@requires("incentives.points")
@limited("exports")
def points_export(request: ActorRequest) -> HttpResponseBase:
    filters = StatementForm(request.POST).filters()
    return csv_file("points", _rows(request, filters), now=request.now)


def _rows(request: ActorRequest, filters: queries.StatementFilters) -> Iterator[list[str]]:
    yield [_("第几笔"), _("时间"), _("种类"), _("原因"), _("案卷号"), _("积分变动"), _("分数"), _("说明")]
    if request.actor.subject_id:
        for line in queries.all_lines(request.actor.subject_id, filters):
            each = line.posting
            yield [
                str(each.number), f"{timezone.localtime(each.at):%Y-%m-%d %H:%M}", str(PostingKind(each.kind).label),
                safe(line.sentence), safe(line.case_number), str(line.change), str(each.amount),
                safe(line.words or line.less),
            ]  # fmt: skip


@require_POST
@requires("incentives.points")
@limited("exports")
def points_seal(request: ActorRequest) -> HttpResponse:
    try:
        made = seal_statement(actor=request.actor, now=request.now)
    except DomainError as error:
        messages.error(request, error.told)
        return redirect("incentives:points")
    return redirect("incentives:statement", made.code)


@public("whoever was given a sealed statement checks it here: totals and digests, never reasons, never whose")
@require_safe
@limited("public")
def verify(request: ActorRequest) -> HttpResponse:
    """Ask for the code, or say that there is none like it."""
    form = VerifyForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        code = "".join(form.cleaned_data["code"].split()).replace("-", "").upper()
        try:
            return redirect("incentives:statement", queries.verify_statement(code).statement.code)
        except queries.NoSuchStatement:
            form.add_error(
                "code", _("没有这个编号的对账单。请对着原件再看一遍：没有数字 0、1，也没有字母 I、L、O、U。")
            )
    return render(request, "incentives/verify.html", {"form": form}, status=422 if form.errors else 200)


@public("as above, by the code itself")
@require_safe
@limited("public")
def statement(request: ActorRequest, code: str) -> HttpResponse:
    """Whoever has the code sees what is under the seal; its owner sees how to hand it on."""
    verdict = queries.verify_statement(code)
    own = request.actor.subject_id is not None and verdict.statement.subject_id == request.actor.subject_id
    link = request.build_absolute_uri(reverse("incentives:statement", args=[verdict.statement.code]))
    context = {
        "verdict": verdict,
        "own": own,
        "totals": _totals(verdict),
        "link": link,
        "code": _spaced(verdict),
    }
    if own:
        context["qr"] = segno.make(link, micro=False).svg_data_uri(scale=4, border=2, dark="#2b2622")
    return render(request, "incentives/statement.html", context)


@public("as above, as a file that a program checks: with the way from the entry to the root of its seal")
@require_safe
@limited("public")
def statement_json(request: ActorRequest, code: str) -> HttpResponseBase:
    verdict = queries.verify_statement(code)
    return named(JsonResponse(_facts(verdict)), f"statement-{verdict.statement.code}.json")


@requires("incentives.points")
@require_safe
@limited("exports")
def statement_pdf(request: ActorRequest, code: str) -> HttpResponseBase:
    """One's own, for paper. Totals, code and digest: no reasons on it either, so that it can be handed on."""
    verdict = queries.own_verdict(request.actor, code)
    link = request.build_absolute_uri(reverse("incentives:statement", args=[verdict.statement.code]))
    data = {
        "title": _("积分对账单"),
        "lead": _("截至 %s") % f"{timezone.localtime(verdict.statement.issued_at):%Y-%m-%d %H:%M}",
        "rows": [[str(label), str(number)] for label, number, _hint in _totals(verdict)],
        "code_label": _("查验编号"), "code": _spaced(verdict), "link": link, "digest_label": _("摘要"),
        "digest": verdict.digest, "qr": segno.make(link, micro=False).svg_inline(scale=3, border=0),
        "note": _("凭编号在上面的网址可以查真伪。这里只有数目，没有原因，也没有姓名。"),
    }  # fmt: skip
    content = typeset(TEMPLATE, data, now=request.now)
    return named(HttpResponse(content, content_type="application/pdf"), f"points-{stamp(request.now)}.pdf")


def _spaced(verdict: queries.Verdict) -> str:
    code = verdict.statement.code
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def _totals(verdict: queries.Verdict) -> list[tuple[str, int, str]]:
    totals = verdict.statement.totals
    return [
        (_("可用积分"), totals["points"], _("能换东西的")),
        (_("成长值"), totals["growth"], _("从开始到现在一共挣的，兑换、到期都不减")),
        (_("得到"), totals["award"], _("所有进账")),
        (_("兑换"), totals["spend"] - totals["refund"], _("换掉的，减去退回的")),
        (_("过期没用"), totals["expiry"], _("24 个月没有用的")),
        (_("更正"), totals["reversal"] + totals["deduction"], _("记错了收回的")),
        (_("待核实积分"), totals["held"], _("等人看过才能用")),
        (_("待抵扣积分"), totals["owed"], _("更正时已经用掉的，以后的积分先抵")),
        (_("笔数"), totals["count"], _("一共多少笔")),
    ]


def _facts(verdict: queries.Verdict) -> dict[str, Any]:
    made, proof = verdict.statement, verdict.proof
    facts: dict[str, Any] = {
        "code": made.code, "issued_at": made.issued_at.isoformat(timespec="microseconds"), "state": verdict.state,
        "last": made.last, "totals": made.totals, "head": verdict.head, "digest": verdict.digest,
    }  # fmt: skip
    if proof is not None:
        facts["audit"] = {
            "entry": proof.entry, "entry_digest": proof.entry_digest, "leaf": proof.leaf, "path": proof.path,
            "root": proof.root, "algorithm": proof.algorithm, "seal_number": proof.number,
            "sealed_at": proof.sealed_at.isoformat(timespec="microseconds"), "seal": proof.seal,
        }  # fmt: skip
    return facts
