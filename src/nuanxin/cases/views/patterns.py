"""What came back and why; what keeps happening in one compound."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.cases import services
from nuanxin.cases.forms.merging import CauseForm
from nuanxin.cases.queries import patterns
from nuanxin.cases.queries.lines import queue_lines
from nuanxin.cases.views.refusals import tell
from nuanxin.kernel.access import policy
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import csv_file
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.ui.forms import posted

CAUSES, CAUSE, TOPICS, TOPIC = (
    f"cases/workbench/{name}.html" for name in ("causes", "cause", "topics", "topic")
)


@require_safe
@requires("cases.root_causes")
def causes(request: ActorRequest) -> HttpResponse:
    show = _shown(request)
    found = patterns.causes(request.actor, show=show, now=request.now, start=_start(request))
    context = {
        "lines": found[: patterns.PAGE],
        "show": show,
        "following": _start(request) + patterns.PAGE if len(found) > patterns.PAGE else 0,
        "may_export": policy.permits(request.actor, "cases.export"),
        "has_topics": policy.permits(request.actor, "cases.topics"),
    }
    return render(request, CAUSES, context)


def _shown(request: ActorRequest) -> str:
    show = request.GET.get("show", "")
    return show if show in patterns.SHOWN else "open"


def _start(request: ActorRequest) -> int:
    start = request.GET.get("from", "")
    return int(start[:6]) if start.isdigit() else 0


@require_POST
@requires("cases.root_causes")
@limited("exports")
def causes_export(request: ActorRequest) -> HttpResponseBase:
    """The list as a file for a spreadsheet."""
    rows = services.export_causes(actor=request.actor, show=_shown(request), now=request.now)
    return csv_file("causes", rows, now=request.now)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.root_causes")
def cause(request: ActorRequest, cause_id: int) -> HttpResponse:
    line = patterns.cause_for(request.actor, cause_id, now=request.now)
    form = CauseForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.find_cause(actor=request.actor, cause_id=cause_id, now=request.now, **form.cleaned_data)
        except Invalid as error:
            tell(form, error)
        except Conflict as error:
            form.add_error(None, f"{error.message} {error.hint}")
        else:
            messages.success(request, _("记下了。街道和社区都能看到原因和措施。"))
            return redirect("cases:causes")
    return render(request, CAUSE, {"line": line, "form": form}, status=422 if form.errors else 200)


@require_safe
@requires("cases.topics")
def topics(request: ActorRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    found = patterns.topics(request.actor, before=int(before[:18]) if before.isdigit() else 0)
    page = found[: patterns.PAGE]
    following = page[-1].row.pk if len(found) > patterns.PAGE else 0
    return render(request, TOPICS, {"topics": page, "following": following})


@require_safe
@requires("cases.topics")
def topic(request: ActorRequest, topic_id: int) -> HttpResponse:
    """The proposal with the cases behind it."""
    found, cases = patterns.topic_for(request.actor, topic_id)
    return render(request, TOPIC, {"topic": found, "lines": queue_lines(request.actor, cases)})
