"""Programmes and prevention notices, on the phone and at the desk."""

from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.cases.queries.catalogue import kinds
from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import NotFound
from nuanxin.territories.queries import path_name, path_names
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import fill_in, press
from nuanxin.volunteering.models import Programme
from nuanxin.volunteering.post_forms import NoticeForm, ProgrammeForm
from nuanxin.volunteering.queries import programmes as queries
from nuanxin.volunteering.queries.teams import TeamFilters, listed_teams
from nuanxin.volunteering.services import programmes as services
from nuanxin.volunteering.team_forms import WordsForm
from nuanxin.volunteering.views.post_desk import before_of, next_page


def _named(programme: Programme) -> list[tuple[str, str]]:
    """The kinds of report that it names, for the links to the report form."""
    known = kinds()
    return [(code, known[code].name) for code in programme.categories.split() if code in known]


@require_safe
@requires("volunteering.programmes")
def programmes(request: ActorRequest) -> HttpResponse:
    found = queries.programmes_near(request.actor, now=request.now)
    context = {"rows": [(each, _named(each.programme)) for each in found]}
    return render(request, "volunteering/programmes.html", context)


@require_POST
@requires("volunteering.programmes")
def programme_join(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """In or out, by one button."""
    back = reverse("volunteering:programmes")
    if request.POST.get("in") == "0":
        return press(
            request, back=back, done=_("退出了，什么都没有留下。"),
            perform=lambda: services.stop_taking_part(actor=request.actor, public_id=public_id),
        )  # fmt: skip
    return press(
        request, back=back, done=_("参加了。想报就报，不报也没关系。"),
        perform=lambda: services.take_part(actor=request.actor, public_id=public_id, now=request.now),
    )  # fmt: skip


@require_safe
@requires("volunteering.run_programme")
def programme_list(request: ActorRequest) -> HttpResponse:
    found = queries.programmes_run(request.actor, now=request.now)
    paths = path_names(each.scope_code for each, _reach, _runs in found)
    rows = [(each, reach, runs, paths[each.scope_code], _named(each)) for each, reach, runs in found]
    return render(request, "volunteering/programme_list.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.run_programme")
def programme_new(request: ActorRequest) -> HttpResponse:
    teams, _more = listed_teams(request.actor, TeamFilters(), now=request.now, limit=200)
    today = timezone.localdate(request.now)
    form = ProgrammeForm(
        posted(request), actor=request.actor, teams=[each.team for each in teams],
        initial={"starts_on": today, "scope_code": request.actor.scope_code},
    )  # fmt: skip
    return fill_in(
        request, form, title=_("办一个随手拍行动"), back=reverse("volunteering:programme_list"), done=_("开始了。"),
        note=_("参加全凭自愿，没有指标、不排名。只显示满十件以后的整十数，看不到哪一件是谁报的。"),
        perform=lambda: services.start_programme(actor=request.actor, data=form.data_of(), now=request.now),
    )  # fmt: skip


@require_POST
@requires("volunteering.run_programme")
def programme_close(request: ActorRequest, public_id: UUID) -> HttpResponse:
    return press(
        request, back=reverse("volunteering:programme_list"), done=_("结束了。"),
        perform=lambda: services.close_programme(actor=request.actor, public_id=public_id, now=request.now),
    )  # fmt: skip


@require_safe
@requires("volunteering.notices")
def prevention(request: ActorRequest) -> HttpResponse:
    """In force around where I live or work, if I agreed to hear of it."""
    context = {
        "rows": queries.notices_near(request.actor, now=request.now),
        "wants": queries.wants_notices(request.actor),
    }
    return render(request, "volunteering/prevention.html", context)


@require_safe
@requires("volunteering.notices", "volunteering.notify")
def prevention_one(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """What a notice leads to; taken back, it says so and why."""
    found = queries.open_notice(public_id)
    sends = permits(request.actor, "volunteering.notify")
    context = {
        "found": found,
        "path": path_name(found.scope_code),
        "is_over": found.state != "sent" or found.expires_at <= request.now,
        "may_recall": found.state == "sent" and sends,
        "all": reverse("volunteering:prevention_list" if sends else "volunteering:prevention"),
    }
    return render(request, "volunteering/prevention_one.html", context)


@require_safe
@requires("volunteering.notify")
def prevention_list(request: ActorRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in ("sent", "recalled", "expired") else ""
    rows, more = queries.notices_sent(request.actor, state=state, before=before_of(request))
    paths = path_names(each.scope_code for each in rows)
    context = {
        "rows": [(each, paths[each.scope_code]) for each in rows],
        "state": state,
        "next": next_page(request, "volunteering:prevention_list", rows[-1].pk) if more else "",
    }
    return render(request, "volunteering/prevention_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.notify")
def prevention_new(request: ActorRequest) -> HttpResponse:
    form = NoticeForm(
        posted(request), actor=request.actor, initial={"key": uuid4(), "scope_code": request.actor.scope_code}
    )
    return fill_in(
        request, form, title=_("发一条平安提示"), back=reverse("volunteering:prevention_list"), done=_("发出了。"),
        note=_("只到同意收平安提示的人那里；高峰时段不打扰，过了再出现。"),
        perform=lambda: services.send_prevention(actor=request.actor, data=form.data_of(), now=request.now),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.notify")
def prevention_recall(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = queries.notice_for(request.actor, public_id)
    if found.state != "sent":
        raise NotFound
    form = WordsForm(posted(request))
    return fill_in(
        request, form, title=_("撤回提示"), lead=found.title, back=reverse("volunteering:prevention_list"),
        tone="danger", done=_("撤回了，点开的人会看到原因。"),
        perform=lambda: services.recall_prevention(
            actor=request.actor, public_id=public_id, reason=form.cleaned_data["words"], now=request.now
        ),
    )  # fmt: skip
