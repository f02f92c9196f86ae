"""Honours for staff and for whose they are: nominating, the list, one nomination with its steps, the two consents."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.incentives.honour_forms import (
    HonourFilterForm,
    NameForm,
    NominateForm,
    OpinionForm,
    StoryForm,
    VerdictForm,
)
from nuanxin.incentives.queries import honours as queries
from nuanxin.incentives.services import honour_photos, reviewing
from nuanxin.incentives.services import honours as services
from nuanxin.incentives.services.honour_sheet import export_honours
from nuanxin.incentives.views.stars import start_of
from nuanxin.incentives.workflow import HONOUR
from nuanxin.kernel.access import allows, permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.errors import DomainError, NotFound
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.files.http import picture_answer
from nuanxin.kernel.files.services import open_file
from nuanxin.people.queries import is_same_person
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_name, path_names
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import fill_in, press, take_step

TAB_NAMES = {
    "todo": gettext_lazy("要办的"),
    "publicity": gettext_lazy("公示中"),
    "awarded": gettext_lazy("已授予"),
    "displayed": gettext_lazy("展示中"),
    "ended": gettext_lazy("已结束"),
    "all": gettext_lazy("全部"),
}
PRESSED = tuple(
    name
    for name, move in HONOUR.transitions.items()
    if move.permission in ("incentives.honour_verify", "incentives.honour_decide")
)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.nominate")
def nominate(request: ActorRequest) -> HttpResponse:
    form = NominateForm(posted(request), initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.nominate(
                actor=request.actor, data=form.nomination(), key=form.cleaned_data["key"], now=request.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("提名收到了，会有人去核实；公开之前一定先问本人。"))
            if permits(request.actor, "incentives.honour_own"):
                return redirect("incentives:own_honours")
            return redirect("incentives:honour", public_id=made.public_id)
    return render(request, "incentives/nominate.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@requires("incentives.honour_view")
def honours(request: ActorRequest) -> HttpResponse:
    form = HonourFilterForm(request.GET)
    filters = form.filters()
    rows, more = queries.listed_honours(request.actor, filters, before=start_of(request))
    paths = path_names((each.scope_code for each in rows), top=Level.STREET)
    context: dict[str, Any] = {
        "form": form,
        "filters": filters,
        "rows": [(each, paths.get(each.scope_code, "")) for each in rows],
        "next": _next_page(request, rows[-1].pk) if more else "",
        "is_first": not start_of(request),
        "may_export": permits(request.actor, "incentives.honour_export"),
    }
    if not request.htmx:
        counts = queries.honour_counts(request.actor)
        context["tabs"] = [
            (name, label, counts[name], name == filters.tab) for name, label in TAB_NAMES.items()
        ]
    template = "incentives/partials/honour_rows.html" if request.htmx else "incentives/honour_list.html"
    return render(request, template, context)


def _next_page(request: ActorRequest, last: int) -> str:
    kept = {key: value for key, value in request.GET.items() if key != "before"}
    return f"{reverse('incentives:honours')}?{urlencode({**kept, 'before': last})}"


@require_POST
@requires("incentives.honour_export")
@limited("exports")
def honour_export(request: ActorRequest) -> HttpResponseBase:
    filters = HonourFilterForm(request.POST).filters()
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    return sent(export_honours(actor=request.actor, filters=filters, form=form, now=request.now))


@require_safe
@requires("incentives.honour_view")
def honour(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = queries.visible_honour(request.actor, public_id)
    actor = request.actor
    may = {
        name
        for name in ("honour_verify", "honour_decide")
        if permits(actor, f"incentives.{name}") and allows(actor, f"incentives.{name}", found)
    }
    is_own = actor.subject_id is not None and actor.subject_id in (found.subject_id, found.nominator_id)
    is_verifier = is_same_person(actor, found.verified_by_id)
    moves = [] if is_own else _moves(found, may, is_verifier=is_verifier)
    waits = services.waits_for(actor=actor, honour=found, now=request.now) if moves else {}
    context = {
        "honour": found,
        "page": queries.honour_page(found),
        "path": path_name(found.scope_code),
        "may": may,
        "moves": [each for each in moves if each.name not in waits],
        "waits": [waits[each.name] for each in moves if each.name in waits],
        "is_own": is_own,
        "is_verifier": is_verifier,
        "may_write": "honour_verify" in may and not is_own and found.state in ("nominated", "verified"),
        "answer": VerdictForm(),
    }
    return render(request, "incentives/honour.html", context)


def _moves(found: Any, may: set[str], *, is_verifier: bool) -> list[Any]:
    """What can be pressed now; what this kind is not for has no button."""
    never = {"publicise", "award", "display"} if found.kind.is_nomination_only else {"forward"}
    return [
        move
        for move in HONOUR.from_state(found.state)
        if move.name in PRESSED
        and move.name not in never
        and move.permission.removeprefix("incentives.") in may
        and not (is_verifier and move.permission == "incentives.honour_decide")
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.honour_verify", "incentives.honour_decide")
def honour_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """One step: at once where nothing has to be said, else by its form."""
    if name not in PRESSED:
        raise Http404
    move = HONOUR[name]
    if not permits(request.actor, move.permission):
        raise NotFound
    found = queries.visible_honour(request.actor, public_id, move.permission)
    form = OpinionForm(posted(request)) if move.required_fields else None
    return take_step(
        request, form, move, lead=found.title, back=reverse("incentives:honour", args=[public_id]),
        perform=lambda: services.perform_honour(
            actor=request.actor, public_id=public_id, name=name, now=request.now,
            opinion=form.cleaned_data["opinion"] if form else "",
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.honour_verify")
def honour_story(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """What everybody will read, and whose it is."""
    found = queries.visible_honour(request.actor, public_id, "incentives.honour_verify")
    form = StoryForm(posted(request), initial={"title": found.title, "story": found.story})
    return fill_in(
        request, form, title=_("改事迹"), lead=found.title, button=_("改事迹"), done=_("改好了。"),
        back=reverse("incentives:honour", args=[public_id]),
        perform=lambda: services.edit_story(
            actor=request.actor, public_id=public_id, now=request.now, **form.cleaned_data
        ),
    )  # fmt: skip


@require_POST
@requires("incentives.honour_verify")
def honour_picture_add(request: ActorRequest, public_id: UUID) -> HttpResponse:
    file = request.FILES.get("picture")
    queries.visible_honour(request.actor, public_id, "incentives.honour_verify")
    try:
        if file is None:
            messages.warning(request, _("还没有选照片。"))
        else:
            accepted = accept_image(file, name=file.name or "")  # type: ignore[arg-type]  # a file like any other
            honour_photos.add_picture(
                actor=request.actor, public_id=public_id, accepted=accepted, now=request.now
            )
            messages.success(request, _("加上了。另一位同事看过，确认没有别人的脸和车牌，才会公开。"))
    except DomainError as error:
        messages.warning(request, error.told)
    return redirect("incentives:honour", public_id=public_id)


@require_POST
@requires("incentives.honour_view")
def honour_picture_do(request: ActorRequest, public_id: UUID, photo_id: int, name: str) -> HttpResponse:
    """`name`: release or remove."""
    given: dict[str, Any] = {
        "actor": request.actor, "public_id": public_id, "photo_id": photo_id, "now": request.now
    }  # fmt: skip
    done = {"release": honour_photos.release_picture, "remove": honour_photos.remove_picture}.get(name)
    if done is None:
        raise Http404
    return press(
        request,
        back=reverse("incentives:honour", args=[public_id]),
        done=_("记下了。"),
        perform=lambda: done(**given),
    )


@require_safe
@requires("incentives.honour_view")
def honour_picture(request: ActorRequest, file_id: UUID) -> HttpResponseBase:
    """A picture of a nomination, for staff."""
    opened = open_file(public_id=queries.staff_picture(request.actor, file_id), thumb="thumb" in request.GET)
    return picture_answer(request, opened, "private, max-age=300")


@require_POST
@requires("incentives.honour_decide", "incentives.star_check")
def objection_answer(request: ActorRequest, objection_id: int) -> HttpResponse:
    form = VerdictForm(request.POST)
    back = reverse("incentives:stars" if request.POST.get("back") == "stars" else "incentives:honours")
    if not form.is_valid():
        reviewing.objection_to_answer(request.actor, objection_id)
        messages.warning(request, _("请选成立还是不成立，再写一句理由。"))
        return redirect(back)
    return press(
        request, back=back, done=_("答复写在公示页上了。"),
        perform=lambda: reviewing.answer_objection(
            actor=request.actor, objection_id=objection_id, now=request.now, **form.cleaned_data
        ),
    )  # fmt: skip


@require_safe
@requires("incentives.honour_own")
def own_honours(request: ActorRequest) -> HttpResponse:
    own = request.actor.subject_id
    rows = queries.own_honours(request.actor)
    context = {
        "mine": [each for each in rows if each.subject_id == own],
        "others": [each for each in rows if each.subject_id != own],
    }
    return render(request, "incentives/honour_own.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.honour_own")
def own_honour(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """The honoured says yes or no, twice: to be shown for objections, and to be shown on the wall."""
    found = queries.my_honour(request.actor, public_id)
    is_mine = found.subject_id == request.actor.subject_id
    asks = request.POST.get("do", "")
    form = NameForm(
        request.POST if asks in (services.PUBLICITY, services.DISPLAY) else None,
        initial={"shown_as": found.shown_as or request.actor.name[:12]},
    )
    if request.method == "POST":
        try:
            if form.is_bound and form.is_valid():
                services.agree_honour(
                    actor=request.actor,
                    public_id=public_id,
                    purpose=asks,
                    now=request.now,
                    **form.cleaned_data,
                )
            elif asks.startswith("no_") and asks[3:] in services.COLUMNS:
                services.disagree_honour(
                    actor=request.actor, public_id=public_id, purpose=asks[3:], now=request.now
                )
            elif asks == "withdraw":
                services.perform_honour(
                    actor=request.actor, public_id=public_id, name="withdraw", opinion="", now=request.now
                )
        except DomainError as error:
            if isinstance(error, NotFound):
                raise
            if form.is_bound:
                form.refuse(error)
            else:
                messages.warning(request, error.told)
        else:
            if not form.errors:
                messages.success(request, _("记下了。"))
                return redirect("incentives:own_honour", public_id=public_id)
    context = {
        "honour": found, "is_mine": is_mine, "form": form,
        "may_appeal": reviewing.may_appeal(request.actor, "honour", public_id, request.now),
        "may_withdraw": found.state in ("nominated", "verified"),
        "steps": ("nominated", "verified", "publicity", "awarded", "displayed"),
    }  # fmt: skip
    return render(request, "incentives/honour_mine.html", context, status=422 if form.errors else 200)
