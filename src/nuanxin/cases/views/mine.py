"""My reports: where each one is, and what its reporter may still say."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanxin.cases import services
from nuanxin.cases.forms.publishing import OfferForm
from nuanxin.cases.forms.report import AnswerForm, RatingForm, ReopenForm, new_key
from nuanxin.cases.forms.voices import AddForm
from nuanxin.cases.queries import own
from nuanxin.cases.queries.detail import own_case
from nuanxin.cases.views.refusals import tell
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import Conflict, Invalid

LIST, ROWS = "cases/phone/own_list.html", "cases/phone/own_rows.html"
PAGE, PROGRESS = "cases/phone/own.html", "cases/phone/own_progress.html"
HOME_MOST, MAP_MOST = 3, 100
SHOWN = {"": None, "open": True, "closed": False}


@require_safe
@requires("cases.view_own")
def own_list(request: ActorRequest) -> HttpResponse:
    show = request.GET.get("show", "")
    before = request.GET.get("before", "")
    lines = own.own_lines(
        request.actor,
        now=request.now,
        is_open=SHOWN.get(show),
        before=int(before[:18]) if before.isdigit() else 0,
    )
    page = lines[: own.PAGE]
    context = {
        "lines": page,
        "show": show if show in SHOWN else "",
        "outbox_owner": own.account_token(request.actor),
        "following": page[-1].case.pk if len(lines) > own.PAGE else "",
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, ROWS if partial else LIST, context)


@require_safe
@requires("cases.view_own")
def own_detail(request: ActorRequest, number: str) -> HttpResponse:
    page = own.own_page(request.actor, number, now=request.now)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, PROGRESS, {"page": page, "is_refresh": True})
    return _show(request, page)


def _show(request: ActorRequest, page: own.OwnPage, **forms: Form) -> HttpResponse:
    context: dict[str, Any] = {
        "page": page,
        "rating": RatingForm(),
        "reopening": ReopenForm(),
        "answering": AnswerForm(),
        "adding": AddForm(initial={"key": new_key()}),
        "offering": OfferForm(),
        **forms,
    }
    return render(request, PAGE, context, status=422 if any(form.errors for form in forms.values()) else 200)


@require_safe
@requires("cases.view_own")
def own_points(request: ActorRequest) -> HttpResponse:
    """One's own open reports as GeoJSON, for the map."""
    lines, _more = own.open_lines(request.actor, now=request.now, most=MAP_MOST)
    features = [
        {
            "type": "Feature",
            "properties": {
                "kind": "case",
                "title": line.kind.name,
                "text": str(line.headline.words),
                "url": reverse("cases:own", args=[line.case.number]),
            },
            "geometry": {"type": "Point", "coordinates": [line.case.lng, line.case.lat]},
        }
        for line in lines
        if line.case.lng is not None
    ]
    response = JsonResponse({"type": "FeatureCollection", "features": features})
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@requires("cases.rate")
def own_rate(request: ActorRequest, number: str) -> HttpResponse:
    """Three answers; "not solved" opens it again, once, by itself."""
    case, form = own_case(request.actor, number), RatingForm(request.POST)
    if form.is_valid():
        try:
            case = services.rate_case(actor=request.actor, case=case, now=request.now, **form.cleaned_data)
        except (Invalid, Conflict) as error:
            _say(form, error)
        else:
            messages.success(request, _thanks(case.is_open))
            return redirect("cases:own", number)
    return _again(request, number, rating=form)


def _thanks(is_open_again: bool) -> str:  # noqa: FBT001  -- the one thing that the words depend on
    return _("记下了。已重新打开，街道会重新派单。") if is_open_again else _("记下了，谢谢你回来告诉我们。")


@require_POST
@requires("cases.reopen")
def own_reopen(request: ActorRequest, number: str) -> HttpResponse:
    case, form = own_case(request.actor, number), ReopenForm(request.POST)
    if form.is_valid():
        try:
            services.reopen_case(actor=request.actor, case=case, now=request.now, **form.cleaned_data)
        except (Invalid, Conflict) as error:
            _say(form, error)
        else:
            messages.success(request, _("已重新打开，街道会重新派单。"))
            return redirect("cases:own", number)
    return _again(request, number, reopening=form)


@require_POST
@requires("cases.supplement")
@limited("uploads", posts_only=True)
def own_add(request: ActorRequest, number: str) -> HttpResponse:
    """A picture or a voice that comes later, with words if there are some."""
    case, form = own_case(request.actor, number), AddForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            services.supplement_case(actor=request.actor, case=case, now=request.now, **form.given())
        except (Invalid, Conflict) as error:
            _say(form, error)
        else:
            messages.success(request, _("收到了，已告诉处理的人。他们不知道你是谁。"))
            return redirect("cases:own", number)
    return _again(request, number, adding=form)


@require_POST
@requires("cases.offer_publication")
def own_publication(request: ActorRequest, number: str) -> HttpResponse:
    """The result may be shown, with a box that starts empty; or may not any more (`do=take_back`), with none."""
    case, form = own_case(request.actor, number), OfferForm(request.POST)
    if request.POST.get("do") == "take_back":
        services.take_back_publication(actor=request.actor, case=case, now=request.now)
        messages.success(request, _("撤回了，现在谁也看不到。"))
        return redirect("cases:own", number)
    if form.is_valid():
        try:
            services.offer_publication(actor=request.actor, case=case, now=request.now)
        except Conflict as error:
            _say(form, error)
        else:
            messages.success(request, _("谢谢。街道看过以后才会公开，不写你是谁。"))
            return redirect("cases:own", number)
    return _again(request, number, offering=form)


@require_POST
@requires("cases.answer")
def own_answer(request: ActorRequest, number: str) -> HttpResponse:
    """An answer to a question, or something to add."""
    case, form = own_case(request.actor, number), AnswerForm(request.POST)
    if form.is_valid():
        try:
            services.answer_question(actor=request.actor, case=case, now=request.now, **form.cleaned_data)
        except (Invalid, Conflict) as error:
            _say(form, error)
        else:
            messages.success(request, _("已转给处理的人，他们不知道你是谁。"))
            return redirect("cases:own", number)
    return _again(request, number, answering=form)


def _say(form: Form, error: Invalid | Conflict) -> None:
    if isinstance(error, Invalid):
        tell(form, error)
    else:
        form.add_error(None, f"{error.message} {error.hint}")


def _again(request: ActorRequest, number: str, **forms: Form) -> HttpResponse:
    return _show(request, own.own_page(request.actor, number, now=request.now), **forms)


def home_panel(request: HttpRequest) -> dict[str, Any]:
    """The context of the panel on the home page."""
    actor = request.actor  # type: ignore[attr-defined]  # set by people.middleware
    lines, more = own.open_lines(actor, now=request.now, most=HOME_MOST)  # type: ignore[attr-defined]  # likewise
    return {
        "lines": lines,
        "more": more,
        "has_reported": bool(lines) or own.has_reported(actor),
        "outbox_owner": own.account_token(actor),
    }
