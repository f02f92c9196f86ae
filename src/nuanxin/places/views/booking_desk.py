"""The desk of a place: today's bookings, came or not with one tap, a walk-in, how each service takes bookings."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import Conflict, DomainError
from nuanxin.places import queries, services
from nuanxin.places.booking_forms import CallOffForm, RulesForm, WalkInForm, rules_initial
from nuanxin.places.models import Place
from nuanxin.places.workflow import BOOKING
from nuanxin.ui.forms import posted
from nuanxin.ui.phrases import time_of_day

CONFIDENTIAL = ("counselling", "legal_advice", "mediation", "injury_claim", "pay_claim", "health_check")


@require_safe
@requires("places.bookings")
def bookings(request: ActorRequest, public_id: UUID) -> HttpResponse:
    place = queries.changeable_place(request.actor, "places.bookings", public_id)
    today = timezone.localdate(request.now)
    day = _day(request.GET.get("day", ""), today)
    walk_in = WalkInForm(slots=_slots(place, request.now), initial={"key": uuid4()})
    may_edit = permits(request.actor, "places.edit")
    context = {
        "place": place,
        "desk": queries.desk_day(place, day, now=request.now, actor=request.actor),
        "day": day,
        "today": today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "walk_in": walk_in if day == today and walk_in.fields["slot"].choices else None,  # type: ignore[attr-defined]
        "services": queries.bookable_rows(place) if may_edit else [],
        "may_edit": may_edit,
    }
    return render(request, "places/bookings.html", context)


def _day(text: str, today: date) -> date:
    """What cannot be understood, or lies far away, is today."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return found if abs((found - today).days) <= 60 else today


def _slots(place: Place, now: datetime) -> list[tuple[str, str]]:
    """Of today, with room, not over; the next one first."""
    return [
        (
            f"{item}|{slot.starts_at.isoformat()}",
            _("%(start)s – %(end)s %(service)s（空 %(free)d）")
            % {
                "start": time_of_day(slot.starts_at),
                "end": time_of_day(slot.ends_at),
                "service": name,
                "free": slot.free,
            },
        )
        for item, name, slot in queries.free_today(place, now=now)
    ]


@require_POST
@requires("places.bookings")
def walk_in(request: ActorRequest, public_id: UUID) -> HttpResponse:
    place = queries.changeable_place(request.actor, "places.bookings", public_id)
    form = WalkInForm(request.POST, slots=_slots(place, request.now))
    if not form.is_valid():
        messages.warning(request, _("这一段刚被占了，或者已经过去。请重新选一段。"))
        return redirect("places:bookings", public_id=public_id)
    item, starts_at = form.chosen()
    given: dict[str, Any] = {"item": item, "starts_at": starts_at, "key": form.cleaned_data["key"]}
    try:
        made = services.add_walk_in(actor=request.actor, public_id=public_id, now=request.now, **given)
        messages.success(request, _("记下了，代号 %s。") % made.called)
    except Conflict as error:
        messages.warning(request, error.told)
    return redirect("places:bookings", public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.attend")
def desk_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """Came, did not come: at once. Called off: with a reason that its person reads."""
    if name not in BOOKING.transitions or BOOKING[name].permission != "places.attend":
        raise Http404
    booking = queries.desk_booking(request.actor, public_id)
    day = timezone.localdate(booking.slot.starts_at)
    back = f"{reverse('places:bookings', args=[booking.place.public_id])}?day={day.isoformat()}"
    if name != "call_off":
        return _mark(request, public_id, name, back)
    form = CallOffForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.call_off_booking(
                actor=request.actor, public_id=public_id, reason=form.cleaned_data["reason"], now=request.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("取消了，已经通知本人，请他另约时间。"))
            return redirect(back)
    context = {
        "booking": booking,
        "service": queries.service_shown(booking),
        "move": BOOKING[name],
        "form": form,
        "back": back,
    }
    return render(request, "places/booking_call_off.html", context, status=422 if form.errors else 200)


def _mark(request: ActorRequest, public_id: UUID, name: str, back: str) -> HttpResponse:
    if request.method != "POST":
        return redirect(back)
    try:
        services.mark_booking(actor=request.actor, public_id=public_id, came=name == "came", now=request.now)
    except Conflict as error:
        messages.warning(request, error.told)
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.edit")
def booking_rules(request: ActorRequest, public_id: UUID, item: str) -> HttpResponse:
    place = queries.changeable_place(request.actor, "places.edit", public_id)
    known = queries.catalogue().services.get(item)
    if known is None:
        raise Http404
    bookable = queries.rules_at(place, item)
    changes = queries.changes_of(bookable) if bookable else []
    form = RulesForm(
        posted(request), initial=rules_initial(bookable, changes, confidential=item in CONFIDENTIAL)
    )
    asks = False
    if request.method == "POST" and form.is_valid():
        fate = form.cleaned_data["fate"]
        try:
            services.set_booking_rules(
                actor=request.actor, public_id=public_id, item=item, rules=form.rules(), fate=fate, now=request.now
            )  # fmt: skip
        except services.WouldCallOff as error:
            form.add_error("fate", error.told)
            asks = True
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("记好了，来的人看得到。"))
            return redirect("places:bookings", public_id=public_id)
    context = {"place": place, "item": known, "bookable": bookable, "form": form, "asks": asks}
    return render(request, "places/booking_rules.html", context, status=422 if form.errors else 200)
