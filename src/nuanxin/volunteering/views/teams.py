"""Teams on the phone: near me, one team with its badge, joining and leaving."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import DomainError
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_name, path_names
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import press
from nuanxin.volunteering.queries import teams as queries
from nuanxin.volunteering.queries.team_catalogue import sources_in_words
from nuanxin.volunteering.services import membership
from nuanxin.volunteering.team_forms import JoinForm, ShownForm


@require_safe
@requires("volunteering.teams")
def teams(request: ActorRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:40]
    rows, home = queries.teams_near(request.actor, text=text)
    paths = path_names((each.team.scope_code for each in rows), top=Level.STREET)
    context = {
        "rows": [(each, paths[each.team.scope_code]) for each in rows],
        "own": queries.own_memberships(request.actor),
        "text": text,
        "home": home,
    }
    return render(request, "volunteering/team_phone_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.teams")
def team(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """What everybody may know of it; a form to join it."""
    found = queries.open_team(public_id)
    form = JoinForm(posted(request), initial={"shown_as": _called(request)})
    if request.method == "POST" and form.is_valid():
        try:
            held = membership.ask_to_join(
                actor=request.actor,
                public_id=public_id,
                shown_as=form.cleaned_data["shown_as"],
                now=request.now,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            told = _("你已经是队员了。") if held.state == "member" else _("收到了，队长看过会告诉你。")
            messages.success(request, told)
            return redirect("volunteering:team", public_id=public_id)
    page = queries.team_page(request.actor, found, now=request.now)
    context = {
        "team": found,
        "page": page,
        "path": path_name(found.scope_code),
        "sources": sources_in_words(found.sources),
        "form": form,
        "shown": ShownForm(initial={"shown_as": page.own.shown_as, "is_shown": page.own.is_shown})
        if page.own
        else None,
        "may_join": permits(request.actor, "volunteering.join"),
    }
    return render(request, "volunteering/team_phone.html", context, status=422 if form.errors else 200)


def _called(request: Any) -> str:
    person = request.person
    return person.nickname or (f"{person.name[:1]}师傅" if person.name else "") if person else ""


@require_POST
@requires("volunteering.join")
def member_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """Accept, refuse, leave."""
    labels = {
        "accept": _("欢迎加入。"),
        "refuse": _("知道了，没有加入。"),
        "leave": _("你已经退出，随时可以再来。"),
    }
    return press(
        request, back=reverse("volunteering:teams"), done=labels.get(name, ""),
        perform=lambda: membership.join_step(actor=request.actor, member_id=public_id, name=name, now=request.now),
    )  # fmt: skip


@require_POST
@requires("volunteering.join")
def member_shown(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """What the team calls me, and whether my mates read it."""
    form = ShownForm(request.POST)
    form.is_valid()
    given = form.cleaned_data
    return press(
        request, back=reverse("volunteering:teams"), done=_("记下了。"),
        perform=lambda: membership.show_myself(
            actor=request.actor, member_id=public_id, shown_as=given.get("shown_as", ""),
            is_shown=bool(given.get("is_shown")), now=request.now,
        ),
    )  # fmt: skip
