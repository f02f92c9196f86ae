"""What team leaders give: the leader's page with what is left of the month, the list, one award and taking it back."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nuanxin.incentives.queries import team_awards as queries
from nuanxin.incentives.rule_forms import TakeBackForm, TeamAwardFilterForm, ThanksForm
from nuanxin.incentives.services.team_award_sheet import EXPORT, export_team_awards
from nuanxin.incentives.services.team_awards import give_team_award, take_back_team_award
from nuanxin.incentives.views.stars import start_of
from nuanxin.incentives.workflow import TEAM_AWARD
from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.errors import DomainError
from nuanxin.ui.forms import posted
from nuanxin.volunteering.models import Team


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.team_award", "incentives.team_award_view")
def team_awards(request: ActorRequest) -> HttpResponse:
    """The list; for who leads a team also the form, with what is left of this month."""
    teams = queries.teams_to_thank(request.actor)
    form = _thanks_form(request, teams) if teams else None
    status = 200
    if form is not None and request.method == "POST":
        if form.is_valid():
            try:
                give_team_award(
                    actor=request.actor, data=form.thanks(), key=form.cleaned_data["key"], now=request.now
                )
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _("给了，本人马上知道，也看得到您写的话。"))
                return redirect("incentives:team_awards")
        status = 422 if status == 200 else status
    context = {**_listed(request), "form": form, **_room(request, teams)}
    return render(request, "incentives/team_awards.html", context, status=status)


def _thanks_form(request: ActorRequest, teams: list[Team]) -> ThanksForm:
    """Nearly always one team; where there are several, of all of them, that of the desk one comes from first."""
    asked = _team_in(request.GET)
    chosen = next((each for each in teams if each.public_id == asked), teams[0])
    form = ThanksForm(posted(request), initial={"key": uuid4(), "team": chosen.public_id})
    form.choose("team", ((str(each.public_id), each.name) for each in teams))
    members = [each for team in teams for each in queries.members_to_thank(request.actor, team)]
    form.choose("member", [("", "—"), *((str(each.public_id), each.shown_as) for each in members)])
    shifts = [each for team in teams for each in queries.shifts_to_thank_for(team, request.now)]
    named = (
        (str(each.public_id), f"{timezone.localtime(each.starts_at):%m-%d %H:%M} {each.activity.title}")
        for each in shifts
    )
    form.choose("shift", [("", "—"), *named])
    return form


def _room(request: ActorRequest, teams: list[Team]) -> dict[str, Any]:
    rows = [(team, queries.allowance(request.actor, team, request.now)) for team in teams]
    return {
        "room": rows,
        "is_off": bool(rows) and not any(room.most for _team, room in rows),
        "nobody": bool(teams) and not any(queries.members_to_thank(request.actor, team) for team in teams),
    }


def _listed(request: ActorRequest) -> dict[str, Any]:
    form = _filter_form(request, request.GET)
    filters = form.filters()
    start = start_of(request)
    rows, more = queries.listed_team_awards(request.actor, filters, before=start)
    kept = {key: value for key, value in request.GET.items() if key != "before"}
    here = reverse("incentives:team_awards")
    return {
        "filter": form,
        "filters": filters,
        "rows": rows,
        "next": f"{here}?{urlencode({**kept, 'before': rows[-1].award.pk})}" if more else "",
        "is_first": not start,
        "may_export": permits(request.actor, EXPORT),
    }


def _filter_form(request: ActorRequest, given: Any) -> TeamAwardFilterForm:
    form = TeamAwardFilterForm(given)
    teams = queries.teams_listed(request.actor, _team_in(given))
    form.choose("team", [("", _("全部")), *((str(each.public_id), each.name) for each in teams)])
    return form


def _team_in(given: Any) -> UUID | None:
    try:
        return UUID(given.get("team", ""))
    except ValueError:
        return None


@require_POST
@requires("incentives.team_award_export")
@limited("exports")
def team_award_export(request: ActorRequest) -> HttpResponseBase:
    filters = _filter_form(request, request.POST).filters()
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    return sent(export_team_awards(actor=request.actor, filters=filters, form=form, now=request.now))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.team_award_view")
def team_award(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """One award; taken back with a reason by who may."""
    found = queries.team_award(request.actor, public_id)
    moves = TEAM_AWARD.available(request.actor, found.award)
    form = TakeBackForm(posted(request))
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                take_back_team_award(
                    actor=request.actor, public_id=public_id, now=request.now, **form.cleaned_data
                )
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _("收回了，本人马上知道，也看得到原因。"))
                return redirect("incentives:team_award", public_id)
        status = 422 if status == 200 else status
    context = {"row": found, "award": found.award, "moves": moves, "form": form}
    return render(request, "incentives/team_award.html", context, status=status)
