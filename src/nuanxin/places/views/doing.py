"""What one does with a place: its facilities and services, its life, its keeper, its days."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, path_of_ours, requires
from nuanxin.kernel.errors import DomainError
from nuanxin.places import queries, services
from nuanxin.places.enums import Order
from nuanxin.places.forms import ExceptionForm, FacilitiesForm, KeeperForm, ServiceForms, StepForm, offered_in
from nuanxin.places.workflow import PLACE
from nuanxin.ui.forms import posted


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.edit")
def facilities(request: ActorRequest, public_id: UUID) -> HttpResponse:
    place = queries.changeable_place(request.actor, "places.edit", public_id)
    held = queries.place_page(place, now=request.now).facilities
    form = FacilitiesForm(posted(request), held=held)
    if request.method == "POST" and form.is_valid():
        services.set_facilities(
            actor=request.actor, public_id=public_id, facilities=form.facilities(), now=request.now
        )
        messages.success(request, _("设施记好了。"))
        return redirect("places:detail", public_id=public_id)
    context = {"place": place, "form": form, "rows": form.rows()}
    return render(request, "places/facilities.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.edit")
def offered(request: ActorRequest, public_id: UUID) -> HttpResponse:
    place = queries.changeable_place(request.actor, "places.edit", public_id)
    rows = queries.place_page(place, now=request.now).services
    initial = [
        {
            "code": each.item_id,
            "provider": each.provider,
            "hours": each.hours,
            "booking": each.booking,
            "cost": each.cost,
        }
        for each in rows
    ]
    forms = ServiceForms(posted(request), initial=initial)
    if request.method == "POST" and forms.is_valid():
        services.set_services(
            actor=request.actor, public_id=public_id, services=offered_in(forms), now=request.now
        )
        messages.success(request, _("服务记好了。"))
        return redirect("places:detail", public_id=public_id)
    is_wrong = request.method == "POST"
    return render(
        request, "places/services.html", {"place": place, "forms": forms}, status=422 if is_wrong else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.open", "places.suspend", "places.close")
def step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    if name not in PLACE.transitions:
        raise Http404
    place = queries.changeable_place(request.actor, PLACE[name].permission, public_id)
    form = StepForm(posted(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            services.perform(
                actor=request.actor, public_id=public_id, name=name, reason=reason, now=request.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%s：已办好。") % PLACE[name].label)
            return redirect("places:detail", public_id=public_id)
    context = {"place": place, "move": PLACE[name], "form": form}
    return render(request, "places/step.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.hand_over")
def keeper(request: ActorRequest, public_id: UUID) -> HttpResponse:
    place = queries.changeable_place(request.actor, "places.hand_over", public_id)
    people = queries.possible_keepers(place, request.now)
    form = KeeperForm(
        posted(request),
        keepers=people,
        initial={"assignment": place.keeper_id},
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["assignment"]
        services.hand_over_keeper(
            actor=request.actor, public_id=public_id, assignment_id=chosen, now=request.now
        )
        messages.success(request, _("已交接。"))
        return redirect("places:detail", public_id=public_id)
    may_invite = permits(request.actor, "people.invite")
    context = {"place": place, "form": form, "people": people, "may_invite": may_invite}
    return render(request, "places/keeper.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.keep")
def exceptions(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """Days that differ: closed over the holidays, open longer in a storm."""
    place = queries.changeable_place(request.actor, "places.keep", public_id)
    form = ExceptionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.except_hours(
                actor=request.actor, public_id=public_id, now=request.now, **form.cleaned_data
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("记下了，来的人看得到。"))
            return redirect("places:exceptions", public_id=public_id)
    context = {"place": place, "form": form, "page": queries.place_page(place, now=request.now)}
    return render(request, "places/exceptions.html", context, status=422 if form.errors else 200)


@require_POST
@requires("places.keep")
def end_exception(request: ActorRequest, public_id: UUID, exception_id: int) -> HttpResponse:
    services.end_exception(
        actor=request.actor, public_id=public_id, exception_id=exception_id, now=request.now
    )
    return _back(request, public_id)


@require_POST
@requires("places.keep")
def order(request: ActorRequest, public_id: UUID, facility: str) -> HttpResponse:
    """Broken, or works again."""
    say = services.record_breakdown if request.POST.get("order") == Order.BROKEN else services.record_repair
    say(actor=request.actor, public_id=public_id, facility=facility, now=request.now)
    return _back(request, public_id)


@require_POST
@requires("places.keep")
def confirm(request: ActorRequest, public_id: UUID) -> HttpResponse:
    services.confirm_place(actor=request.actor, public_id=public_id, now=request.now)
    messages.success(request, _("记下了：今天核实过。"))
    return _back(request, public_id)


def _back(request: Any, public_id: UUID) -> HttpResponse:
    return redirect(path_of_ours(request.POST.get("back", "")) or reverse("places:detail", args=[public_id]))
