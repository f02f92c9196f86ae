"""Friendly scenes for everybody: what a plate leads to, what is shown before it is decided, a word against it."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.kernel.access.http import ActorRequest, public
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import DomainError
from nuanxin.places.models import Scene
from nuanxin.places.queries import catalogue
from nuanxin.places.queries import scenes as queries
from nuanxin.places.scene_forms import ObjectionForm
from nuanxin.places.services import scene_appeals
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_names
from nuanxin.ui.forms import posted


@public("whoever sees a plate may know whether it is true, and since when")
@require_safe
@limited("public")
def plated(request: ActorRequest, code: str) -> HttpResponse:
    """What the code on the plate leads to; also where the plate is not in force any more."""
    return render(request, "places/plated.html", _context(queries.scene_by_plate(code)))


@public("who is accredited, and who is to be, is everybody's business")
@require_safe
@limited("public")
def scenes_public(request: ActorRequest) -> HttpResponse:
    show = "publicity" if request.GET.get("show") == "publicity" else "plated"
    text, before = request.GET.get("q", "").strip()[:40], request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    rows, more = queries.public_scenes(show=show, text=text, before=start)
    paths = path_names((each.scope_code for each in rows), top=Level.STREET)
    context = {
        "show": show,
        "text": text,
        "rows": [(each, paths[each.scope_code]) for each in rows],
        "last": rows[-1].pk if more else "",
        "is_first": not start,
    }
    return render(request, "places/scenes_public.html", context)


@public("who knows better may say so while it is public, without saying who they are")
@require_http_methods(["GET", "HEAD", "POST"])
@limited("taps", posts_only=True)
def scene_public(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = queries.public_scene(public_id)
    form = ObjectionForm(posted(request), initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            scene_appeals.object_to_scene(public_id=public_id, now=request.now, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("收到了。核实以后，答复写在这一页。"))
            return redirect("places:scene_public", public_id=public_id)
    until = found.publicity_until
    takes = found.state == "publicity" and until is not None and request.now < until
    context = {**_context(found), "form": form if takes or form.errors else None, "takes": takes}
    return render(request, "places/scene_public.html", context, status=422 if form.errors else 200)


def _context(scene: Scene) -> dict[str, object]:
    """What everybody may know: never who applied, who assessed, who decided, or what somebody wrote against it."""
    page = queries.scene_page(scene)
    known = catalogue().classes
    return {
        "scene": scene,
        "classes": [known[code] for code in scene.classes.split() if code in known],
        "answers": [each for each in page.objections if each.answered_at],
        "is_in_force": scene.state in queries.PLATED,
        "where": path_names([scene.scope_code], top=Level.STREET)[scene.scope_code],
    }
