"""One's own bookings: choose a time, take a held place, move it, do without it, put it into the calendar."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import Conflict
from nuanxin.places import queries, services
from nuanxin.places.booking_forms import BookForm
from nuanxin.places.enums import BookingState
from nuanxin.places.models import Bookable, Booking, Place
from nuanxin.places.queries.calendar_file import CONTENT_TYPE, calendar_file
from nuanxin.ui.forms import posted
from nuanxin.ui.phrases import calendar_moment


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.book")
def book(request: ActorRequest, public_id: UUID, item: str) -> HttpResponse:
    """Two taps: a time, and yes."""
    place = queries.public_place(public_id)
    bookable = queries.bookable_at(place, item)
    form = BookForm(posted(request), initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        starts_at, wait = form.cleaned_data["start"]
        given: dict[str, Any] = {"starts_at": starts_at, "wait": wait, "key": form.cleaned_data["key"]}
        try:
            made = services.book(
                actor=request.actor, public_id=public_id, item=item, now=request.now, **given
            )
        except Conflict as error:
            messages.warning(request, error.told)
            return redirect("places:book", public_id=public_id, item=item)
        _say(request, made)
        return redirect("places:own_bookings")
    return _times(request, place, bookable, form, None)


def _say(request: ActorRequest, made: Booking) -> None:
    when = calendar_moment(made.slot.starts_at)
    if made.state == BookingState.WAITING:
        position = queries.position_of(made)
        messages.info(request, _("排上了，你是第 %(n)d 位。有人取消就通知你。") % {"n": position})
    else:
        messages.success(request, _("约好了：%(when)s。") % {"when": when})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.book")
def move_booking(request: ActorRequest, public_id: UUID) -> HttpResponse:
    booking = queries.own_booking(request.actor, public_id)
    form = BookForm(posted(request), initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        starts_at, _wait = form.cleaned_data["start"]
        try:
            moved = services.move_booking(
                actor=request.actor, public_id=public_id, starts_at=starts_at, now=request.now
            )
        except Conflict as error:
            messages.warning(request, error.told)
            return redirect("places:move_booking", public_id=public_id)
        messages.success(request, _("改好了：%(when)s。") % {"when": calendar_moment(moved.slot.starts_at)})
        return redirect("places:own_bookings")
    return _times(request, booking.place, booking.slot.bookable, form, booking)


def _times(
    request: ActorRequest, place: Place, bookable: Bookable, form: BookForm, booking: Booking | None
) -> HttpResponse:
    days = queries.slot_days(bookable, place, now=request.now)
    context = {
        "place": place,
        "bookable": bookable,
        "booking": booking,
        "days": days,
        "first": next((each.on for each in days if each.free), days[0].on if days else None),
        "form": form,
        "key": uuid4(),
    }
    return render(request, "places/booking_times.html", context, status=422 if form.errors else 200)


@require_safe
@requires("places.book")
def own_bookings(request: ActorRequest) -> HttpResponse:
    coming, past = queries.own_bookings(request.actor, now=request.now)
    return render(request, "places/own_bookings.html", {"coming": coming, "past": past})


@require_POST
@requires("places.book")
def booking_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """A button of the table that its person may press."""
    steps = {"accept": services.accept_booking, "withdraw": services.withdraw_booking}
    if name not in steps:
        raise Http404
    try:
        steps[name](actor=request.actor, public_id=public_id, now=request.now)
    except Conflict as error:
        messages.warning(request, error.told)
    else:
        said = _("约好了，到时候见。") if name == "accept" else _("取消了，谢谢你早点说。")
        messages.success(request, said)
    return redirect("places:own_bookings")


@require_safe
@requires("places.book")
def booking_calendar(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """For the calendar of the phone."""
    booking = queries.own_booking(request.actor, public_id)
    url = request.build_absolute_uri(reverse("places:own_bookings"))
    response = HttpResponse(calendar_file(booking, url=url, now=request.now), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="booking-{booking.slot.starts_at:%Y%m%d}.ics"'
    response["Cache-Control"] = "private, no-store"
    return response
