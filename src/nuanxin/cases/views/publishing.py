"""The desk where solved cases are looked at before everybody may read of them; and what a city shows at all."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.cases import services
from nuanxin.cases.forms.lists import PublicationListForm
from nuanxin.cases.forms.publishing import KindsForm, RefuseForm, ReviewForm, SensitiveWordsForm
from nuanxin.cases.queries import publication_review, publishing
from nuanxin.cases.queries.places import place_choices
from nuanxin.cases.views.refusals import tell
from nuanxin.kernel.access import policy
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import csv_file
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.files.http import picture_answer
from nuanxin.ui.forms import posted

QUEUE, LIST, ROWS, REVIEW, SETTINGS = (
    f"cases/workbench/{name}.html"
    for name in ("publications", "publications_list", "publications_rows", "publication", "publishing")
)
TAB_LABELS = {
    "waiting": gettext_lazy("等审核"),
    "published": gettext_lazy("已公开"),
    "over": gettext_lazy("没公开的"),
}


@require_safe
@requires("cases.publish")
def publication_list(request: ActorRequest) -> HttpResponse:
    tab, form, before = _tab(request), _list_form(request), request.GET.get("before", "")
    start = int(before[:18]) if before.isascii() and before.isdigit() else 0
    filters, given = form.filters(), form.given()
    found = publication_review.publications(request.actor, tab=tab, filters=filters, before=start)
    lines = found[: publication_review.PAGE]
    following = {"tab": tab, **given, "before": lines[-1].publication.pk} if len(found) > len(lines) else {}
    context: dict[str, Any] = {"lines": lines, "tab": tab, "following": urlencode(following)}
    partial = request.htmx and not request.htmx.history_restore_request
    if partial and start:
        return render(request, ROWS, context)
    counts = publication_review.publication_counts(request.actor, filters)
    context |= {
        "form": form,
        "searching": bool(given),
        "tabs": [
            (name, label, counts[name], urlencode({"tab": name, **given}))
            for name, label in TAB_LABELS.items()
        ],
        "may_set": policy.permits(request.actor, "cases.categories"),
        "may_export": policy.permits(request.actor, "cases.export"),
        "export": f"{reverse('cases:publications_export')}?{urlencode({'tab': tab, **given})}",
    }
    return render(request, LIST if partial else QUEUE, context)


def _tab(request: ActorRequest) -> str:
    tab = request.GET.get("tab", "")
    return tab if tab in publication_review.TABS else "waiting"


def _list_form(request: ActorRequest) -> PublicationListForm:
    return PublicationListForm(request.GET, places=place_choices(request.actor))


@require_POST
@requires("cases.export")
@limited("exports")
def publications_export(request: ActorRequest) -> HttpResponseBase:
    """The list as it is narrowed in the address, as a file for a spreadsheet."""
    tab, filters = _tab(request), _list_form(request).filters()
    rows = services.export_publications(actor=request.actor, tab=tab, filters=filters, now=request.now)
    return csv_file(f"publications-{tab}", rows, now=request.now)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.publish")
def publication(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """Read, write, publish. `do` says which: keep what is written, or show it to everybody."""
    review = publication_review.review(request.actor, public_id)
    data = posted(request)
    words = _typed(review, data)
    flags = publication_review.flags_in(review.case, words)
    form = ReviewForm(data, review=review, flags=flags)
    if data is not None and form.is_valid():
        try:
            return _save(request, review, form)
        except Invalid as error:
            tell(form, error)
        except Conflict as error:
            form.add_error(None, f"{error.message} {error.hint}")
    context = {
        "review": review,
        "form": form,
        "picture_fields": [form["before"], form["after"]],
        "refusing": RefuseForm(),
        "may_write": review.publication.state in publication_review.OPEN_STATES,
    }
    return render(request, REVIEW, context, status=422 if form.errors else 200)


@require_safe
@requires("cases.publish")
def publication_picture(request: ActorRequest, public_id: UUID, attachment_id: int) -> HttpResponseBase:
    """A released picture, small, to choose from."""
    opened = publication_review.open_released(request.actor, public_id, attachment_id)
    return picture_answer(request, opened, "private, no-cache")


@require_POST
@requires("cases.publish")
def publication_end(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """Not shown, or no longer, with the reason; or taken off to be put right (`do=revise`)."""
    row = publication_review.publication_for(request.actor, public_id)
    if request.POST.get("do") == "revise":
        services.revise_publication(actor=request.actor, publication=row, now=request.now)
        messages.success(request, _("已经撤下来了，改好再公开。"))
        return redirect("cases:publication", public_id)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请写明原因，上报人会看到。"))
        return redirect("cases:publication", public_id)
    services.refuse_publication(
        actor=request.actor, publication=row, opinion=form.cleaned_data["opinion"], now=request.now
    )
    messages.success(request, _("已记下，不公开。上报人会看到原因。"))
    return redirect("cases:publications")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.categories")
def publishing_settings(request: ActorRequest) -> HttpResponse:
    """Streets, kinds and words: three forms."""
    words = SensitiveWordsForm(
        posted(request) if "words" in request.POST else None,
        initial={"words": "\n".join(publishing.sensitive_words())},
    )
    kinds = KindsForm(posted(request) if "was" in request.POST else None, initial={"q": request.GET.get("q")})
    if request.method == "POST" and _set(request, words, kinds):
        messages.success(request, _("已保存，马上生效。"))
        query = f"?{urlencode({'q': kinds.words})}" if kinds.words else ""
        return redirect(reverse("cases:publishing") + query)
    context = {
        "areas": publishing.areas_in_force(),
        "kinds": kinds,
        "groups": publishing.kind_groups(ticked=kinds.ticked, words=kinds.words),
        "was": " ".join(sorted(kinds.cleaned_data["was"]) if kinds.ticked else publishing.public_kinds()),
        "changed": len(kinds.changes) if kinds.ticked else 0,
        "words": words,
        "own_words": publishing.has_own_words(),
    }
    return render(request, SETTINGS, context, status=422 if words.errors or kinds.errors else 200)


def _set(request: ActorRequest, words: SensitiveWordsForm, kinds: KindsForm) -> bool:
    """One call for the form that was sent; whether something was saved."""
    given: dict[str, Any] = {"actor": request.actor, "now": request.now}
    if area := request.POST.get("area"):
        services.put_public_area(code=area[:12], is_on=request.POST.get("on") == "1", **given)
        return True
    if kinds.is_bound:
        if kinds.is_saved:
            services.put_public_kinds(changes=kinds.changes, **given)
        return kinds.is_saved
    if not words.is_valid():
        return False
    try:
        services.put_sensitive_words(words=words.lines, **given)
    except Invalid as error:
        tell(words, error)
        return False
    return True


def _save(request: ActorRequest, review: publication_review.Review, form: ReviewForm) -> HttpResponse:
    given: dict[str, Any] = {
        "actor": request.actor,
        "publication": review.publication,
        "words": form.words,
        "before_id": form.picture("before"),
        "after_id": form.picture("after"),
        "cleared": form.cleared_words,
        "now": request.now,
    }
    if request.POST.get("do") == "publish":
        services.publish_case(**given)
        messages.success(request, _("已公开，大家现在就能看到。"))
        return redirect("cases:publications")
    services.draft_publication(**given)
    messages.success(request, _("先存着了，还没有公开。"))
    return redirect("cases:publication", review.publication.public_id)


def _typed(review: publication_review.Review, data: Any) -> dict[str, str]:
    """What the words are now: as they were sent, or as they were kept."""
    return {
        name: data.get(name, "") if data is not None else getattr(review.publication, name)
        for name in publication_review.WORDS
    }
