"""Kinds and tags of activities, with both names."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import DomainError
from nuanxin.places.services.catalogue import icon_names
from nuanxin.ui.forms import posted
from nuanxin.volunteering.activity_forms import TermForm
from nuanxin.volunteering.models import ActivityKind, ActivityTag
from nuanxin.volunteering.queries.taxonomy import taxonomy, taxonomy_entry
from nuanxin.volunteering.services.taxonomy import put_term

TITLES = {"kinds": gettext_lazy("活动种类"), "tags": gettext_lazy("活动标签")}


@require_safe
@requires("volunteering.taxonomy")
def terms(request: ActorRequest) -> HttpResponse:
    known = taxonomy()
    shown = request.GET.get("show", "kinds")
    shown = shown if shown in TITLES else "kinds"
    context = {
        "tabs": [(kind, title, len(getattr(known, kind)), kind == shown) for kind, title in TITLES.items()],
        "kind": shown,
        "rows": list(getattr(known, shown).values()),
    }
    return render(request, "volunteering/terms.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.taxonomy")
def term_new(request: ActorRequest, kind: str) -> HttpResponse:
    if kind not in TITLES:
        raise Http404
    return _page(request, kind, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.taxonomy")
def term(request: ActorRequest, kind: str, code: str) -> HttpResponse:
    if kind not in TITLES:
        raise Http404
    return _page(request, kind, taxonomy_entry(kind, code))


def _page(request: ActorRequest, kind: str, row: ActivityKind | ActivityTag | None) -> HttpResponse:
    form = TermForm(posted(request), kind=kind, row=row)
    if request.method == "POST" and form.is_valid():
        code = row.code if row else form.cleaned_data["code"]
        try:
            put_term(
                actor=request.actor, kind=kind, code=code, data=form.term(), is_new=row is None, now=request.now
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已保存。"))
            return redirect(f"{reverse('volunteering:terms')}?show={kind}")
    context = {"form": form, "row": row, "kind": kind, "title": TITLES[kind], "icons": icon_names()}
    return render(request, "volunteering/term.html", context, status=422 if form.errors else 200)
