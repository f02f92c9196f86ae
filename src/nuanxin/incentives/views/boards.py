"""Boards: teams first, then those who chose to be seen; one's own place for oneself alone."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from nuanxin.incentives.enums import BoardKind
from nuanxin.incentives.honour_forms import NicknameForm
from nuanxin.incentives.queries import boards as queries
from nuanxin.incentives.services import boards as services
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.errors import DomainError

AREAS = {"street": LEVELS["street"], "district": LEVELS["district"]}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.board")
def board(request: ActorRequest) -> HttpResponse:
    """Seen by whoever may be on it; joining is a form here."""
    actor = request.actor
    own_subject = actor.subject_id or queries.NOBODY
    form = NicknameForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            services.join_board(actor=actor, now=request.now, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("在榜上了。想下来随时可以，马上就看不到。"))
            return redirect("incentives:board")
    period = queries.ALWAYS if request.GET.get("period") == "all" else queries.month_of(request.now)
    kind = services.check_measure(request.GET.get("kind", BoardKind.ALL))
    area = request.GET.get("area", "street")
    digits = AREAS.get(area, AREAS["street"])
    within = padded(actor.scope_code[:digits]) if len(actor.scope_code) >= digits else ""
    own = queries.own_place(subject_id=own_subject, period=period, kind=kind, within=within)
    if own.nickname and not form.is_bound:
        form.initial["nickname"] = own.nickname
    context = {
        "rows": queries.board(period=period, kind=kind, within=within, subject_id=own_subject),
        "teams": queries.team_board(period=period, within=within),
        "own": own,
        "form": form,
        "kind": kind,
        "kinds": BoardKind.choices,
        "area": "district" if area == "district" else "street",
        "is_always": period == queries.ALWAYS,
    }
    return render(request, "incentives/board.html", context, status=422 if form.errors else 200)


@require_POST
@requires("incentives.board")
def board_leave(request: ActorRequest) -> HttpResponse:
    services.leave_board(actor=request.actor, now=request.now)
    messages.success(request, _("下榜了，积分一分不少。"))
    return redirect("incentives:board")
