"""The catalogue: limits, words and urgency of every kind of report, as the city has them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.cases import services
from nuanxin.cases.forms.categories import CategoryFilterForm, CategoryForm
from nuanxin.cases.queries import catalogue
from nuanxin.cases.queries.catalogue import Kind
from nuanxin.cases.views.refusals import tell
from nuanxin.kernel.access import policy
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import Invalid
from nuanxin.ui.forms import posted

PAGE, ROWS, EDIT = (f"cases/workbench/{name}.html" for name in ("categories", "categories_rows", "category"))


@require_safe
@requires("cases.categories", "cases.view")
def categories(request: ActorRequest) -> HttpResponse:
    form = CategoryFilterForm(request.GET)
    form.is_valid()
    rows = catalogue.all_kinds(
        major=form.cleaned_data.get("major") or "", words=form.cleaned_data.get("words") or ""
    )
    context = {
        "form": form,
        "groups": _by_major(rows),
        "count": len(rows),
        "may_edit": policy.permits(request.actor, "cases.categories"),
    }
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, ROWS if partial else PAGE, context)


def _by_major(rows: list[Kind]) -> list[tuple[str, object, str, list[Kind]]]:
    groups: dict[str, list[Kind]] = {}
    for row in rows:
        groups.setdefault(row.major, []).append(row)
    return [(major, *catalogue.MAJORS.get(major, (major, "tag")), found) for major, found in groups.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.categories")
def category(request: ActorRequest, code: str) -> HttpResponse:
    row = catalogue.category_row(code)
    form = CategoryForm.of(row, posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.update_category(
                actor=request.actor, code=code, changes=form.cleaned_data, now=request.now
            )
        except Invalid as error:
            tell(form, error)
        else:
            messages.success(request, _("已保存。新的上报按新规定；正在计时的不变。"))
            return redirect("cases:categories")
    kind = catalogue.kind_of(code)
    context = {
        "form": form,
        "category": row,
        "kind": kind,
        "major": catalogue.MAJORS.get(row.major, ("", "tag"))[0],
    }
    return render(request, EDIT, context, status=422 if form.errors else 200)
