"""The views that somebody keeps: save the filters of the moment, then put them in order."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nuanxin.cases import services
from nuanxin.cases.forms.saved import ViewForm
from nuanxin.cases.queries.queue import tab_named
from nuanxin.cases.queries.views import View, views_of
from nuanxin.cases.views.refusals import tell
from nuanxin.cases.views.workbench import form_of, queue_url
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import Conflict, Invalid, NotFound

PAGE = "cases/workbench/views.html"


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.keep_views")
def saved_views(request: ActorRequest) -> HttpResponse:
    """The list to put in order; a POST keeps the filters that the queue showed (`here`)."""
    if request.method != "POST":
        return _list(request)
    here = QueryDict(request.POST.get("here", "")[:1000])
    tab, given = tab_named(request.actor, here.get("tab", "")), form_of(request.actor, here).given()
    form = ViewForm(request.POST)
    try:
        if form.is_valid():
            services.save_view(actor=request.actor, name=form.cleaned_data["name"], tab=tab.name, query=given)
            messages.success(request, _("存好了，在标签上面，一点就到。"))
            return redirect(queue_url(tab.name, given))
    except Invalid as error:
        tell(form, error)
    except Conflict as error:
        form.add_error(None, f"{error.message} {error.hint}")
    return _list(request, form=form, here=urlencode({"tab": tab.name, **given}), status=422)


@require_POST
@requires("cases.keep_views")
def saved_view(request: ActorRequest, view_id: int) -> HttpResponse:
    """One of `up`, `down`, `default`, `plain`, `rename`, `delete`."""
    do = DOINGS.get(request.POST.get("do", ""))
    if do is None:
        raise NotFound
    try:
        do(request, view_id)
    except Invalid as error:
        messages.error(request, " ".join(str(text) for text in error.fields.values()))
    return redirect("cases:views")


def _rename(request: HttpRequest, view_id: int) -> None:
    edge: Any = request
    services.rename_view(actor=edge.actor, view_id=view_id, name=request.POST.get("name", ""))


def _delete(request: HttpRequest, view_id: int) -> None:
    edge: Any = request
    services.delete_view(actor=edge.actor, view_id=view_id)
    messages.success(request, _("视图删掉了，里面的案件都还在。"))


DOINGS: dict[str, Any] = {
    "up": lambda request, view_id: services.move_view(actor=request.actor, view_id=view_id, by=-1),
    "down": lambda request, view_id: services.move_view(actor=request.actor, view_id=view_id, by=1),
    "default": lambda request, view_id: services.set_default_view(
        actor=request.actor, view_id=view_id, is_default=True
    ),
    "plain": lambda request, view_id: services.set_default_view(
        actor=request.actor, view_id=view_id, is_default=False
    ),
    "rename": _rename,
    "delete": _delete,
}


def _list(
    request: ActorRequest, *, form: ViewForm | None = None, here: str = "", status: int = 200
) -> HttpResponse:
    views = views_of(request.actor)
    own = [_row(request, view) for view in views if view.pk]
    shipped = [_row(request, view) for view in views if not view.pk]
    context = {"own": own, "shipped": shipped, "form": form, "here": here}
    return render(request, PAGE, context, status=status)


def _row(request: ActorRequest, view: View) -> dict[str, Any]:
    """The view with what it narrows to, in words."""
    query = QueryDict(urlencode(view.query))
    applied = form_of(request.actor, query).applied()
    return {
        "view": view,
        "url": queue_url(view.tab, dict(view.query)),
        "tab": tab_named(request.actor, view.tab).label,
        "applied": [f"{label} {value}" for _name, label, value in applied],
    }
