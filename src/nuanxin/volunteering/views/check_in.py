"""The check-in: the screen of the leader or the keeper, and the worker's own page."""

from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import DomainError
from nuanxin.people.queries.consents import terms_of
from nuanxin.people.services import agreement_of
from nuanxin.ui.forms import posted
from nuanxin.volunteering.models import Shift
from nuanxin.volunteering.queries import check_codes
from nuanxin.volunteering.queries import records as queries
from nuanxin.volunteering.record_forms import CheckInForm
from nuanxin.volunteering.services import records as services
from nuanxin.volunteering.views.record_pages import done, framed


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.serve")
@limited("taps", posts_only=True)
def check_in(request: ActorRequest) -> HttpResponse:
    """Scan, or type; a code that a camera opened stands behind `#` and is put into the form by the page."""
    form = CheckInForm(posted(request))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            record = services.check_in(
                actor=request.actor, code=told["code"], now=request.now, device=told["device"],
                position=form.position(), agreement=agreement_of(request.POST.get("agreed", "")),
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            words = _("签到了：%(title)s。离开前点“签退”。") % {"title": record.title}
            if record.is_late:
                words = _("签到了，记为补签，由队长确认。")
            messages.success(request, words)
            return redirect("volunteering:check_in")
    context = {
        "form": form,
        "terms": terms_of(services.PLACE_CONSENT, person_id=request.actor.person_id),
        "open": queries.own_open_record(request.actor),
        "shifts": queries.shifts_to_come_to(request.actor, request.now),
    }
    return render(request, "volunteering/record_check_in.html", context, status=422 if form.errors else 200)


@require_POST
@requires("volunteering.serve")
def check_out(request: ActorRequest, public_id: UUID) -> HttpResponse:
    return done(
        request, lambda: services.check_out(actor=request.actor, public_id=public_id, now=request.now),
        _("签退了，辛苦了。队长确认后算进时长。"), "volunteering:my_hours",
    )  # fmt: skip


@require_safe
@requires("volunteering.check_in")
def screens(request: ActorRequest) -> HttpResponse:
    """Which shifts are on: one's screen for each."""
    rows = queries.shifts_to_check(request.actor, request.now)
    return framed(request, "volunteering/record_screens.html", {"rows": rows})


@require_safe
@requires("volunteering.check_in")
def screen(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """The code fills the screen, below it who has come; asked for anew every half minute."""
    shift = queries.shift_to_check(request.actor, public_id)
    context = _on_screen(request, shift)
    if request.htmx:
        response = render(request, "volunteering/partials/record_screen.html", context)
    else:
        response = framed(request, "volunteering/record_screen.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _on_screen(request: ActorRequest, shift: Shift) -> dict[str, Any]:
    rows = queries.expected_at(shift)
    context: dict[str, Any] = {
        "shift": shift,
        "rows": rows,
        "come": sum(each.has_come for each in rows),
        "is_over": request.now > shift.ends_at,
        "opens_at": shift.starts_at - queries.EARLY,
        "is_open": shift.starts_at - queries.EARLY <= request.now <= shift.ends_at,
    }
    if context["is_open"]:
        code = check_codes.pictured(shift.public_id, request.now)
        address = f"{request.build_absolute_uri(reverse('volunteering:check_in'))}#{code}"
        context |= {
            "address": address,
            "qr": segno.make(address, error="m").svg_data_uri(
                scale=6, border=2, dark="#1f2328", light="#ffffff"
            ),
            "typed": check_codes.typed(shift.public_id, request.now),
            "seconds": check_codes.seconds_left(request.now) + 1,
        }
    return context


@require_POST
@requires("volunteering.check_in")
def screen_admit(request: ActorRequest, public_id: UUID, sign_up: UUID) -> HttpResponse:
    queries.shift_to_check(request.actor, public_id)
    return done(
        request, lambda: services.admit(actor=request.actor, sign_up_id=sign_up, now=request.now),
        _("点到了。"), "volunteering:screen", public_id,
    )  # fmt: skip


@require_POST
@requires("volunteering.check_in")
def screen_release(request: ActorRequest, public_id: UUID, record: UUID) -> HttpResponse:
    queries.shift_to_check(request.actor, public_id)
    return done(
        request, lambda: services.check_out_by_leader(actor=request.actor, public_id=record, now=request.now),
        _("签退了。"), "volunteering:screen", public_id,
    )  # fmt: skip
