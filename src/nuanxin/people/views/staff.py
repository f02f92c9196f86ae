"""People and organisations as staff see them: their own reach, masked where the role says so."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import csv_file, safe
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.privacy.masking import mask_name
from nuanxin.people import queries, services
from nuanxin.people.enums import OrganisationKind
from nuanxin.people.forms import AssignForm, EndAssignmentForm, PeopleFilterForm, role_name
from nuanxin.people.models import Assignment
from nuanxin.people.queries import PAGE
from nuanxin.territories.queries import path_names
from nuanxin.ui.forms import show


@require_safe
@requires("people.view")
def people(request: Any) -> HttpResponse:
    form, found = _filtered(request)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE + 1])
    page = {
        "form": form,
        "rows": _rows(request, rows[:PAGE]),
        "next": _next(request, rows),
        "may_invite": permits(request.actor, "people.invite"),
        "may_plan": permits(request.actor, "people.duty"),
        "may_recover": permits(request.actor, "people.recover"),
        "query": request.GET.urlencode(),
    }
    template = "people/partials/people_rows.html" if request.htmx else "people/people.html"
    return render(request, template, page)


def _filtered(request: Any) -> tuple[PeopleFilterForm, QuerySet[Assignment]]:
    form = PeopleFilterForm(request.GET, roles=queries.roles())
    given = form.cleaned_data if form.is_valid() else {}
    found = queries.visible_assignments(
        request.actor,
        now=request.now,
        role=given.get("role", ""),
        text=given.get("q", ""),
        with_ended=given.get("ended", False),
    )
    return form, found


def _rows(request: Any, assignments: list[Any]) -> list[dict[str, Any]]:
    places = path_names(row.scope_code for row in assignments)
    return [
        {
            "assignment": row,
            "name": queries.name_for(request.actor, row.person),
            "role": role_name(row.role),
            "place": places[row.scope_code],
            "where": row.organisation.label if row.organisation else row.site.name if row.site else "",
        }
        for row in assignments
    ]


def _next(request: Any, rows: list[Any]) -> str:
    if len(rows) <= PAGE:
        return ""
    given = request.GET.copy()
    given["before"] = str(rows[PAGE - 1].pk)
    return f"?{given.urlencode()}"


@require_safe
@requires("people.view")
@limited("exports")
def export(request: Any) -> HttpResponseBase:
    """The list as CSV, always masked: what leaves the system masks by default."""
    _form, found = _filtered(request)
    rows: list[list[str]] = [[_("姓名"), _("岗位"), _("单位或场所"), _("辖区"), _("起"), _("止")]]
    for row in _rows(request, list(found[:5000])):
        period = (row["assignment"].active_from, row["assignment"].active_to)
        days = [timezone.localdate(at).isoformat() if at else "" for at in period]
        cells = [mask_name(row["assignment"].person.name), row["role"], row["where"], row["place"], *days]
        rows.append([safe(str(cell)) for cell in cells])
    services.note_export(actor=request.actor, what="people", now=request.now)
    return csv_file("people", rows, now=request.now)


@require_safe
@requires("people.view")
def person(request: Any, public_id: UUID) -> HttpResponse:
    found = queries.visible_person(request.actor, public_id=public_id, now=request.now)
    if found is None:
        raise Http404
    someone, assignments = found
    may_assign = permits(request.actor, "people.assign")
    ends = queries.assignable(request.actor, assignments) if may_assign else set()
    page = {
        "person": someone,
        "name": queries.name_for(request.actor, someone),
        "rows": [
            {
                **row,
                "is_active": row["assignment"].is_active_at(request.now),
                "may_end": row["assignment"].pk in ends,
            }
            for row in _rows(request, assignments)
        ],
        "may_assign": may_assign and request.actor.person_id != someone.pk,
        "has_second_factor": queries.has_second_factor(someone.pk),
    }
    return render(request, "people/person.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("people.assign")
def assign(request: Any, public_id: UUID) -> HttpResponse:
    """One more role for somebody who is already in the actor's reach."""
    found = queries.visible_person(request.actor, public_id=public_id, now=request.now)
    if found is None:
        raise Http404
    form = AssignForm(request.POST or None, **queries.places_for(request.actor, "people.assign"))
    if form.is_valid():
        try:
            services.assign(
                actor=request.actor,
                person=found[0],
                role=form.cleaned_data["role"],
                reason=form.cleaned_data["reason"],
                now=request.now,
                **form.place,
            )
        except DomainError as error:
            show(form, error)
        else:
            messages.success(request, _("安排好了，从现在起生效。"))
            return redirect("people:person", public_id=public_id)
    page = {"form": form, "name": queries.name_for(request.actor, found[0]), "person": found[0]}
    return render(request, "people/assign.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("people.assign")
def end_assignment(request: Any, public_id: UUID) -> HttpResponse:
    """Says what is open and who could take it, then ends the role and hands the work over."""
    assignment = queries.assignment_to(request.actor, "people.assign", public_id=public_id)
    if assignment is None:
        raise Http404
    successors = queries.possible_successors(assignment, now=request.now)
    form = EndAssignmentForm(request.POST or None, successors=successors)
    if form.is_valid():
        services.end_assignment(
            actor=request.actor,
            assignment=assignment,
            successor=form.successors.get(form.cleaned_data["successor"]),
            reason=form.cleaned_data["reason"],
            now=request.now,
        )
        messages.success(request, _("任职结束了，手上的事已经交出去。"))
        return redirect("people:person", public_id=assignment.person.public_id)
    page = {
        "form": form,
        "assignment": assignment,
        "name": queries.name_for(request.actor, assignment.person),
        "role": role_name(assignment.role),
        "open_work": services.open_work(assignment),
    }
    return render(request, "people/end_assignment.html", page, status=422 if form.errors else 200)


@requires("people.assign")
@require_POST
def reset_second_factor(request: Any, public_id: UUID) -> HttpResponse:
    found = queries.visible_person(request.actor, public_id=public_id, now=request.now)
    if found is None or not queries.assignable(request.actor, found[1]):
        raise Http404
    services.reset_second_factor(actor=request.actor, person=found[0], now=request.now)
    messages.success(request, _("动态码已清除，下次登录会重新设置。"))
    return redirect("people:person", public_id=public_id)


@require_safe
@requires("organisations.view")
def organisations(request: Any) -> HttpResponse:
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "")[:40].strip()
    found = list(queries.visible_organisations(request.actor, kind=kind, text=text)[:200])
    places = path_names(row.scope_code for row in found)
    page = {
        "rows": [{"organisation": row, "place": places[row.scope_code]} for row in found],
        "kinds": OrganisationKind.choices,
        "kind": kind,
        "text": text,
        "may_import": permits(request.actor, "organisations.import"),
    }
    template = "people/partials/organisation_rows.html" if request.htmx else "people/organisations.html"
    return render(request, template, page)


@require_safe
@requires("organisations.view")
def organisation(request: Any, public_id: UUID) -> HttpResponse:
    found = queries.visible_organisation(request.actor, public_id=public_id)
    if found is None:
        raise Http404
    members = queries.visible_assignments(request.actor, now=request.now).filter(organisation=found)[:100]
    page = {
        "organisation": found,
        "place": path_names([found.scope_code])[found.scope_code],
        "rows": _rows(request, list(members)),
    }
    return render(request, "people/organisation.html", page)
