"""The checklist and its versions; the score cards of streets and communities."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import csv_file, sent
from nuanxin.kernel.errors import DomainError
from nuanxin.places.models import SceneStandard
from nuanxin.places.queries import scene_standard as queries
from nuanxin.places.queries.scenes import plates_to_recheck
from nuanxin.places.queries.score_cards import classes_in_words, measures, plates_in_words, score_cards
from nuanxin.places.scene_forms import (
    ItemFormSet,
    SceneFilterForm,
    StandardFileForm,
    StandardForm,
    initial_of,
    item_initial,
    items_in,
)
from nuanxin.places.services import scene_standard as services
from nuanxin.places.services.scene_sheet import export_cards
from nuanxin.territories.queries import within_reach
from nuanxin.ui.forms import posted


@require_safe
@requires("places.catalogue")
def scene_standard(request: ActorRequest) -> HttpResponse:
    """The one in force, or an older one."""
    asked = request.GET.get("version", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 5:
        shown = queries.standard_version(int(asked))
    else:
        shown = queries.standard_in_force()
    return _page(request, shown, StandardFileForm())


def _page(request: ActorRequest, shown: SceneStandard, form: StandardFileForm) -> HttpResponse:
    versions = queries.standards()
    context = {
        "shown": shown,
        "in_force": versions[0],
        "versions": versions,
        "items": [(each, queries.title_of(each)) for each in queries.items_of(shown)],
        "form": form,
    }
    return render(request, "places/scene_standard.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.catalogue")
def scene_standard_edit(request: ActorRequest) -> HttpResponse:
    """The next version, made from the one in force."""
    held = queries.standard_in_force()
    form = StandardForm(posted(request), initial=initial_of(held))
    rows = ItemFormSet(posted(request), initial=item_initial(queries.items_of(held)))
    # Both, so that all that is wrong is said at once.
    if request.method == "POST" and (form.is_valid() & rows.is_valid()):
        try:
            made = services.publish_standard(
                actor=request.actor, base=form.cleaned_data["base"], data=form.limits(), items=items_in(rows),
                now=request.now,
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("第 %d 版从现在起用；正在办的仍按原来的一版。") % made.version)
            return redirect("places:scene_standard")
    wrong = bool(form.errors) or (request.method == "POST" and not rows.is_valid())
    context = {"form": form, "rows": rows, "held": held}
    return render(request, "places/scene_standard_edit.html", context, status=422 if wrong else 200)


@require_POST
@requires("places.catalogue")
@limited("uploads")
def scene_standard_import(request: Any) -> HttpResponse:
    form = StandardFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            made = services.import_standard(
                actor=request.actor, content=form.cleaned_data["file"].read(), note=form.cleaned_data["note"],
                now=request.now,
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("第 %d 版从现在起用；正在办的仍按原来的一版。") % made.version)
            return redirect("places:scene_standard")
    return _page(request, queries.standard_in_force(), form)


@require_safe
@requires("places.catalogue")
@limited("exports")
def scene_standard_export(request: ActorRequest) -> HttpResponseBase:
    """The version in force as a spreadsheet that can be read back."""
    held = queries.standard_in_force()
    return csv_file(f"checklist-{held.version}", services.standard_rows(held), now=request.now)


@require_safe
@requires("places.score_cards")
def score_card_list(request: ActorRequest) -> HttpResponse:
    within = SceneFilterForm(request.GET, within=request.actor.scope_code).filters().within
    cards = score_cards(request.actor, now=request.now, within=within)
    context = {
        "cards": [(each, plates_in_words(each), classes_in_words(each)) for each in cards],
        "top": cards[0] if cards else None,
        "top_plates": plates_in_words(cards[0]) if cards else [],
        "top_classes": classes_in_words(cards[0]) if cards else [],
        "measures": measures(),
        "within": within or request.actor.scope_code,
        "territories": within_reach(request.actor.scope_code, within),
        "recheck": plates_to_recheck(request.actor, now=request.now, within=within, limit=10),
    }
    return render(request, "places/score_cards.html", context)


@require_POST
@requires("places.score_cards")
@limited("exports")
def score_card_export(request: ActorRequest) -> HttpResponseBase:
    within = SceneFilterForm(request.POST, within=request.actor.scope_code).filters().within
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    return sent(export_cards(actor=request.actor, within=within, form=form, now=request.now))
