"""One page a worker would show at home: received and contributed; and six things that are never one number."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nuanxin.incentives.queries import my_page as queries
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.ui import slots


@never_cache
@require_safe
@requires("incentives.my_page")
def my_page(request: ActorRequest) -> HttpResponse:
    context = {
        "page": queries.my_page(request.actor),
        "received": slots.figures("received", request),
        "contributed": slots.figures("contributed", request),
        "name": request.actor.name,
    }
    return render(request, "incentives/my_page.html", context)


@never_cache
@require_safe
@requires("incentives.my_page")
def six(request: ActorRequest) -> HttpResponse:
    """Hours, points, growth, star, rating, tip-off reward: what each is, how it is counted, whom to ask."""
    return render(request, "incentives/six.html", {"rows": queries.six_things(request.actor)})
