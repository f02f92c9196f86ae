"""The duty roster: a week at a time."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nuanxin.kernel.access.http import requires
from nuanxin.kernel.errors import DomainError
from nuanxin.people import queries, services
from nuanxin.people.forms import ShiftForm, role_name
from nuanxin.ui.forms import show


@require_http_methods(["GET", "HEAD", "POST"])
@requires("people.duty")
def week(request: Any) -> HttpResponse:
    monday = _monday(request)
    candidates = queries.on_roster(request.actor, now=request.now)
    labels = [(row.public_id, row, f"{row.person.name} · {role_name(row.role)}") for row in candidates]
    form = ShiftForm(
        request.POST or None, assignments=labels, initial={"day": timezone.localdate(request.now)}
    )
    if form.is_valid():
        try:
            starts_at, ends_at = form.period
            services.plan_shift(
                actor=request.actor,
                assignment=form.assignments[form.cleaned_data["assignment"]][0],
                starts_at=starts_at,
                ends_at=ends_at,
                note=form.cleaned_data["note"],
                now=request.now,
            )
        except DomainError as error:
            show(form, error)
        else:
            messages.success(request, _("排上了。"))
            return HttpResponseRedirect(
                f"{reverse('people:duty')}?week={_monday_of(form.cleaned_data['day'])}"
            )
    page = {
        "form": form,
        "days": _days(request, monday),
        "monday": monday,
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
    }
    return render(request, "people/duty.html", page, status=422 if form.errors else 200)


def _days(request: Any, monday: date) -> list[dict[str, Any]]:
    start = timezone.make_aware(datetime.combine(monday, time()))
    shifts = list(queries.shifts_between(request.actor, start=start, end=start + timedelta(days=7)))
    days = [monday + timedelta(days=count) for count in range(7)]
    today = timezone.localdate(request.now)
    return [
        {
            "date": day,
            "is_today": day == today,
            "shifts": [
                {
                    "shift": shift,
                    "role": role_name(shift.assignment.role),
                    "has_begun": shift.starts_at <= request.now,
                }
                for shift in shifts
                if timezone.localdate(shift.starts_at) == day
            ],
        }
        for day in days
    ]


def _monday(request: Any) -> date:
    try:
        asked = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        asked = timezone.localdate(request.now)
    return _monday_of(asked)


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


@requires("people.duty")
@require_POST
def remove(request: Any, shift_id: int) -> HttpResponse:
    shift = queries.shift_of(request.actor, shift_id=shift_id)
    if shift is None:
        raise Http404
    services.remove_shift(actor=request.actor, shift=shift, now=request.now)
    messages.success(request, _("这个班删了。"))
    return HttpResponseRedirect(
        f"{reverse('people:duty')}?week={_monday_of(timezone.localdate(shift.starts_at))}"
    )
