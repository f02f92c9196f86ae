"""The times of an activity and who comes, for those who run it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.errors import DomainError
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import press
from nuanxin.volunteering.activity_forms import ReasonForm, ShiftForm, WeeklyForm, shift_initial
from nuanxin.volunteering.queries.organising import (
    children_are_shown,
    comers,
    managed_activity,
    managed_shift,
    shift_of_sign_up,
)
from nuanxin.volunteering.services import family
from nuanxin.volunteering.services import shifts as services
from nuanxin.volunteering.services.activity_sheet import export_comers
from nuanxin.volunteering.services.signing_up import OwnRequirement, check_requirement

EDIT = "volunteering.activity_edit"


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDIT)
def shift_new(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """One time, or the same every week."""
    activity = managed_activity(request.actor, public_id, EDIT)
    is_weekly = request.POST.get("form") == "weekly"
    one = ShiftForm(posted(request) if not is_weekly else None, initial={"capacity": 10})
    weekly = WeeklyForm(posted(request) if is_weekly else None, initial={"capacity": 10}, prefix="weekly")
    form: Any = weekly if is_weekly else one
    if request.method == "POST" and form.is_valid():
        try:
            count = _add(request, public_id, one, weekly, is_weekly=is_weekly)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("排好了 %(n)d 班。") % {"n": count})
            return redirect("volunteering:activity_managed", public_id=public_id)
    context = {"activity": activity, "one": one, "weekly": weekly, "is_weekly": is_weekly}
    return render(request, "volunteering/shift_new.html", context, status=422 if form.errors else 200)


def _add(
    request: ActorRequest, public_id: UUID, one: ShiftForm, weekly: WeeklyForm, *, is_weekly: bool
) -> int:
    given: dict[str, Any] = {"actor": request.actor, "public_id": public_id, "now": request.now}
    if is_weekly:
        return len(services.repeat_weekly(**given, rule=weekly.rule()))
    starts_at, ends_at = one.span()
    services.add_shift(**given, starts_at=starts_at, ends_at=ends_at, capacity=one.cleaned_data["capacity"])
    return 1


@require_safe
@requires("volunteering.activity_view")
def shift_managed(request: ActorRequest, shift_id: UUID) -> HttpResponse:
    """Who comes, who waits, who leads."""
    shift = managed_shift(request.actor, shift_id, "volunteering.activity_view")
    rows = comers(shift, now=request.now)
    context = {
        "shift": shift,
        "activity": shift.activity,
        "rows": rows,
        "coming": sum(each.state == "confirmed" for each in rows),
        "may_edit": permits(request.actor, EDIT) and not shift.is_over(request.now),
        "may_attend": permits(request.actor, "volunteering.attend"),
        "may_export": permits(request.actor, "volunteering.activity_export"),
        "children_shown": children_are_shown(shift, request.now),
    }
    return render(request, "volunteering/shift_managed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDIT)
def shift_edit(request: ActorRequest, shift_id: UUID) -> HttpResponse:
    """Another time, more or fewer places."""
    shift = managed_shift(request.actor, shift_id, EDIT)
    form = ShiftForm(posted(request), initial=shift_initial(shift))
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {"actor": request.actor, "shift_id": shift_id, "now": request.now}
        starts_at, ends_at = form.span()
        try:
            if (starts_at, ends_at) != (shift.starts_at, shift.ends_at):
                services.move_shift(**given, starts_at=starts_at, ends_at=ends_at)
            if form.cleaned_data["capacity"] != shift.capacity:
                services.resize_shift(**given, capacity=form.cleaned_data["capacity"])
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("改好了。时间变了的话，报上名的人会收到通知。"))
            return redirect("volunteering:shift_managed", shift_id=shift_id)
    context = {"shift": shift, "activity": shift.activity, "form": form}
    return render(request, "volunteering/shift_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(EDIT)
def shift_cancel(request: ActorRequest, shift_id: UUID) -> HttpResponse:
    shift = managed_shift(request.actor, shift_id, EDIT)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_shift(
                actor=request.actor, shift_id=shift_id, reason=form.cleaned_data["reason"], now=request.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("取消了，报上名的人会收到通知和原因。"))
            return redirect("volunteering:activity_managed", public_id=shift.activity.public_id)
    context = {"shift": shift, "activity": shift.activity, "form": form}
    return render(request, "volunteering/shift_cancel.html", context, status=422 if form.errors else 200)


@require_POST
@requires("volunteering.activity_export")
@limited("exports")
def shift_export(request: ActorRequest, shift_id: UUID) -> HttpResponseBase:
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    return sent(export_comers(actor=request.actor, shift_id=shift_id, form=form, now=request.now))


@require_POST
@requires(EDIT)
def shift_leader(request: ActorRequest, shift_id: UUID) -> HttpResponse:
    """One of those who come, or nobody."""
    try:
        chosen = UUID(request.POST["leader"]) if request.POST.get("leader") else None
    except ValueError as error:
        raise Http404 from error
    return press(
        request, back=reverse("volunteering:shift_managed", args=[shift_id]), done=_("记下了。"),
        perform=lambda: services.name_leader(
            actor=request.actor, shift_id=shift_id, sign_up=chosen, now=request.now
        ),
    )  # fmt: skip


@require_POST
@requires("volunteering.attend")
def requirement_seen(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """What the activity asks for was shown, or not."""
    try:
        found = check_requirement(
            actor=request.actor,
            public_id=public_id,
            is_checked=request.POST.get("seen") == "1",
            now=request.now,
        )
    except OwnRequirement as error:
        messages.warning(request, error.told)
        return redirect("volunteering:shift_managed", shift_id=shift_of_sign_up(request.actor, public_id))
    return redirect("volunteering:shift_managed", shift_id=found.shift.public_id)


@require_POST
@requires("volunteering.attend")
@limited("taps")
def child_step(request: ActorRequest, public_id: UUID, child_id: int, name: str) -> HttpResponse:
    """A child is there; a child goes with whoever shows the code."""
    given: dict[str, Any] = {
        "actor": request.actor,
        "public_id": public_id,
        "child_id": child_id,
        "now": request.now,
    }
    try:
        if name == "arrived":
            child = family.child_arrived(**given)
            messages.success(request, _("登记了，孩子到了。"))
        elif name == "hand_over":
            child = family.hand_over(**given, code=request.POST.get("code", "")[:8])
            messages.success(request, _("码对上了，孩子交给监护人了。"))
        else:
            raise Http404
    except (family.WrongCode, family.NotArrived, family.NotTheDay) as error:
        messages.warning(request, error.told)
        return redirect("volunteering:shift_managed", shift_id=shift_of_sign_up(request.actor, public_id))
    return redirect("volunteering:shift_managed", shift_id=child.sign_up.shift.public_id)
