"""Types, facilities, services and classes, with both names."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import DomainError
from nuanxin.places import queries, services
from nuanxin.places.forms import EntryForm
from nuanxin.places.models import Entry
from nuanxin.places.services.catalogue import icon_names
from nuanxin.ui.forms import posted

TITLES = {
    "types": gettext_lazy("类型"),
    "facilities": gettext_lazy("设施"),
    "services": gettext_lazy("服务项目"),
    "classes": gettext_lazy("友好类别"),
    "checks": gettext_lazy("开门检查项"),
    "stock": gettext_lazy("药品和物资"),
    "offers": gettext_lazy("优惠类别"),
    "tags": gettext_lazy("评价标签"),
    "scenes": gettext_lazy("场景类型"),
    "kitchen": gettext_lazy("开放日看什么"),
}


@require_safe
@requires("places.catalogue")
def settings(request: ActorRequest) -> HttpResponse:
    known = queries.catalogue()
    shown = request.GET.get("show", "types")
    if shown not in TITLES:
        shown = "types"
    tabs = [(kind, title, len(getattr(known, kind)), kind == shown) for kind, title in TITLES.items()]
    context = {"tabs": tabs, "kind": shown, "rows": list(getattr(known, shown).values())}
    return render(request, "places/catalogue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.catalogue")
def new_entry(request: ActorRequest, kind: str) -> HttpResponse:
    if kind not in TITLES:
        raise Http404
    return _page(request, kind, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.catalogue")
def entry(request: ActorRequest, kind: str, code: str) -> HttpResponse:
    return _page(request, kind, queries.entry(kind, code))


def _page(request: ActorRequest, kind: str, row: Entry | None) -> HttpResponse:
    form = EntryForm(posted(request), kind=kind, row=row)
    if request.method == "POST" and form.is_valid():
        code = row.code if row else form.cleaned_data["code"]
        try:
            data = form.data_for_service()
            services.put_entry(
                actor=request.actor, kind=kind, code=code, data=data, is_new=row is None, now=request.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已保存。"))
            return redirect(f"{request.path.split('catalogue/')[0]}catalogue/?show={kind}")
    context = {"form": form, "row": row, "kind": kind, "title": TITLES[kind], "icons": icon_names()}
    return render(request, "places/entry.html", context, status=422 if form.errors else 200)
