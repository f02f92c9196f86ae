"""Spot-checks for communities, and the figures that everybody may read."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access.http import ActorRequest, public, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.privacy.masking import mask_name
from nuanxin.territories.queries import is_territory
from nuanxin.ui.forms import posted
from nuanxin.volunteering.queries.records import visible_record
from nuanxin.volunteering.queries.spot_checks import spot_checks as listed
from nuanxin.volunteering.queries.spot_checks import spot_report
from nuanxin.volunteering.record_forms import DrawForm, JudgeForm
from nuanxin.volunteering.services import spot_checks as services

PUBLISHED = timedelta(days=90)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.spot_check")
def spot_checks(request: ActorRequest) -> HttpResponse:
    """What is to be looked into; POST draws more."""
    form = DrawForm(posted(request)) if request.method == "POST" else DrawForm.for_month(_today(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.draw_spot_checks(actor=request.actor, now=request.now, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(
                request, _("抽了 %(n)d 条，种子是 %(seed)s。") % {"n": len(made), "seed": made[0].seed}
            )
            return redirect("volunteering:spot_checks")
    return _page(request, {"form": form}, status=422 if form.errors else 200)


@require_POST
@requires("volunteering.spot_check")
def spot_judge(request: ActorRequest, public_id: UUID) -> HttpResponse:
    visible_record(request.actor, public_id, "volunteering.spot_check")
    form = JudgeForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            services.judge_spot_check(
                actor=request.actor, public_id=public_id, result=told["result"], note=told["note"],
                minutes=told["minutes"] or 0, now=request.now,
            )  # fmt: skip
        except DomainError as error:
            if error.status == 404:
                raise
            form.refuse(error)
        else:
            messages.success(request, _("记下了。"))
            return redirect("volunteering:spot_checks")
    return _page(
        request, {"form": DrawForm.for_month(_today(request)), "judged": public_id, "judge": form}, status=422
    )


def _page(request: ActorRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    until = _today(request)
    masked = request.actor.is_masked("volunteering.spot_check")
    context |= {
        "open": [
            (each, _name(each.record.person, masked=masked)) for each in listed(request.actor, done=False)
        ],
        "closed": [
            (each, _name(each.record.person, masked=masked)) for each in listed(request.actor, done=True)
        ],
        "report": spot_report(since=until - PUBLISHED, until=until, within=request.actor.scope_code),
    }
    return render(request, "volunteering/record_spot_checks.html", context, status=status)


def _name(person: Any, *, masked: bool) -> str:
    name = person.name if person is not None else ""
    return mask_name(name) if masked and name else name or "—"


@public("results of spot-checks are published (Order 67); figures only")
@require_safe
@limited("public")
def spot_public(request: ActorRequest) -> HttpResponse:
    """Of the last ninety days, everywhere or in a territory."""
    within = request.GET.get("within", "")
    within = within if within.isascii() and within.isdigit() and is_territory(within) else ""
    until = _today(request)
    report = spot_report(since=until - PUBLISHED, until=until, within=within)
    return render(request, "volunteering/record_spot_public.html", {"report": report, "within": within})


def _today(request: ActorRequest) -> Any:
    return timezone.localdate(request.now)
