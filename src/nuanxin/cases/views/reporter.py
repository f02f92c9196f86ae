"""A worker takes a picture and sends it: three steps on the phone, one plain form without scripts."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.cases import services
from nuanxin.cases.forms.report import TERRITORY, PlaceForm, ReportForm, SeenForm, new_key
from nuanxin.cases.queries import catalogue, duplicates, own, picking
from nuanxin.cases.queries.suggestions import suggest_kinds
from nuanxin.cases.services.confirming import NotOffered
from nuanxin.cases.services.reporting import KeyReused
from nuanxin.cases.views.offline import MODULES, require_same_account
from nuanxin.cases.views.refusals import tell
from nuanxin.compounds.queries import search_compounds
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import caller_of, limited
from nuanxin.kernel.errors import Invalid, RateLimited
from nuanxin.ui.middleware import wants_json, with_headers
from nuanxin.ui.phrases import duration_words

PAGE, DONE = "cases/phone/report.html", "cases/phone/done.html"
KINDS, COMPOUNDS, AROUND, SIMILAR = (
    f"cases/phone/report_{name}.html" for name in ("kinds", "compounds", "around", "similar")
)
# What a service calls the parts of a report → the field beside which the form says it.
RENAMED = {"place": "place_by"}
STEP_OF_FIELD = {
    "photos": 1,
    "voice": 1,
    "captured_at": 1,
    "text": 1,
    "place_by": 2,
    "address": 2,
    "category": 3,
}
MOST_LETTERS = 40
LONG, FRESH = timedelta(hours=3), timedelta(minutes=1)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.report")
def report(request: ActorRequest) -> HttpResponse:
    """`?category=` chooses beforehand, `?compound=` too; `?danger=1` begins with the telephone."""
    if request.method != "POST":
        return render(request, PAGE, _page(request, ReportForm(initial=_initial(request))))
    require_same_account(request)
    form = ReportForm(request.POST, request.FILES)
    if "find" in request.POST:  # the search buttons of the plain form
        return render(request, PAGE, _page(request, ReportForm(initial=request.POST.dict())))
    if form.is_valid() and "different" not in request.POST:
        offers = duplicates.offers_before(request.actor, now=request.now, **form.whereabouts())
        if offers:
            return _ask_first(request, form, offers)
    return _submit(request, form) if form.is_valid() else _refused(request, form)


def _submit(request: ActorRequest, form: ReportForm) -> HttpResponse:
    try:
        category = form.cleaned_data["category"]
        services.count_report(category=category, caller=caller_of(request), now=request.now)
        submission = services.report_case(
            actor=request.actor, draft=form.draft(), key=form.cleaned_data["key"], now=request.now
        )
    except RateLimited as error:
        form.add_error(None, f"{error.message} {error.hint} {_('已经填的都还在。')}")
        return with_headers(_refused(request, form, error.status), error)
    except KeyReused as error:
        return _sent_before(request, form, error)
    except Invalid as error:
        tell(form, error, RENAMED)
    else:
        return _sent(request, submission.case.number)
    return _refused(request, form)


def _ask_first(request: ActorRequest, form: ReportForm, offers: list[duplicates.Offer]) -> HttpResponse:
    """Somebody has reported such a thing here: is it the same? What was typed stays."""
    if wants_json(request):
        return JsonResponse({"similar": len(offers)})
    context = _page(request, form) | {"offers": offers, "asks_first": True}
    return render(request, PAGE, context)


@require_POST
@requires("cases.report")
def report_similar(request: ActorRequest) -> HttpResponse:
    """The question, as soon as kind and place are known; empty where there is nothing to ask."""
    form = PlaceForm(request.POST)
    form.full_clean()
    offers = duplicates.offers_before(request.actor, now=request.now, **form.whereabouts())
    return render(request, SIMILAR, {"offers": offers})


@require_POST
@requires("cases.report")
def report_seen(request: ActorRequest) -> HttpResponse:
    """“我也看到了”: no new report, the other one is followed."""
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise NotOffered
    seen = services.confirm_case(actor=request.actor, now=request.now, **form.cleaned_data)
    messages.success(request, _("记下了，没有重复上报。它每走一步都会告诉你。"))
    url = reverse("cases:own", args=[seen.number])
    return JsonResponse({"url": url}) if wants_json(request) else redirect(url)


def _initial(request: ActorRequest) -> dict[str, Any]:
    """The community that one declared is filled in; a link may choose category and compound."""
    code, _name = picking.own_community(request.actor)
    compound = request.GET.get("compound", "")
    return {
        "key": new_key(),
        "category": request.GET.get("category", "")[:4],
        "place_by": TERRITORY if code else "",
        "territory": code,
        **({"place_by": "compound", "compound": compound[:18]} if compound.isdigit() else {}),
    }


def _sent(request: ActorRequest, number: str) -> HttpResponse:
    url = reverse("cases:report_done", args=[number])
    return JsonResponse({"url": url, "number": number}) if wants_json(request) else redirect(url)


def _refused(request: ActorRequest, form: ReportForm, status: int = 422) -> HttpResponse:
    """What was typed stays; only a browser without scripts loses the chosen photos, and says so."""
    if wants_json(request):
        fields = {name: " ".join(str(error) for error in errors) for name, errors in form.errors.items()}
        return JsonResponse({"fields": fields, "step": _first_step(form)}, status=status)
    return render(request, PAGE, _page(request, form), status=status)


def _sent_before(request: ActorRequest, form: ReportForm, error: KeyReused) -> HttpResponse:
    """The first one has arrived; whether this is a correction of it or something else, only the sender knows."""
    number = own.number_by_key(request.actor, form.cleaned_data["key"])
    url, key = reverse("cases:own", args=[number]), new_key()
    if wants_json(request):
        return JsonResponse({"earlier": url, "key": key}, status=409)
    data = request.POST.copy()
    data["key"] = key
    context = _page(request, ReportForm(initial=data.dict())) | {"earlier": url, "error": error}
    return render(request, PAGE, context, status=409)


def _first_step(form: ReportForm) -> int:
    return min((STEP_OF_FIELD.get(name, 3) for name in form.errors), default=1)


def _page(request: ActorRequest, form: ReportForm) -> dict[str, Any]:
    actor = request.actor
    recent, places = picking.recent_choices(actor)
    code, name = picking.own_community(actor)
    chosen = str(form["category"].value() or "")
    kind = catalogue.kinds().get(chosen)
    posted = request.method == "POST"
    words = request.POST.get("kind_words", "")[:MOST_LETTERS]
    place_words = request.POST.get("compound_words", "")[:MOST_LETTERS]
    compound = str(form["compound"].value() or "")
    offered = search_compounds(place_words) if place_words else places
    box = picking.home_bounds(actor)
    return {
        **picking.offered_to_all(),
        "form": form,
        "start": _start(request, form, kind),
        "kind": kind,
        "category": chosen,
        "recent": recent,
        "likely": suggest_kinds(str(form["text"].value() or "")),
        "found": picking.in_groups(words) if words else [],
        "words": words,
        "own_code": code,
        "own_name": name,
        "home_root": picking.home_district(actor),
        "recent_compounds": places,
        "compounds": picking.with_chosen(offered, compound),
        "compound_words": place_words,
        "compound": compound,
        "bounds": ",".join(str(side) for side in box) if box else "",
        "modules": MODULES,
        "terms": picking.location_terms(actor),
        "outbox_owner": own.account_token(actor),
        "photos_again": posted and bool(request.FILES),
    }


def _start(request: ActorRequest, form: ReportForm, kind: catalogue.Kind | None) -> str:
    """The part of the form on which a phone with scripts begins."""
    if kind and kind.is_life_safety:
        return "call"
    if form.errors:
        return str(_first_step(form))
    return "danger" if request.GET.get("danger") else "1"


@require_safe
@requires("cases.report")
@limited("search")
def report_kinds(request: ActorRequest) -> HttpResponse:
    """By Chinese, pinyin, initials or number, while somebody types."""
    words = request.GET.get("kind_words", "")[:MOST_LETTERS]
    return render(
        request, KINDS, {"found": picking.in_groups(words) if words.strip() else [], "words": words}
    )


@require_safe
@requires("cases.report")
@limited("search")
def report_compounds(request: ActorRequest) -> HttpResponse:
    words = request.GET.get("compound_words", "")[:MOST_LETTERS]
    recent = [] if words.strip() else picking.recent_choices(request.actor)[1]
    found = search_compounds(words) or recent
    return render(request, COMPOUNDS, {"compounds": found, "compound_words": words})


@require_safe
@requires("cases.report")
def report_around(request: ActorRequest) -> HttpResponse:
    """What lies around the pin: the community in words, and the five nearest compounds."""
    form = ReportForm(request.GET)
    form.full_clean()
    lng, lat = form.cleaned_data.get("lng"), form.cleaned_data.get("lat")
    if lng is None or lat is None:
        raise Invalid(_("这个位置的经纬度不正确。"))
    return render(request, AROUND, {"around": picking.around(lng, lat)})


@require_safe
@requires("cases.report")
def report_done(request: ActorRequest, number: str) -> HttpResponse:
    sent = own.sent(request.actor, number)
    return render(request, DONE, {"sent": sent, "look_within": _within(sent, request.now)})


def _within(sent: own.Sent, now: datetime) -> str:
    """ "30 分钟内" while that is near; after a night or a weekend the moment alone says more."""
    is_fresh = now - sent.case.reported_at < FRESH  # somebody who has just sent it reads the limit itself
    left = sent.look_by - (sent.case.reported_at if is_fresh else now) if sent.look_by else LONG
    return _("%(time)s内") % {"time": duration_words(left)} if left < LONG else ""
