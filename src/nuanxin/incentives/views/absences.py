"""Not coming after signing up: what its owner may say to it, and who looks before anything follows."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.incentives.honour_forms import AbsenceForm
from nuanxin.incentives.queries import absences as queries
from nuanxin.incentives.services import absences as services
from nuanxin.incentives.services.honour_sheet import export_absences
from nuanxin.incentives.views.stars import start_of
from nuanxin.incentives.workflow import ABSENCE
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.errors import DomainError
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import press

TABS = (
    ("todo", gettext_lazy("等人看")),
    ("paused", gettext_lazy("停了评星")),
    ("kept", gettext_lazy("不影响")),
    ("all", gettext_lazy("全部")),
)
DECIDED = ("keep", "pause")


@require_POST
@requires("incentives.star_apply")
def absence_answer(request: ActorRequest, public_id: UUID) -> HttpResponse:
    return press(
        request, back=reverse("incentives:own_stars"), done=_("说明收到了，核实的人会看到；结果马上告诉您。"),
        perform=lambda: services.answer_absence(
            actor=request.actor, public_id=public_id, answer=request.POST.get("answer", ""), now=request.now
        ),
    )  # fmt: skip


def _tab(asked: str) -> str:
    return asked if asked in {*queries.TABS, "all"} else "todo"


@require_safe
@requires("incentives.star_check")
def absences(request: ActorRequest) -> HttpResponse:
    tab = _tab(request.GET.get("tab", "todo"))
    rows, more = queries.listed_absences(request.actor, tab=tab, before=start_of(request))
    context = {
        "rows": rows, "tab": tab, "tabs": TABS, "is_first": not start_of(request),
        "next": f"?{urlencode({'tab': tab, 'before': rows[-1].pk})}" if more else "",
    }  # fmt: skip
    return render(request, "incentives/absence_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.star_check")
def absence(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """The count, the rules as they were, the owner's word; decided with a reason."""
    found = queries.visible_absence(request.actor, public_id)
    form, name = AbsenceForm(posted(request)), request.POST.get("do", "")
    if request.method == "POST" and name in DECIDED and form.is_valid():
        given = {"opinion": form.cleaned_data["opinion"], "months": form.cleaned_data["months"] or 0}
        try:
            services.decide_absence(
                actor=request.actor, public_id=public_id, name=name, now=request.now, **given
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("决定好了，本人马上知道结果和理由。"))
            return redirect("incentives:absences")
    is_own = request.actor.subject_id is not None and request.actor.subject_id == found.subject_id
    moves = [] if is_own else [each for each in ABSENCE.from_state(found.state) if each.name in DECIDED]
    context = {"review": found, "form": form, "moves": moves, "is_own": is_own}
    return render(request, "incentives/absence.html", context, status=422 if form.errors else 200)


@require_POST
@requires("incentives.star_check")
@limited("exports")
def absence_export(request: ActorRequest) -> HttpResponseBase:
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    tab = _tab(request.POST.get("tab", ""))
    return sent(export_absences(actor=request.actor, tab=tab, form=form, now=request.now))
