"""What a city sets for returning, consulting, extending and whatever else has a limit of its own."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.cases import services
from nuanxin.cases.forms.limits import LimitForm
from nuanxin.cases.queries.limits import limit_in_force, limits_in_force
from nuanxin.cases.views.refusals import tell
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import Invalid
from nuanxin.ui.forms import posted


@require_safe
@requires("cases.categories")
def handling_limits(request: ActorRequest) -> HttpResponse:
    return render(request, "cases/workbench/limits.html", {"rows": limits_in_force()})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.categories")
def handling_limit(request: ActorRequest, name: str) -> HttpResponse:
    line, value = limit_in_force(name)
    form = LimitForm(posted(request), line=line, value=value)
    if request.method == "POST" and form.is_valid():
        try:
            services.put_handling_limit(
                actor=request.actor, name=name, value=form.cleaned_data["value"], now=request.now
            )
        except Invalid as error:
            tell(form, error)
        else:
            messages.success(request, _("已保存。以后派的、吹哨的按新规定；已经在走的不变。"))
            return redirect("cases:limits")
    context = {"form": form, "line": line}
    return render(request, "cases/workbench/limit.html", context, status=422 if form.errors else 200)
