"""Offers as their place and the street work with them: the list, its export, one offer, its steps."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.errors import DomainError
from nuanxin.places import queries, services
from nuanxin.places.models import Offer, Place
from nuanxin.places.offer_forms import OfferFilterForm, OfferForm, OfferStepForm
from nuanxin.places.workflow import OFFER
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_name, path_names, within_reach
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import take_step

TABS = (
    ("proposed", gettext_lazy("等确认")),
    ("active", gettext_lazy("能用")),
    ("suspended", gettext_lazy("暂停")),
    ("over", gettext_lazy("没通过、已结束")),
    ("disputed", gettext_lazy("有对不上的券")),
)


@require_safe
@requires("places.offer_view")
def offer_list(request: ActorRequest) -> HttpResponse:
    form = OfferFilterForm(request.GET, within=request.actor.scope_code)
    filters = form.filters()
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    rows, more = queries.listed_offers(request.actor, filters, before=start)
    paths = path_names((each.place.scope_code for each in rows), top=Level.STREET)
    context: dict[str, Any] = {
        "form": form,
        "filters": filters,
        "rows": [(queries.shown_offer(each, request.now), paths[each.place.scope_code]) for each in rows],
        "next": _next_page(request, rows[-1]) if more else "",
        "is_first": not start,
        "may_export": permits(request.actor, "places.offer_export"),
        "territories": within_reach(request.actor.scope_code, filters.within),
    }
    if not request.htmx:
        counts = queries.offer_counts(request.actor, within=filters.within)
        context["tabs"] = [(name, label, counts[name], name == filters.show) for name, label in TABS]
    template = "places/partials/offer_rows.html" if request.htmx else "places/offer_list.html"
    return render(request, template, context)


def _next_page(request: ActorRequest, last: Offer) -> str:
    kept = {key: value for key, value in request.GET.items() if key != "before"}
    return f"{reverse('places:offer_list')}?{urlencode({**kept, 'before': last.pk})}"


@require_POST
@requires("places.offer_export")
@limited("exports")
def offer_export(request: ActorRequest) -> HttpResponseBase:
    """The list as it is narrowed, or how often each was used on which day."""
    filters = OfferFilterForm(request.POST, within=request.actor.scope_code).filters()
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    what = "uses" if request.POST.get("what") == "uses" else "offers"
    file = services.export_offers(actor=request.actor, filters=filters, what=what, form=form, now=request.now)
    return sent(file)


@require_safe
@requires("places.offer_view")
def offer(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = queries.offer_for(request.actor, public_id)
    moves = [each for each in OFFER.available(request.actor, found) if each.name != "amend"]
    may_amend = OFFER["amend"] in OFFER.available(request.actor, found)
    context = {
        "offer": found,
        "shown": queries.shown_offer(found, request.now),
        "path": path_name(found.place.scope_code),
        "moves": moves,
        "may_amend": may_amend,
        "uses": queries.uses_of(found, now=request.now),
        "ratings": queries.ratings_of(found),
        # Whoever runs the place does not read that somebody complained: the community looks first.
        "promise": queries.promise_of(found) if permits(request.actor, "places.offer_confirm") else None,
    }
    return render(request, "places/offer.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.offer_new")
def offer_new(request: ActorRequest, public_id: UUID) -> HttpResponse:
    place = queries.changeable_place(request.actor, "places.offer_new", public_id)
    form = OfferForm(posted(request), initial={"key": uuid4(), "needs_voucher": True})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.propose_offer(
                actor=request.actor, public_id=public_id, data=form.data_for_service(),
                key=form.cleaned_data["key"] or uuid4(), now=request.now,
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("交上去了，街道确认以后小哥就看得到。"))
            return redirect("places:offer", public_id=made.public_id)
    return _form_page(request, form, place, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.offers")
def offer_edit(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = queries.offer_for(request.actor, public_id, "places.offers")
    form = OfferForm(posted(request), offer=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.amend_offer(
                actor=request.actor, public_id=public_id, data=form.data_for_service(), now=request.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("改好了，等街道再确认一次。"))
            return redirect("places:offer", public_id=public_id)
    return _form_page(request, form, found.place, found)


def _form_page(request: ActorRequest, form: OfferForm, place: Place, found: Offer | None) -> HttpResponse:
    medical = [each.code for each in queries.catalogue().offers.values() if each.is_medical]
    context = {"form": form, "place": place, "offer": found, "medical": " ".join(medical)}
    return render(request, "places/offer_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.offer_confirm", "places.offer_suspend")
def offer_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """One step: at once where nothing has to be said, else by its form."""
    if name not in OFFER.transitions or name == "amend" or OFFER[name].permission == "system":
        raise Http404
    found = queries.offer_for(request.actor, public_id, OFFER[name].permission)
    form = OfferStepForm(posted(request)) if OFFER[name].required_fields else None
    return take_step(
        request,
        form,
        OFFER[name],
        perform=lambda: services.perform_offer(
            actor=request.actor, public_id=public_id, name=name, reason=_reason(form), now=request.now
        ),
        template="places/offer_step.html",
        offer=found,
        back=reverse("places:offer", args=[public_id]),
    )


def _reason(form: OfferStepForm | None) -> str:
    return str(form.cleaned_data["reason"]) if form else ""
