"""Posts on the phone: what is open near me, what I have, my card; and for everybody what a card says."""

from typing import Any
from uuid import UUID, uuid4

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, public, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import DomainError, NotFound
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_name, path_names
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import PHONE, fill_in, press
from nuanxin.volunteering.post_forms import ApplyForm, ObjectionForm
from nuanxin.volunteering.queries import posts as queries
from nuanxin.volunteering.services import appointment_watching, appointments
from nuanxin.volunteering.team_forms import WordsForm
from nuanxin.volunteering.workflow import APPOINTMENT

OWN_STEPS = ("agree", "withdraw", "resign")
STAGES = ("nominated", "reviewed", "publicity", "appointed")


@require_safe
@requires("volunteering.posts")
def posts(request: ActorRequest) -> HttpResponse:
    rows = queries.posts_near(request.actor)
    own = queries.own_appointments(request.actor)
    codes = [*(each.post.scope_code for each in rows), *(each.scope_code for each in own)]
    paths = path_names(codes, top=Level.STREET)
    context = {
        "rows": [(each, paths[each.post.scope_code]) for each in rows],
        "own": [(each, paths[each.scope_code]) for each in own],
    }
    return render(request, "volunteering/post_phone_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.posts")
def post(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = queries.open_post(public_id)
    form = ApplyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = appointments.apply_for_post(
                actor=request.actor, public_id=public_id, why=form.cleaned_data["why"], now=request.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("收到了。到了哪一步，这里看得到。"))
            return redirect("volunteering:own_post", public_id=made.public_id)
    row = queries.row_of(found)
    held = [
        each for each in queries.own_appointments(request.actor, with_past=False) if each.post_id == found.pk
    ]
    context = {
        "post": found,
        "row": row,
        "path": path_name(found.scope_code),
        "house": queries.house_of(found),
        "held": held[0] if held else None,
        "form": form if row.vacant and found.takes_applications else None,
        "may_apply": permits(request.actor, "volunteering.apply_post"),
    }
    return render(request, "volunteering/post_phone.html", context, status=422 if form.errors else 200)


@require_safe
@requires("volunteering.own_post")
def own_post(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """How far it is; in office, the card."""
    found = queries.own_appointment(request.actor, public_id)
    page = queries.appointment_page(found)
    address = request.build_absolute_uri(reverse("volunteering:card", args=[found.code]))
    card = queries.card_of(found, now=request.now)
    context = {
        "found": found,
        "page": page,
        "path": path_name(found.scope_code),
        "house": queries.house_of(found.post),
        "moves": [each for each in APPOINTMENT.available(request.actor, found) if each.name in OWN_STEPS],
        "card": card,
        "address": address,
        "qr": _drawn(address) if card.is_valid else "",
        "stage": STAGES.index(found.state) if found.state in STAGES else -1,
        "labels": [APPOINTMENT.states(each).label for each in STAGES],
    }
    return render(request, "volunteering/own_post.html", context)


def _drawn(address: str) -> str:
    return segno.make(address, error="q").svg_data_uri(scale=6, border=2, dark="#1f2328", light="#ffffff")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.own_post")
def own_post_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """Agree and withdraw at once; resigning leaves a note."""
    found = queries.own_appointment(request.actor, public_id)
    if name not in OWN_STEPS:
        raise NotFound
    back = reverse("volunteering:own_post", args=[public_id])
    given: dict[str, Any] = {"actor": request.actor, "public_id": public_id, "name": name, "now": request.now}
    if name != "resign":
        return press(
            request, back=back, done=_("记下了。"), perform=lambda: appointments.perform_appointment(**given)
        )
    form = WordsForm(posted(request), field="handover")
    return fill_in(
        request, form, title=_("辞任"), lead=found.post.kind.name, back=back, template=PHONE, tone="danger",
        done=_("辛苦了，谢谢你。"),
        note=_("随时可以辞任，不用说原因。证件马上失效，没办完的事退回队列，由别人接着办。"),
        perform=lambda: appointments.perform_appointment(**given, words=form.cleaned_data["words"]),
    )  # fmt: skip


@public("whoever is shown a card may know whether it is true, and until when")
@require_safe
@limited("public")
def card(request: ActorRequest, code: str) -> HttpResponse:
    found = queries.card_by_code(code, now=request.now)
    return render(
        request, "volunteering/post_card.html", {"card": found, "path": path_name(found.scope_code)}
    )


@public("who is to be appointed is everybody's business while it can still be objected to")
@require_safe
@limited("public")
def publicity(request: ActorRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    rows, more = queries.in_publicity(before=start)
    paths = path_names((each.scope_code for each in rows), top=Level.STREET)
    context = {
        "rows": [(each, queries.card_of(each, now=request.now), paths[each.scope_code]) for each in rows],
        "last": rows[-1].pk if more else "",
        "is_first": not start,
    }
    return render(request, "volunteering/post_publicity.html", context)


@public("who knows better may say so while it is public, without saying who they are")
@require_http_methods(["GET", "HEAD", "POST"])
@limited("taps", posts_only=True)
def publicised(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = queries.public_appointment(public_id)
    form = ObjectionForm(posted(request), initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            appointment_watching.object_to_appointment(
                public_id=public_id, now=request.now, **form.cleaned_data
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("收到了。核实以后，答复写在这一页。"))
            return redirect("volunteering:publicised", public_id=public_id)
    page = queries.appointment_page(found)
    until = found.publicity_until
    takes = found.state == "publicity" and until is not None and request.now < until
    context = {
        "found": found,
        "card": queries.card_of(found, now=request.now),
        "path": path_name(found.scope_code),
        "form": form if takes or form.errors else None,
        "answers": [each for each in page.objections if each.answered_at],
    }
    return render(request, "volunteering/post_publicised.html", context, status=422 if form.errors else 200)
