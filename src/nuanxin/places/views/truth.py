"""The keeper's open-check and its history; how sure one may be is worked out from which weights."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import DomainError
from nuanxin.places import queries, services
from nuanxin.places.forms import TruthForm
from nuanxin.ui.forms import posted


@require_POST
@requires("places.check")
def check(request: ActorRequest) -> HttpResponse:
    """The keeper has gone round."""
    place = queries.kept_place(request.actor)
    if place is None:
        raise queries.PlaceNotFound
    services.check_place(
        actor=request.actor, public_id=place.public_id, wrong=request.POST.getlist("wrong"), now=request.now
    )
    messages.success(request, _("今天的开门检查记好了。"))
    return redirect("places:today")


@require_safe
@requires("places.view")
def checks(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """What the keeper has found, day by day, and how many came."""
    place = queries.visible_place(request.actor, public_id)
    points = queries.catalogue().checks
    rows = [
        (each, [points[code] for code in each.wrong.split(",") if code in points])
        for each in queries.checks_of(place)
    ]
    context = {
        "place": place,
        "rows": rows,
        "visits": queries.visits_of(place, request.now),
        "truth": queries.truth_of(place, request.now),
        "days": queries.visit_days_of(place),
    }
    return render(request, "places/checks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.catalogue")
def truth(request: ActorRequest) -> HttpResponse:
    """The weights and limits."""
    form = TruthForm(posted(request), initial=queries.values_in_force())
    if request.method == "POST" and form.is_valid():
        try:
            services.put_truth_rules(actor=request.actor, values=form.cleaned_data, now=request.now)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("places:truth")
    return render(request, "places/truth.html", {"form": form}, status=422 if form.errors else 200)
