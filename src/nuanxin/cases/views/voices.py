"""A voice note at the desk that screens: heard in pieces as players ask for them, and written down."""

import re
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.cases import services
from nuanxin.cases.forms.voices import WriteDownForm
from nuanxin.cases.queries import detail
from nuanxin.cases.queries.additions import voice_of
from nuanxin.cases.queries.places import area_name
from nuanxin.cases.views.casepage import done, panel
from nuanxin.cases.views.refusals import tell
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.ui.forms import posted

RANGE = re.compile(r"^bytes=(\d{0,10})-(\d{0,10})$")


@require_safe
@requires("cases.hear")
def voice(request: ActorRequest, number: str, public_id: UUID) -> HttpResponseBase:
    """The recording itself; kept by nobody in between. Safari plays nothing that it cannot ask for in pieces."""
    case = detail.case_for(request.actor, number)
    heard = services.hear_voice(actor=request.actor, case=case, public_id=public_id, now=request.now)
    response = _piece(request.headers.get("Range", ""), heard.data)
    response["Content-Type"] = heard.content_type
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = f'inline; filename="{heard.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _piece(wanted: str, data: bytes) -> HttpResponse:
    """The whole, or the one range that was asked for (RFC 9110 §14); several at once are answered with the whole."""
    found = RANGE.match(wanted)
    if not found or found[0] == "bytes=-":
        return HttpResponse(data)
    first, last = found[1], found[2]
    start = int(first) if first else max(0, len(data) - int(last))
    end = min(int(last), len(data) - 1) if first and last else len(data) - 1
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
    headers = {"Content-Range": f"bytes {start}-{end}/{len(data)}"}
    return HttpResponse(data[start : end + 1], status=206, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.hear")
def transcribe(request: ActorRequest, number: str, public_id: UUID) -> HttpResponse:
    """Listen, and write down what was said."""
    case = detail.case_for(request.actor, number)
    note = voice_of(request.actor, case, public_id)
    form = WriteDownForm(posted(request), initial={"words": note.words})
    notice = None
    if request.method == "POST" and form.is_valid():
        try:
            services.transcribe_voice(
                actor=request.actor, case=case, public_id=public_id, now=request.now, **form.given()
            )
        except Invalid as error:
            tell(form, error)
        except Conflict as error:
            notice = error
        else:
            messages.success(request, _("已记下，办理的单位现在看得到。"))
            return done(request, number)
    context = {"case": case, "note": note, "form": form, "notice": notice, "area": area_name(case.scope_code)}
    status = 409 if notice else 422 if form.errors else 200
    return panel(request, "cases/workbench/voice", context, status)
