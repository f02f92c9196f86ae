"""The board: on a second screen or on the wall. It fetches itself again and keeps nobody's session alive."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nuanxin.cases.queries import board as boards
from nuanxin.cases.queries.places import bounds_for
from nuanxin.kernel.access.http import ActorRequest, requires

PAGE, PANEL = "cases/board/board.html", "cases/board/panel.html"


@never_cache
@require_safe
@requires("cases.board")
def board(request: ActorRequest) -> HttpResponse:
    context = {"board": boards.board_for(request.actor, now=request.now)}
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, PANEL, context)
    return render(request, PAGE, {**context, "bounds": bounds_for(request.actor.scope_code)})


@never_cache
@require_safe
@requires("cases.board")
def board_points(request: ActorRequest) -> HttpResponse:
    points = boards.board_points(request.actor, now=request.now)
    return JsonResponse(points, content_type="application/geo+json")
