"""Posts for who sets them up and fills them: the list, one post, nominations, the steps, the kinds."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.compounds.queries import compounds_in
from nuanxin.kernel.access import allows, permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.errors import NotFound
from nuanxin.people.queries import is_same_person, possible_successors
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_name, path_names, within_reach
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import fill_in, press, take_step
from nuanxin.volunteering.models import LIVE_APPOINTMENTS, Appointment
from nuanxin.volunteering.post_forms import (
    KindForm,
    NominateForm,
    PostFilterForm,
    PostForm,
    RemoveForm,
    VerdictForm,
)
from nuanxin.volunteering.queries import posts as queries
from nuanxin.volunteering.queries.requirements import trained_before
from nuanxin.volunteering.queries.team_catalogue import team_catalogue
from nuanxin.volunteering.queries.teams import TeamFilters, listed_teams
from nuanxin.volunteering.services import appointment_watching, appointments
from nuanxin.volunteering.services import posts as services
from nuanxin.volunteering.services.post_sheet import export_appointments
from nuanxin.volunteering.services.team_catalogue import put_post_kind
from nuanxin.volunteering.team_forms import WordsForm
from nuanxin.volunteering.workflow import APPOINTMENT

TAB_NAMES = {
    "review": gettext_lazy("等审核"),
    "decide": gettext_lazy("等公示"),
    "publicity": gettext_lazy("公示中"),
    "appointed": gettext_lazy("在任"),
    "ended": gettext_lazy("已结束"),
    "all": gettext_lazy("全部"),
}
PRESSED = ("review", "publicise", "appoint", "again", "refuse", "remove")


def before_of(request: Any) -> int:
    told = request.GET.get("before", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else 0


def next_page(request: Any, name: str, last: int) -> str:
    kept = {key: value for key, value in request.GET.items() if key != "before"}
    return f"{reverse(name)}?{urlencode({**kept, 'before': last})}"


@require_safe
@requires("volunteering.view_post")
def post_list(request: ActorRequest) -> HttpResponse:
    form = PostFilterForm(request.GET, within=request.actor.scope_code)
    filters = form.filters()
    rows, more = queries.listed_posts(request.actor, filters, before=before_of(request))
    paths = path_names((each.post.scope_code for each in rows), top=Level.STREET)
    context: dict[str, Any] = {
        "form": form,
        "filters": filters,
        "rows": [(each, paths[each.post.scope_code]) for each in rows],
        "next": next_page(request, "volunteering:post_list", rows[-1].post.pk) if more else "",
        "is_first": not before_of(request),
        "areas": within_reach(request.actor.scope_code, filters.within),
        "may_edit": permits(request.actor, "volunteering.edit_post"),
        "may_nominees": permits(request.actor, "volunteering.view_nominee"),
        "may_kinds": permits(request.actor, "volunteering.post_kinds"),
    }
    if not request.htmx:
        context["filled"] = queries.filled_in(request.actor, within=filters.within)
    return render(
        request,
        "volunteering/partials/post_rows.html" if request.htmx else "volunteering/post_list.html",
        context,
    )


def _form(request: ActorRequest, post: Any = None) -> PostForm:
    teams, _more = listed_teams(
        request.actor, TeamFilters(), now=request.now, limit=200, permission="volunteering.view_team"
    )
    compounds = list(compounds_in(request.actor.scope_code)[:300]) if request.actor.scope_code else []
    return PostForm(
        posted(request),
        actor=request.actor,
        post=post,
        teams=[each.team for each in teams],
        compounds=compounds,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.edit_post")
def post_new(request: ActorRequest) -> HttpResponse:
    form = _form(request)
    return fill_in(
        request, form, title=_("设一个岗位"), back=reverse("volunteering:post_list"), done=_("设好了，大家看得到。"),
        perform=lambda: services.create_post(actor=request.actor, data=form.data_of(), now=request.now),
        to=lambda post: reverse("volunteering:post_desk", args=[post.public_id]),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.edit_post")
def post_edit(request: ActorRequest, public_id: UUID) -> HttpResponse:
    post = queries.post_for(request.actor, "volunteering.edit_post", public_id)
    form = _form(request, post)
    return fill_in(
        request, form, title=post.kind.name, back=reverse("volunteering:post_desk", args=[public_id]),
        done=_("改好了。"),
        perform=lambda: services.change_post(
            actor=request.actor, public_id=public_id, data=form.data_of(), now=request.now
        ),
    )  # fmt: skip


@require_safe
@requires("volunteering.view_post")
def post_desk(request: ActorRequest, public_id: UUID) -> HttpResponse:
    post = queries.post_for(request.actor, "volunteering.view_post", public_id)
    may = {
        name
        for name in ("edit_post", "nominate")
        if permits(request.actor, f"volunteering.{name}")
        and allows(request.actor, f"volunteering.{name}", post)
    }
    sees_names = permits(request.actor, "volunteering.view_nominee")
    people = queries.people_on(post) if sees_names else []
    context = {
        "post": post,
        "row": queries.row_of(post),
        "path": path_name(post.scope_code),
        "house": queries.house_of(post),
        "may": may,
        "sees_names": sees_names,
        "people": [(each, queries.name_of(request.actor, each)) for each in people],
    }
    return render(request, "volunteering/post_desk.html", context)


@require_POST
@requires("volunteering.edit_post")
def post_close(request: ActorRequest, public_id: UUID) -> HttpResponse:
    try:
        services.close_post(actor=request.actor, public_id=public_id, now=request.now)
    except services.PeopleOnIt as error:
        messages.warning(request, error.told)
        return redirect("volunteering:post_desk", public_id=public_id)
    messages.success(request, _("撤销了，报过名的人会知道。"))
    return redirect("volunteering:post_list")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.nominate")
@limited("taps", posts_only=True)
def nominate(request: ActorRequest, public_id: UUID) -> HttpResponse:
    post = queries.post_for(request.actor, "volunteering.nominate", public_id)
    form = NominateForm(posted(request))
    return fill_in(
        request, form, title=_("推荐一位"), lead=post.kind.name, done=_("推荐好了，等本人同意。"),
        back=reverse("volunteering:post_desk", args=[public_id]),
        perform=lambda: appointments.nominate(
            actor=request.actor, public_id=public_id, now=request.now, **form.cleaned_data
        ),
    )  # fmt: skip


@require_safe
@requires("volunteering.view_nominee")
def appointment_list(request: ActorRequest) -> HttpResponse:
    form = PostFilterForm(request.GET, within=request.actor.scope_code)
    filters = form.filters()
    rows, more = queries.listed_appointments(request.actor, filters, before=before_of(request))
    paths = path_names((each.scope_code for each in rows), top=Level.STREET)
    context: dict[str, Any] = {
        "form": form,
        "filters": filters,
        "rows": [(each, queries.name_of(request.actor, each), paths[each.scope_code]) for each in rows],
        "next": next_page(request, "volunteering:appointments", rows[-1].pk) if more else "",
        "is_first": not before_of(request),
        "areas": within_reach(request.actor.scope_code, filters.within),
        "may_export": permits(request.actor, "volunteering.export_posts"),
    }
    if not request.htmx:
        counts = queries.appointment_counts(request.actor, within=filters.within)
        context["tabs"] = [
            (name, label, counts[name], name == filters.tab) for name, label in TAB_NAMES.items()
        ]
    template = "partials/appointment_rows.html" if request.htmx else "appointment_list.html"
    return render(request, f"volunteering/{template}", context)


@require_POST
@requires("volunteering.export_posts")
@limited("exports")
def appointment_export(request: ActorRequest) -> HttpResponseBase:
    """The list as it is narrowed, names masked: CSV or a workbook."""
    filters = PostFilterForm(request.POST, within=request.actor.scope_code).filters()
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    return sent(export_appointments(actor=request.actor, filters=filters, form=form, now=request.now))


@require_safe
@requires("volunteering.view_nominee")
def appointment(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = queries.appointment_for(request.actor, "volunteering.view_nominee", public_id)
    page = queries.appointment_page(found)
    may_review = permits(request.actor, "volunteering.review_post") and allows(
        request.actor, "volunteering.review_post", found
    )
    context = {
        "found": found,
        "page": page,
        "steps": [(each, _happened(each.action)) for each in page.steps],
        "name": queries.name_of(request.actor, found),
        "path": path_name(found.scope_code),
        "house": queries.house_of(found.post),
        "moves": _moves(request, found),
        "is_own": found.person_id == request.actor.person_id,
        "is_reviewer": is_same_person(request.actor, found.reviewed_by_id),
        "known": trained_before(found.person_id, found.post.training),
        "may_train": may_review and found.state in LIVE_APPOINTMENTS and found.trained_at is None,
        "may_answer": permits(request.actor, "volunteering.decide_post"),
    }
    return render(request, "volunteering/appointment.html", context)


BESIDE = {
    "trained": gettext_lazy("确认培训过"),
    "object": gettext_lazy("收到一条意见"),
    "answer": gettext_lazy("答复意见"),
    "publicity_over": gettext_lazy("公示期满"),
    "term_soon": gettext_lazy("任期快到了"),
}


def _happened(action: str) -> Any:
    """A step of the table, or what happened beside it."""
    move = APPOINTMENT.transitions.get(action)
    return move.label if move else BESIDE.get(action, action)


def _moves(request: ActorRequest, found: Appointment) -> list[Any]:
    """Nobody reviews their own nomination, nobody decides what they have reviewed."""
    if found.person_id == request.actor.person_id:
        return []
    moves = [each for each in APPOINTMENT.available(request.actor, found) if each.name in PRESSED]
    if is_same_person(request.actor, found.nominated_by_id):
        moves = [each for each in moves if each.name != "review"]
    if is_same_person(request.actor, found.reviewed_by_id):
        moves = [each for each in moves if each.name in ("refuse", "remove")]
    return moves


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.review_post", "volunteering.decide_post")
def appointment_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """One step: at once where nothing has to be said, else by its form."""
    if name not in PRESSED or not permits(request.actor, APPOINTMENT[name].permission):
        raise NotFound
    move = APPOINTMENT[name]
    found = queries.appointment_for(request.actor, move.permission, public_id)
    back = reverse("volunteering:appointment", args=[public_id])
    form: WordsForm | None = None
    if name == "remove":
        held = found.assignment
        form = RemoveForm(
            posted(request), successors=possible_successors(held, now=request.now)[:100] if held else []
        )
    elif move.required_fields:
        form = WordsForm(posted(request))

    def perform() -> Appointment:
        said = form.cleaned_data if form else {}
        chosen = said.get("successor")
        return appointments.perform_appointment(
            actor=request.actor, public_id=public_id, name=name, now=request.now,
            words=said.get("words", ""), successor_id=UUID(chosen) if chosen else None,
        )  # fmt: skip

    lead = f"{found.post.kind.name} · {queries.name_of(request.actor, found)}"
    return take_step(request, form, move, lead=lead, back=back, perform=perform)


@require_POST
@requires("volunteering.review_post")
def appointment_trained(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """The organiser's word that the named requirement is met."""
    return press(
        request, back=reverse("volunteering:appointment", args=[public_id]), done=_("记下了：培训过。"),
        perform=lambda: appointments.confirm_training(actor=request.actor, public_id=public_id, now=request.now),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.decide_post")
def appointment_answer(request: ActorRequest, public_id: UUID, objection_id: int) -> HttpResponse:
    """What was looked into, and what came of it."""
    found = queries.appointment_for(request.actor, "volunteering.decide_post", public_id)
    said = next(
        (each for each in queries.appointment_page(found).objections if each.pk == objection_id), None
    )
    if said is None:
        raise queries.AppointmentNotFound
    form = VerdictForm(posted(request))
    return fill_in(
        request, form, title=_("答复意见"), lead=said.text, back=reverse("volunteering:appointment", args=[public_id]),
        done=_("答复好了，大家看得到。"),
        perform=lambda: appointment_watching.answer_post_objection(
            actor=request.actor, public_id=public_id, objection_id=objection_id, now=request.now, **form.cleaned_data
        ),
    )  # fmt: skip


@require_safe
@requires("volunteering.post_kinds")
def kinds(request: ActorRequest) -> HttpResponse:
    return render(request, "volunteering/post_kinds.html", {"rows": team_catalogue().kinds.values()})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.post_kinds")
def kind(request: ActorRequest, code: str = "") -> HttpResponse:
    """One kind of post, or a new one."""
    row = team_catalogue().kinds.get(code)
    if code and row is None:
        raise NotFound
    form = KindForm(posted(request), row=row)
    return fill_in(
        request, form, title=row.name if row else _("加一种岗位"), back=reverse("volunteering:post_kinds"),
        done=_("记好了。"),
        perform=lambda: put_post_kind(
            actor=request.actor, code=code or form.cleaned_data["code"], data=form.data_of(), is_new=row is None,
            now=request.now,
        ),
    )  # fmt: skip
