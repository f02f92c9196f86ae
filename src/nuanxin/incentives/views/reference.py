"""The tables that a city fills in: rules of holds, kinds of honour, levels of the rating, tip-off programmes."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.incentives.enums import ReferenceKind
from nuanxin.incentives.queries import reference_data as queries
from nuanxin.incentives.queries import reference_words as words
from nuanxin.incentives.reference_forms import FORMS
from nuanxin.incentives.services import reference_data as services
from nuanxin.incentives.services.honour_sheet import export_reference
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import fill_in

LEADS = {
    ReferenceKind.HOLD_RULE: gettext_lazy(
        "什么样的积分先留着、请人看。保存后只管以后的；已经留着的照样由人决定。"
    ),
    ReferenceKind.HONOUR_KIND: gettext_lazy("可以提名哪些荣誉、公示和展示多久。在办的、已经授予的不变。"),
    ReferenceKind.RATING_LEVEL: gettext_lazy("一个季度做到多少是几档。已经算过的季度不变，只有本人看得到。"),
    ReferenceKind.TIP_PROGRAMME: gettext_lazy("哪个部门发什么举报奖励、怎么领。钱由部门发，和积分无关。"),
}


def _kind(asked: str) -> ReferenceKind:
    return ReferenceKind(asked) if asked in ReferenceKind.values else ReferenceKind.HOLD_RULE


@require_safe
@requires("incentives.reference")
def reference(request: ActorRequest) -> HttpResponse:
    kind = _kind(request.GET.get("kind", ""))
    rows = queries.reference_rows(kind)
    context = {
        "kind": kind, "kinds": ReferenceKind.choices, "lead": LEADS[kind], "head": words.head_of(kind),
        "rows": [words.line_of(kind, each) for each in rows],
        "changes": words.change_lines(queries.changes_of(kind), rows), "may_add": kind in queries.ADDED,
    }  # fmt: skip
    return render(request, "incentives/reference.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.reference")
def reference_edit(request: ActorRequest, kind: str, code: str) -> HttpResponse:
    """A row as it stands, what changed in it before; a rule of holds is tried before it is saved."""
    row = queries.reference_row(kind, code)
    form = FORMS[kind](posted(request), row=row)
    context: dict[str, Any] = {
        "title": words.name_of(kind, row), "lead": LEADS[ReferenceKind(kind)], "kind": kind, "row": row,
        "changes": words.change_lines(queries.changes_of(kind, code), [row]), "tried": None,
        "can_try": kind == ReferenceKind.HOLD_RULE,
    }  # fmt: skip
    if kind == ReferenceKind.HOLD_RULE and "try" in request.POST:
        if form.is_valid():
            context["tried"] = queries.try_hold_rule(code, form.cleaned_data["limit"], now=request.now)
        page = {"form": form, "back": _back(kind), **context}
        return render(request, "incentives/reference_edit.html", page, status=422 if form.errors else 200)
    return fill_in(
        request, form, back=_back(kind), done=_("已保存，从现在起用；以前的不变。"),
        perform=lambda: _save(request, kind, code, form, is_new=False), template="incentives/reference_edit.html",
        **context,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.reference")
def reference_new(request: ActorRequest, kind: str) -> HttpResponse:
    if kind not in queries.ADDED:
        raise queries.ReferenceNotFound
    form = FORMS[kind](posted(request), row=None)
    return fill_in(
        request, form, back=_back(kind), done=_("加好了，从现在起用。"), template="incentives/reference_edit.html",
        perform=lambda: _save(request, kind, form.cleaned_data["code"], form, is_new=True),
        title=words.adding(kind), lead=LEADS[ReferenceKind(kind)], kind=kind,
    )  # fmt: skip


def _back(kind: str) -> str:
    return f"{reverse('incentives:reference')}?kind={kind}"


def _save(request: ActorRequest, kind: str, code: str, form: Any, *, is_new: bool) -> Any:
    given: dict[str, Any] = {"actor": request.actor, "now": request.now}
    match kind:
        case ReferenceKind.HOLD_RULE:
            return services.set_hold_rule(reason=code, **form.told(), **given)
        case ReferenceKind.RATING_LEVEL:
            return services.put_rating_level(level=int(code), data=form.told(), **given)
        case ReferenceKind.HONOUR_KIND:
            return services.put_honour_kind(code=code, data=form.told(), is_new=is_new, **given)
    return services.put_tip_programme(code=code, data=form.told(), is_new=is_new, **given)


@require_POST
@requires("incentives.reference")
@limited("exports")
def reference_export(request: ActorRequest) -> HttpResponseBase:
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    kind = _kind(request.POST.get("kind", ""))
    return sent(export_reference(actor=request.actor, kind=kind, form=form, now=request.now))
