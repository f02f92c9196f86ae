"""Teams for who sets them up and who leads them: the list, one team, its members, bringing a tree in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import allows, permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_name, path_names, within_reach
from nuanxin.ui import sheets
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import fill_in, press
from nuanxin.volunteering.queries import teams as queries
from nuanxin.volunteering.queries.team_catalogue import sources_in_words
from nuanxin.volunteering.services import membership
from nuanxin.volunteering.services import teams as services
from nuanxin.volunteering.services.team_sheet import SHEET, export_teams
from nuanxin.volunteering.team_forms import InviteForm, TeamFilterForm, TeamForm, WordsForm

PAGES = sheets.Pages(
    "volunteering:team_import",
    "volunteering:team_template",
    "volunteering:team_plan",
    "volunteering:team_list",
)


def offset_of(request: Any, name: str = "from") -> int:
    told = request.GET.get(name, "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 7 else 0


@require_safe
@requires("volunteering.view_team")
def team_list(request: ActorRequest) -> HttpResponse:
    form = TeamFilterForm(request.GET, within=request.actor.scope_code)
    filters = form.filters()
    start = offset_of(request)
    rows, more = queries.listed_teams(request.actor, filters, now=request.now, offset=start)
    paths = path_names((each.team.scope_code for each in rows), top=Level.STREET)
    here = reverse("volunteering:team_list")
    kept: dict[str, str] = {key: str(value) for key, value in request.GET.items() if key != "from"}
    context = {
        "form": form,
        "filters": filters,
        "rows": [(each, paths[each.team.scope_code]) for each in rows],
        "next": f"{here}?{urlencode({**kept, 'from': str(start + queries.PAGE)})}" if more else "",
        "is_first": not start,
        "areas": within_reach(request.actor.scope_code, filters.within),
        "may_edit": permits(request.actor, "volunteering.edit_team"),
        "may_export": permits(request.actor, "volunteering.export_teams"),
        "may_import": permits(request.actor, "volunteering.import_teams"),
    }
    return render(
        request,
        "volunteering/partials/team_rows.html" if request.htmx else "volunteering/team_list.html",
        context,
    )


@require_POST
@requires("volunteering.export_teams")
@limited("exports")
def team_export(request: ActorRequest) -> HttpResponseBase:
    """The list as it is narrowed: CSV or a workbook."""
    filters = TeamFilterForm(request.POST, within=request.actor.scope_code).filters()
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    return sent(export_teams(actor=request.actor, filters=filters, form=form, now=request.now))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.import_teams")
@limited("uploads", posts_only=True)
def team_import(request: Any) -> HttpResponse:
    return sheets.start(request, SHEET, PAGES)


@require_safe
@requires("volunteering.import_teams")
def team_template(request: Any) -> HttpResponseBase:
    return sheets.template(request, SHEET, "teams.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.import_teams")
def team_plan(request: Any, public_id: UUID) -> HttpResponse:
    return sheets.plan(request, SHEET, PAGES, public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.edit_team")
def team_new(request: ActorRequest) -> HttpResponse:
    form = TeamForm(posted(request), actor=request.actor, parents=queries.possible_parents(request.actor))
    return fill_in(
        request, form, title=_("建一支队伍"), back=reverse("volunteering:team_list"), done=_("建好了。"),
        perform=lambda: services.create_team(actor=request.actor, data=form.data_of(), now=request.now),
        to=lambda team: reverse("volunteering:team_desk", args=[team.public_id]),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.edit_team")
def team_edit(request: ActorRequest, public_id: UUID) -> HttpResponse:
    team = queries.team_for(request.actor, "volunteering.edit_team", public_id)
    parents = queries.possible_parents(request.actor, without=team)
    form = TeamForm(posted(request), actor=request.actor, parents=parents, team=team)
    return fill_in(
        request, form, title=team.name, back=reverse("volunteering:team_desk", args=[public_id]), done=_("改好了。"),
        perform=lambda: services.change_team(
            actor=request.actor, public_id=public_id, data=form.data_of(), now=request.now
        ),
    )  # fmt: skip


@require_safe
@requires("volunteering.view_team")
def team_desk(request: ActorRequest, public_id: UUID) -> HttpResponse:
    team = queries.team_for(request.actor, "volunteering.view_team", public_id)
    members = queries.members_for_leader(request.actor, team)
    may_lead = permits(request.actor, "volunteering.lead_team") and allows(
        request.actor, "volunteering.lead_team", team
    )
    context = {
        "team": team,
        "page": queries.team_page(request.actor, team, now=request.now),
        "path": path_name(team.scope_code),
        "sources": sources_in_words(team.sources),
        "asked": [each for each in members if each.state == "asked"],
        "invited": [each for each in members if each.state == "invited"],
        "members": [each for each in members if each.state == "member"],
        "leaders": queries.leaders_of(team, now=request.now),
        "may_lead": may_lead,
        "may_edit": permits(request.actor, "volunteering.edit_team")
        and allows(request.actor, "volunteering.edit_team", team),
        "may_appoint": may_lead and permits(request.actor, "people.assign"),
        "invite": InviteForm(),
    }
    return render(request, "volunteering/team_desk.html", context)


@require_POST
@requires("volunteering.edit_team")
def team_close(request: ActorRequest, public_id: UUID) -> HttpResponse:
    queries.team_for(request.actor, "volunteering.edit_team", public_id)
    try:
        services.close_team(actor=request.actor, public_id=public_id, now=request.now)
    except services.TeamBusy as error:
        messages.warning(request, error.told)
        return redirect("volunteering:team_desk", public_id=public_id)
    messages.success(request, _("撤销了，队员都会知道。"))
    return redirect("volunteering:team_list")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.lead_team")
@limited("taps", posts_only=True)
def team_invite(request: ActorRequest, public_id: UUID) -> HttpResponse:
    team = queries.team_for(request.actor, "volunteering.lead_team", public_id)
    form = InviteForm(posted(request))
    return fill_in(
        request, form, title=_("邀请队员"), lead=team.name, back=reverse("volunteering:team_desk", args=[public_id]),
        done=_("如果这个号码有账号，对方会收到邀请。"),
        perform=lambda: membership.invite_member(
            actor=request.actor, public_id=public_id, phone=form.cleaned_data["phone"], now=request.now
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.lead_member")
def team_member_step(request: ActorRequest, public_id: UUID, member_id: UUID, name: str) -> HttpResponse:
    """Take in at once; decline and part with a reason."""
    team = queries.team_for(request.actor, "volunteering.lead_team", public_id)
    back = reverse("volunteering:team_desk", args=[public_id])
    given: dict[str, Any] = {"actor": request.actor, "member_id": member_id, "name": name, "now": request.now}
    if name not in ("decline", "part"):
        return press(
            request, back=back, done=_("同意了，对方会知道。"), perform=lambda: membership.lead_step(**given)
        )
    form = WordsForm(posted(request))
    title = _("请出队伍") if name == "part" else _("不同意加入")
    return fill_in(
        request, form, title=title, lead=team.name, back=back, tone="danger", done=_("办好了，对方会知道。"),
        perform=lambda: membership.lead_step(**given, reason=form.cleaned_data["words"]),
    )  # fmt: skip


@require_POST
@requires("people.assign")
def team_leader(request: ActorRequest, public_id: UUID, member_id: UUID) -> HttpResponse:
    """A member leads from now on."""
    queries.team_for(request.actor, "volunteering.lead_team", public_id)
    return press(
        request, back=reverse("volunteering:team_desk", args=[public_id]), done=_("请好了，对方可以切换成队长身份。"),
        perform=lambda: services.appoint_leader(
            actor=request.actor, public_id=public_id, member_id=member_id, now=request.now
        ),
    )  # fmt: skip


@require_POST
@requires("people.assign")
def team_leader_end(request: ActorRequest, public_id: UUID, assignment_id: UUID) -> HttpResponse:
    queries.team_for(request.actor, "volunteering.lead_team", public_id)
    return press(
        request, back=reverse("volunteering:team_desk", args=[public_id]), done=_("不再是队长。"),
        perform=lambda: services.relieve_leader(
            actor=request.actor, public_id=public_id, assignment_id=assignment_id, now=request.now
        ),
    )  # fmt: skip
