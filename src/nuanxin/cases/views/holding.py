"""依法保全: cases that must not be forgotten yet."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nuanxin.cases import services
from nuanxin.cases.forms.holding import HoldForm
from nuanxin.cases.queries.holding import PAGE, holds_for
from nuanxin.cases.views.refusals import tell
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.ui.forms import posted

TEMPLATE = "cases/workbench/holds.html"


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.hold")
def holds(request: ActorRequest) -> HttpResponse:
    """The list, and the form above it."""
    form = HoldForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.place_hold(actor=request.actor, now=request.now, **form.cleaned_data)
        except Invalid as error:
            tell(form, error)
        except Conflict as error:
            form.add_error(None, error.told)
        else:
            messages.success(request, _("已保全。到期也不会删除，直到解除。"))
            return redirect("cases:holds")
    start = _start(request)
    rows = holds_for(request.actor, start=start)
    context = {
        "form": form,
        "rows": rows[:PAGE],
        "following": start + PAGE if len(rows) > PAGE else 0,
    }
    return render(request, TEMPLATE, context, status=422 if form.errors else 200)


def _start(request: ActorRequest) -> int:
    start = request.GET.get("from", "")
    return int(start[:6]) if start.isdigit() else 0


@require_POST
@requires("cases.hold")
def end_hold(request: ActorRequest, hold_id: int) -> HttpResponse:
    services.end_hold(actor=request.actor, hold_id=hold_id, now=request.now)
    messages.success(request, _("已解除。从现在起按普通的保存期。"))
    return redirect("cases:holds")
