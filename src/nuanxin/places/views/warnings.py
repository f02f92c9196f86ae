"""Notices of storm, heat and cold, as staff publish and end them."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import DomainError
from nuanxin.places import queries, services
from nuanxin.places.forms import WarningForm
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import children, path_names, territories_by_code
from nuanxin.ui.forms import posted

USUAL = timedelta(hours=6)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.warn")
def warnings(request: ActorRequest) -> HttpResponse:
    begins = timezone.localtime(request.now).replace(second=0, microsecond=0)
    form = WarningForm(
        posted(request),
        initial={"starts_at": begins, "ends_at": begins + USUAL, "scope_code": request.actor.scope_code},
        areas=_areas(request.actor.scope_code),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.publish_warning(actor=request.actor, now=request.now, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("发出去了：地图上会先显示能避一避的地方。"))
            return redirect("places:warnings")
    rows = queries.listed_warnings(request.actor, now=request.now)
    names = path_names(each.scope_code for each in rows)
    context = {"form": form, "rows": [{"warning": each, "where": names[each.scope_code]} for each in rows]}
    return render(request, "places/warnings.html", context, status=422 if form.errors else 200)


def _areas(scope: str) -> list[tuple[str, str]]:
    """The own territory and what lies directly inside it."""
    own = territories_by_code([scope]) if scope else []
    inside = [each for each in children(scope) if each.level != Level.GRID]
    return [(each.code, each.short_name) for each in [*own, *inside]]


@require_POST
@requires("places.warn")
def end_warning(request: ActorRequest, warning_id: int) -> HttpResponse:
    if services.end_warning(actor=request.actor, warning_id=warning_id, now=request.now):
        messages.success(request, _("已经结束。"))
    else:
        messages.info(request, _("这条早就结束了。"))
    return redirect("places:warnings")
