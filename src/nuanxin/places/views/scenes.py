"""Friendly scenes for staff and for whose they are: list, one scene, applying, steps, the checklist on a phone."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import segno
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import Actor, allows, permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.errors import DomainError, NotFound
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.files.http import picture_answer
from nuanxin.kernel.files.services import open_file
from nuanxin.kernel.workflow import Transition
from nuanxin.people.queries import is_same_person
from nuanxin.places.models import Scene
from nuanxin.places.queries import changeable_place
from nuanxin.places.queries import scenes as queries
from nuanxin.places.queries.scene_standard import Mark, items_of
from nuanxin.places.scene_forms import (
    AppealForm,
    ApplyForm,
    AssessForm,
    LookForm,
    ReasonForm,
    SceneFilterForm,
    VerdictForm,
)
from nuanxin.places.services import scene_appeals, scene_assessing
from nuanxin.places.services import scenes as services
from nuanxin.places.services.scene_sheet import export_scenes
from nuanxin.places.views.scene_results import explained, happened
from nuanxin.places.workflow import SCENE
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_name, path_names, within_reach
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import take_step

TAB_NAMES = {
    "todo": gettext_lazy("要办的"),
    "publicity": gettext_lazy("公示中"),
    "plated": gettext_lazy("挂牌的"),
    "suspended": gettext_lazy("暂停的"),
    "ended": gettext_lazy("已结束"),
    "all": gettext_lazy("全部"),
}
# What only the calendar and an appeal do has no button; a first assessment has its own form.
PRESSED = tuple(
    name for name, move in SCENE.transitions.items() if move.permission != "system" and name != "apply"
)

RESTING = ("publicise", "renew")  # on an assessment that two people have looked at


@require_safe
@requires("places.scene_view")
def scene_list(request: ActorRequest) -> HttpResponse:
    form = SceneFilterForm(request.GET, within=request.actor.scope_code)
    filters = form.filters()
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    rows, more = queries.listed_scenes(request.actor, filters, now=request.now, before=start)
    paths = path_names((each.scope_code for each in rows), top=Level.STREET)
    context: dict[str, Any] = {
        "form": form,
        "filters": filters,
        "rows": [(each, paths[each.scope_code]) for each in rows],
        "next": _next_page(request, rows[-1].pk) if more else "",
        "is_first": not start,
        "may_export": permits(request.actor, "places.scene_export"),
        "may_apply": permits(request.actor, "places.scene_site"),
        "may_score": permits(request.actor, "places.score_cards"),
        "may_standard": permits(request.actor, "places.catalogue"),
        "territories": within_reach(request.actor.scope_code, filters.within),
    }
    if not request.htmx:
        counts = queries.scene_counts(request.actor, within=filters.within)
        context["tabs"] = [
            (name, label, counts[name], name == filters.tab) for name, label in TAB_NAMES.items()
        ]
    template = "places/partials/scene_rows.html" if request.htmx else "places/scene_list.html"
    return render(request, template, context)


def _next_page(request: ActorRequest, last: int) -> str:
    kept = {key: value for key, value in request.GET.items() if key != "before"}
    return f"{reverse('places:scenes')}?{urlencode({**kept, 'before': last})}"


@require_POST
@requires("places.scene_export")
@limited("exports")
def scene_export(request: ActorRequest) -> HttpResponseBase:
    """The list as it is narrowed: CSV or a workbook."""
    filters = SceneFilterForm(request.POST, within=request.actor.scope_code).filters()
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    return sent(export_scenes(actor=request.actor, filters=filters, form=form, now=request.now))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.scene_apply")
def scene_of_place(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """From the place's own page; where one is under way it is that one."""
    place = changeable_place(request.actor, "places.scene_apply", public_id)
    form = ApplyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            scene = services.apply_for_place(
                actor=request.actor, public_id=public_id, type_code=told["type"], words=told["words"], now=request.now
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            return _applied(request, scene)
    context = {"place": place, "form": form, "held": queries.scenes_of(place)}
    return render(request, "places/scene_apply.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.scene_site")
def scene_new(request: ActorRequest) -> HttpResponse:
    """For a compound or another site that is no place."""
    text = request.GET.get("q", "").strip()[:40]
    sites = queries.sites_to_apply(request.actor, text=text)
    form = ApplyForm(posted(request), sites=sites)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            scene = services.apply_for_site(
                actor=request.actor, site_id=UUID(told["site"]), type_code=told["type"], words=told["words"],
                now=request.now,
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            return _applied(request, scene)
    context = {"form": form, "sites": sites, "text": text}
    return render(request, "places/scene_apply.html", context, status=422 if form.errors else 200)


def _applied(request: ActorRequest, scene: Scene) -> HttpResponse:
    messages.success(request, _("申请收到了，街道会派人来看。到了哪一步，这里看得到。"))
    return redirect("places:scene", public_id=scene.public_id)


@require_safe
@requires("places.scene_view")
def scene(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = queries.visible_scene(request.actor, public_id)
    page = queries.scene_page(found)
    may = {
        name
        for name in ("scene_assess", "scene_decide", "scene_judge", "scene_own")
        if permits(request.actor, f"places.{name}") and allows(request.actor, f"places.{name}", found)
    }
    own = queries.is_own(request.actor, found)
    context = {
        "scene": found,
        "page": page,
        "path": path_name(found.scope_code),
        "may": may,
        "is_own": own,
        "moves": _moves(request.actor, found, own=own),
        "results": explained(page.latest, page.marks) if page.latest else None,
        "may_assess": "scene_assess" in may and not own and found.state in ("assessing", *queries.PLATED),
        "is_assessor": page.pending is not None and is_same_person(request.actor, page.pending.assessor_id),
        "may_appeal": "scene_own" in may and scene_appeals.may_appeal(found, request.now),
        "is_decider": is_same_person(request.actor, found.decided_by_id),
        "is_public": found.state in queries.SHOWN_TO_ALL,
        "look": LookForm(),
        "steps": [(each, happened(each)) for each in page.steps],
    }
    return render(request, "places/scene.html", context)


def _moves(actor: Actor, found: Scene, *, own: bool) -> list[Transition]:
    """What can be pressed now: what rests on an assessment has its button once there is one."""
    moves = [each for each in SCENE.available(actor, found) if each.name == "withdraw" or not own]
    if any(each.name in RESTING for each in moves) and not services.may_rest(found):
        return [each for each in moves if each.name not in RESTING]
    return moves


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.scene_assess", "places.scene_decide", "places.scene_own")
def scene_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """One step: at once where nothing has to be said, else by its form."""
    if name not in PRESSED:
        raise Http404
    move = SCENE[name]
    if not permits(request.actor, move.permission):
        raise NotFound
    found = queries.visible_scene(request.actor, public_id, move.permission)
    form = ReasonForm(posted(request)) if move.required_fields else None
    return take_step(
        request,
        form,
        move,
        perform=lambda: services.perform_scene(
            actor=request.actor,
            public_id=public_id,
            name=name,
            reason=form.cleaned_data["reason"] if form else "",
            now=request.now,
        ),
        template="places/scene_step.html",
        scene=found,
        name=name,
        back=reverse("places:scene", args=[public_id]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.scene_assess")
def scene_assess(request: Any, public_id: UUID) -> HttpResponse:
    """The checklist, one thumb: each item has its grade, a word and a picture."""
    found = queries.visible_scene(request.actor, public_id, "places.scene_assess")
    standard = scene_assessing.standard_for(found)
    pending = queries.pending_assessment(found)
    marks = queries.marks_of(pending) if pending else []
    held = {each.item.code: Mark(each.item.code, each.grade, each.evidence) for each in marks}
    form = AssessForm(
        posted(request), request.FILES or None, items=items_of(standard, found.type_id), held=held
    )
    if request.method == "POST" and form.is_valid():
        photos = form.photos(accept_image)
        if not form.errors and _assess(request, public_id, form, photos):
            return redirect("places:scene", public_id=public_id)
    context = {
        "scene": found,
        "standard": standard,
        "form": form,
        "kept": {each.item.code for each in marks if each.photo_id},
    }
    return render(request, "places/scene_assess.html", context, status=422 if form.errors else 200)


def _assess(request: ActorRequest, public_id: UUID, form: AssessForm, photos: Any) -> bool:
    try:
        scene_assessing.assess_scene(
            actor=request.actor, public_id=public_id, marks=form.marks(), photos=photos, now=request.now
        )
    except DomainError as error:
        form.refuse(error)
        return False
    messages.success(request, _("交上去了，等另一位同事复核。"))
    return True


@require_POST
@requires("places.scene_assess")
def scene_confirm(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """The second look."""
    given: dict[str, Any] = {"actor": request.actor, "public_id": public_id, "now": request.now}
    opinion = request.POST.get("opinion", "")
    try:
        if request.POST.get("look") == "return":
            scene_assessing.return_assessment(**given, opinion=opinion)
            messages.success(request, _("退回去了，会有人再去看一次。"))
        else:
            scene_assessing.confirm_assessment(**given, opinion=opinion)
            messages.success(request, _("复核好了，可以定下一步。"))
    except queries.SceneNotFound:
        raise
    except DomainError as error:
        fields = getattr(error, "fields", {})
        messages.warning(request, " ".join(str(each) for each in fields.values()) or error.told)
    return redirect("places:scene", public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.scene_own")
def scene_appeal(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = queries.visible_scene(request.actor, public_id, "places.scene_own")
    form = AppealForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            scene_appeals.file_scene_appeal(
                actor=request.actor, public_id=public_id, now=request.now, **form.cleaned_data
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("申诉收到了，由没有作原决定的人裁定。"))
            return redirect("places:scene", public_id=public_id)
    context = {"scene": found, "title": _("申诉"), "form": form, "name": "appeal"}
    return render(request, "places/scene_step.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.scene_judge")
def scene_judge(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = queries.visible_scene(request.actor, public_id, "places.scene_judge")
    form = VerdictForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            scene_appeals.decide_scene_appeal(
                actor=request.actor, public_id=public_id, now=request.now, **form.cleaned_data
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("裁定好了，已经通知对方。"))
            return redirect("places:scene", public_id=public_id)
    context = {
        "scene": found, "title": _("裁定申诉"), "form": form, "name": "judge",
        "appeal": queries.scene_page(found).open_appeal,
    }  # fmt: skip
    return render(request, "places/scene_step.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.scene_decide")
def scene_answer(request: ActorRequest, public_id: UUID, objection_id: int) -> HttpResponse:
    """What was looked into, and what came of it."""
    found = queries.visible_scene(request.actor, public_id, "places.scene_decide")
    objection = next((each for each in queries.scene_page(found).objections if each.pk == objection_id), None)
    if objection is None:
        raise queries.SceneNotFound
    form = VerdictForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            scene_appeals.answer_objection(
                actor=request.actor, public_id=public_id, objection_id=objection_id, now=request.now,
                **form.cleaned_data,
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("答复好了，大家看得到。"))
            return redirect("places:scene", public_id=public_id)
    context = {"scene": found, "title": _("答复意见"), "form": form, "name": "answer", "objection": objection}
    return render(request, "places/scene_step.html", context, status=422 if form.errors else 200)


@require_safe
@requires("places.scene_view")
def scene_plate(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """To be printed and put up. Without a plate in force there is nothing to print."""
    found = queries.visible_scene(request.actor, public_id)
    if found.state not in queries.PLATED:
        raise queries.SceneNotFound
    address = request.build_absolute_uri(reverse("places:plated", args=[found.code]))
    drawn = segno.make(address, error="q").svg_data_uri(scale=8, border=2, dark="#1f2328", light="#ffffff")
    context = {"scene": found, "address": address, "qr": drawn, "path": path_name(found.scope_code)}
    return render(request, "places/scene_plate.html", context)


@require_safe
@requires("places.scene_view")
def scene_photo(request: ActorRequest, file_id: UUID) -> HttpResponseBase:
    """Evidence, for who may see the scene."""
    opened = open_file(
        public_id=queries.assessment_photo(request.actor, file_id), thumb=bool(request.GET.get("thumb"))
    )
    return picture_answer(request, opened, "private, no-cache")
