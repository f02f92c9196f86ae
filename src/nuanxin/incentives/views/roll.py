"""The roll of honour for everybody: no sign-in, no votes; a story, its pictures, a word against what is shown."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.incentives.enums import Reviewed
from nuanxin.incentives.honour_forms import ObjectionForm
from nuanxin.incentives.queries import honours as queries
from nuanxin.incentives.queries import stars as star_queries
from nuanxin.incentives.services import reviewing
from nuanxin.incentives.views.stars import start_of
from nuanxin.kernel.access.http import ActorRequest, public
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.files.http import picture_answer
from nuanxin.kernel.files.services import open_file
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_names
from nuanxin.ui.forms import posted
from nuanxin.volunteering.queries.minutes import hours_shown


@public("who agreed to be thanked in public is on the wall")
@never_cache
@require_safe
@limited("public")
def roll(request: ActorRequest) -> HttpResponse:
    show = "publicity" if request.GET.get("show") == "publicity" else "wall"
    known = queries.kinds(active=False)
    kind = request.GET.get("kind", "")
    kind = kind if any(each.code == kind for each in known) else ""
    rows, more = queries.roll(show=show, kind=kind, now=request.now, before=start_of(request))
    context = {
        "show": show,
        "kind": kind,
        "kinds": [each for each in known if not each.is_nomination_only],
        "rows": rows,
        "last": rows[-1].pk if more else "",
        "stars": star_queries.public_stars() if show == "publicity" else [],
    }
    return render(request, "incentives/roll.html", context)


@public("who agreed has a story that everybody may read, and object to while it is being shown")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("taps", posts_only=True)
def story(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = queries.story(public_id, now=request.now)
    until = found.publicity_until
    takes = found.state == "publicity" and until is not None and request.now < until
    form = ObjectionForm(posted(request), initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            reviewing.raise_objection(
                about=Reviewed.HONOUR, target=public_id, now=request.now, **form.cleaned_data
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("收到了。核实以后，答复写在这一页。"))
            return redirect("incentives:story", public_id=public_id)
    context = {
        "honour": found,
        "page": queries.honour_page(found),
        "where": path_names([found.scope_code], top=Level.STREET)[found.scope_code],
        "form": form if takes or form.errors else None,
    }
    return render(request, "incentives/story.html", context, status=422 if form.errors else 200)


@public("a star that is being shown may be objected to by anybody")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("taps", posts_only=True)
def star_shown(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = star_queries.public_star(public_id)
    form = ObjectionForm(posted(request), initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            reviewing.raise_objection(
                about=Reviewed.STAR, target=public_id, now=request.now, **form.cleaned_data
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("收到了。核实以后才会授星。"))
            return redirect("incentives:star_shown", public_id=public_id)
    context = {"star": found, "hours": hours_shown(found.minutes), "form": form}
    return render(request, "incentives/star_shown.html", context, status=422 if form.errors else 200)


@public("released pictures of stories that everybody may read")
@never_cache
@require_safe
@limited("public")
def roll_picture(request: ActorRequest, file_id: UUID) -> HttpResponseBase:
    opened = open_file(
        public_id=queries.public_picture(file_id, now=request.now), thumb="thumb" in request.GET
    )
    return picture_answer(request, opened, "no-store")  # withdrawn, it is gone at once
