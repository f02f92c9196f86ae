"""One's own hours: by month, each with its way, what was not right, what no check-in knows of."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.files.http import picture_answer
from nuanxin.kernel.files.services import open_file
from nuanxin.ui.forms import posted
from nuanxin.volunteering.queries import records as queries
from nuanxin.volunteering.record_forms import AskForm, ClaimForm, HourFilterForm
from nuanxin.volunteering.services import record_correcting
from nuanxin.volunteering.services import records as services
from nuanxin.volunteering.services.national import export_own

ASKABLE = ("recorded", "corrected", "refused")


@require_safe
@requires("volunteering.serve")
def my_hours(request: ActorRequest) -> HttpResponse:
    hours = queries.own_hours(request.actor, queries.HourFilters())
    form = HourFilterForm(request.GET, years=hours.years, organisations=hours.organisations)
    filters = form.filters()
    if filters != queries.HourFilters():
        hours = queries.own_hours(request.actor, filters)
    context = {
        "hours": hours,
        "form": form,
        "is_narrowed": filters != queries.HourFilters(),
        "open": queries.own_open_record(request.actor),
    }
    return render(request, "volunteering/record_my_hours.html", context)


@require_POST
@requires("volunteering.serve")
@limited("exports")
def my_hours_export(request: ActorRequest) -> HttpResponseBase:
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    return sent(export_own(actor=request.actor, form=form, now=request.now))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.serve")
def my_record(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """One service with its way; POST asks for a correction."""
    record = queries.own_record(request.actor, public_id)
    form = AskForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            record_correcting.ask_correction(
                actor=request.actor, public_id=public_id, now=request.now, **form.cleaned_data
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("送到了。由别人来核对，答复会告诉你。"))
            return redirect("volunteering:my_record", public_id=public_id)
    context = {
        "record": record,
        "page": queries.record_page(request.actor, record),
        "form": form,
        "may_ask": record.state in ASKABLE,
    }
    return render(request, "volunteering/record_mine.html", context, status=422 if form.errors else 200)


@require_safe
@requires(*queries.SEE_PICTURES)
def claim_picture(request: ActorRequest, public_id: UUID) -> HttpResponseBase:
    """What somebody shows for hours by hand; nobody else's phone keeps it."""
    opened = open_file(
        public_id=queries.claim_picture(request.actor, public_id), thumb="thumb" in request.GET
    )
    return picture_answer(request, opened, "private, no-store")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.serve")
def service_enter(request: ActorRequest) -> HttpResponse:
    """What was done without a check-in, with what it can be looked into by."""
    organisations = queries.own_organisations(request.actor)
    form = ClaimForm(posted(request), request.FILES or None, organisations=organisations)
    if request.method == "POST" and form.is_valid():
        try:
            services.enter_service(
                actor=request.actor, claim=form.claim(), key=_key(request), now=request.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("记下了，等对方确认；补记的会多抽查一些。"))
            return redirect("volunteering:my_hours")
    context = {"form": form, "key": _key(request), "has_any": bool(organisations)}
    return render(request, "volunteering/record_enter.html", context, status=422 if form.errors else 200)


def _key(request: ActorRequest) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()
