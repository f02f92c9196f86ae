"""Held awards: for their owners in plain words, for who looks at them with the evidence; and appeals of all kinds."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.incentives.enums import Reviewed
from nuanxin.incentives.honour_forms import (
    AnswerForm,
    AppealForm,
    HoldFilterForm,
    HoldOpinionForm,
    VerdictForm,
)
from nuanxin.incentives.queries import holds as queries
from nuanxin.incentives.services import holds as services
from nuanxin.incentives.services import reviewing
from nuanxin.incentives.services.honour_sheet import export_holds
from nuanxin.incentives.views.stars import start_of
from nuanxin.incentives.workflow import HOLD
from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.errors import DomainError, NotFound
from nuanxin.ui.forms import posted

TABS = (
    ("todo", gettext_lazy("等人看")),
    ("released", gettext_lazy("发了")),
    ("denied", gettext_lazy("没有发")),
    ("all", gettext_lazy("全部")),
)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.hold_own")
def own_holds(request: ActorRequest) -> HttpResponse:
    """What is held, why, how to answer; pressed twice it is one answer."""
    form = AnswerForm(posted(request))
    asked = request.POST.get("hold", "")
    if request.method == "POST" and form.is_valid():
        try:
            services.answer_hold(
                actor=request.actor,
                public_id=_uuid(asked),
                answer=form.cleaned_data["answer"],
                now=request.now,
            )
        except DomainError as error:
            if isinstance(error, NotFound):
                raise
            messages.warning(request, error.told)
        else:
            messages.success(request, _("说明收到了，核实的人会看到；结果马上告诉您。"))
        return redirect("incentives:own_holds")
    context = {
        "rows": queries.own_holds_told(request.actor, now=request.now),
        "form": form,
        "asked": asked,
    }
    return render(request, "incentives/hold_own.html", context, status=422 if form.errors else 200)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


@require_safe
@requires("incentives.hold_review")
def holds(request: ActorRequest) -> HttpResponse:
    form = HoldFilterForm(request.GET)
    filters = form.filters()
    rows, more = queries.listed_holds(request.actor, filters, now=request.now, before=start_of(request))
    kept = {key: value for key, value in request.GET.items() if key != "before"}
    context: dict[str, Any] = {
        "form": form,
        "filters": filters,
        "rows": rows,
        "next": f"?{urlencode({**kept, 'before': rows[-1].pk})}" if more else "",
        "is_first": not start_of(request),
        "may_export": permits(request.actor, "incentives.hold_export"),
        "figures": queries.hold_figures(request.actor, now=request.now),
        "appeals": queries.open_appeals(request.actor)
        if permits(request.actor, "incentives.appeal_decide")
        else [],
        "tabs": TABS,
    }
    return render(request, "incentives/hold_list.html", context)


@require_POST
@requires("incentives.hold_export")
@limited("exports")
def hold_export(request: ActorRequest) -> HttpResponseBase:
    filters = HoldFilterForm(request.POST).filters()
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    return sent(export_holds(actor=request.actor, filters=filters, form=form, now=request.now))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.hold_review")
def hold(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """The evidence and the owner's word; given or not, with a reason."""
    found = queries.visible_hold(request.actor, public_id, "incentives.hold_review")
    name = request.POST.get("do", "")
    form = HoldOpinionForm(posted(request), reason=found.reason, denies=name == "deny")
    if request.method == "POST" and name in ("release", "deny") and form.is_valid():
        try:
            services.decide_hold(
                actor=request.actor,
                public_id=public_id,
                name=name,
                opinion=form.told(),
                now=request.now,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("决定好了，本人马上知道结果和理由。"))
            return redirect("incentives:holds")
    is_own = request.actor.subject_id is not None and request.actor.subject_id == found.subject_id
    context = {
        "hold": found, "facts": queries.facts_of(found), "why": queries.why(found), "form": form,
        "moves": [] if is_own else [each for each in HOLD.from_state(found.state) if each.name in ("release", "deny")],
        "other": found.evidence.get("other", ""), "is_own": is_own, "order": queries.order_behind(found),
    }  # fmt: skip
    return render(request, "incentives/hold.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.my_page")
def appeal_new(request: ActorRequest, about: str, public_id: UUID) -> HttpResponse:
    """Against a decision about one's own: a star, an honour, a rating, a clue, a held award."""
    if about not in Reviewed.values or reviewing.decision_of(request.actor, about, public_id) is None:
        raise NotFound
    form = AppealForm(posted(request))
    back = reverse(BACK[Reviewed(about)])
    if request.method == "POST" and form.is_valid():
        try:
            reviewing.file_appeal(
                actor=request.actor,
                about=about,
                target=public_id,
                reason=form.cleaned_data["reason"],
                now=request.now,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("申诉收到了，由没有作这个决定的人来裁定，结果会告诉您。"))
            return redirect(back)
    context = {"form": form, "back": back, "about": Reviewed(about).label}
    return render(request, "incentives/appeal_new.html", context, status=422 if form.errors else 200)


BACK = {
    Reviewed.STAR: "incentives:own_stars",
    Reviewed.HONOUR: "incentives:own_honours",
    Reviewed.RATING: "incentives:rating",
    Reviewed.TIP_OFF: "incentives:tips",
    Reviewed.HOLD: "incentives:own_holds",
    Reviewed.ABSENCE: "incentives:own_stars",
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.appeal_decide")
def appeal(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = queries.visible_appeal(request.actor, public_id)
    form = VerdictForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            reviewing.decide_appeal(
                actor=request.actor, public_id=public_id, now=request.now, **form.cleaned_data
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("裁定好了，本人马上知道。"))
            return redirect("incentives:holds")
    behind = queries.hold_behind(found)
    context = {
        "appeal": found, "form": form, "hold": behind, "facts": queries.facts_of(behind) if behind else [],
        "why": queries.why(behind) if behind else "",
    }  # fmt: skip
    return render(request, "incentives/appeal.html", context, status=422 if form.errors else 200)
