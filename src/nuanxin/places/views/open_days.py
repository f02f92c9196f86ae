"""Open-kitchen days: for whoever keeps a kitchen, and for whoever likes to see one."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, public, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import DomainError
from nuanxin.places.queries import changeable_place
from nuanxin.places.queries import open_days as queries
from nuanxin.places.scene_forms import KitchenForm, OpenDayForm, ReasonForm
from nuanxin.places.services import open_days as services
from nuanxin.ui.forms import posted


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.open_day")
def open_days_of(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """A place's own: the next one, and what was found on those before."""
    place = changeable_place(request.actor, "places.open_day", public_id)
    form = OpenDayForm(posted(request), initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        told: dict[str, Any] = dict(form.cleaned_data)
        key = told.pop("key")
        try:
            services.announce_open_day(
                actor=request.actor, public_id=public_id, data=services.DayData(**told), key=key, now=request.now
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("定好了，大家看得到，也可以报名了。"))
            return redirect("places:open_days_of", public_id=public_id)
    context = {"place": place, "form": form, "days": queries.days_of(place), "least": queries.least_forms()}
    return render(request, "places/open_days_of.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.open_day")
def open_day_cancel(request: ActorRequest, day_id: UUID) -> HttpResponse:
    day = queries.own_day(request.actor, "places.open_day", day_id)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_open_day(
                actor=request.actor, public_id=day_id, reason=form.cleaned_data["reason"], now=request.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("取消了，报了名的人会收到通知。"))
            return redirect("places:open_days_of", public_id=day.place.public_id)
    context = {"day": day, "form": form}
    return render(request, "places/open_day_cancel.html", context, status=422 if form.errors else 200)


@public("which kitchens show themselves, and when")
@require_safe
@limited("public")
def open_days(request: ActorRequest) -> HttpResponse:
    context = {
        "days": queries.days_to_come(request.actor, now=request.now),
        "own": queries.own_days(request.actor, now=request.now),
    }
    return render(request, "places/open_days.html", context)


@public("what there is to see, and what those who were there found")
@require_safe
@limited("public")
def open_day(request: ActorRequest, day_id: UUID) -> HttpResponse:
    coming = queries.public_day(request.actor, day_id)
    day = coming.day
    context = {
        "coming": coming,
        "day": day,
        "found": queries.found_on(day),
        "least": queries.least_forms(),
        "is_over": request.now >= day.ends_at,
        "may_join": request.actor.is_authenticated and permits(request.actor, "places.join_day"),
        "may_look": coming.is_coming and not coming.has_looked
        and day.starts_at <= request.now <= day.ends_at + queries.LOOK_WITHIN and day.state != "cancelled",
    }  # fmt: skip
    return render(request, "places/open_day.html", context)


@require_POST
@requires("places.join_day")
@limited("taps")
def open_day_join(request: ActorRequest, day_id: UUID) -> HttpResponse:
    """Signing up, or not coming after all."""
    try:
        if request.POST.get("coming") == "0":
            services.leave_open_day(actor=request.actor, public_id=day_id)
            messages.success(request, _("取消了，位子让给别人。"))
        else:
            services.join_open_day(actor=request.actor, public_id=day_id, now=request.now)
            messages.success(request, _("报上名了。去不了随时可以取消。"))
    except (services.TooLate, services.SignedUpAll) as error:
        messages.warning(request, error.told)
    return redirect("places:open_day", day_id=day_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.join_day")
def open_day_look(request: ActorRequest, day_id: UUID) -> HttpResponse:
    """The residents' form."""
    coming = queries.public_day(request.actor, day_id)
    form = KitchenForm(posted(request), points=queries.kitchen_points().values())
    if request.method == "POST" and form.is_valid():
        try:
            services.look_at_kitchen(
                actor=request.actor, public_id=day_id, wrong=form.wrong(), words=form.cleaned_data["note"],
                now=request.now,
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("收到了，谢谢。够几份以后才一起公布，不记是谁填的。"))
            return redirect("places:open_day", day_id=day_id)
    context = {"day": coming.day, "form": form}
    return render(request, "places/open_day_look.html", context, status=422 if form.errors else 200)
