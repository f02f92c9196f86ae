"""Activities for workers and everybody: what is on, one of them, signing up, one's own shifts, the calendar."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access.http import ActorRequest, public, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.calendars import CONTENT_TYPE
from nuanxin.kernel.errors import Conflict, DomainError
from nuanxin.people.queries import consent_purpose, purpose_words
from nuanxin.people.services import agreement_of
from nuanxin.ui.forms import posted
from nuanxin.ui.phrases import calendar_moment
from nuanxin.volunteering.activity_forms import FindForm, SignUpForm
from nuanxin.volunteering.enums import SignUpState
from nuanxin.volunteering.models import Shift, SignUp
from nuanxin.volunteering.queries import activities as queries
from nuanxin.volunteering.queries.activity_calendar import feed_for, feed_of
from nuanxin.volunteering.queries.activity_places import areas_for, saved_points
from nuanxin.volunteering.queries.drawn import drawn
from nuanxin.volunteering.queries.eligibility import audience_words
from nuanxin.volunteering.queries.own_shifts import own_shifts, public_shift, swaps_for
from nuanxin.volunteering.queries.taxonomy import taxonomy
from nuanxin.volunteering.services import calendar_feed, signing_up, swapping


@public("what is on in the city, and where")
@require_safe
@limited("public")
def activities(request: ActorRequest) -> HttpResponse:
    saved = saved_points(request.actor)
    form = FindForm(request.GET)
    wanted = form.wanted({each.public_id: each.point for each in saved})
    days = queries.find_shifts(request.actor, wanted, now=request.now)
    kept = {key: value for key, value in request.GET.items() if key in form.fields and value}
    context = {
        "days": days,
        "wanted": wanted,
        "kept": kept,
        "lines": taxonomy().lines,
        "areas": areas_for(request.actor, wanted.within),
        "saved": saved,
        "near": kept.get("near", ""),
        "today": timezone.localdate(request.now),
    }
    template = "volunteering/partials/activity_days.html" if request.htmx else "volunteering/activities.html"
    return render(request, template, context)


@public("what is done, where, for whom, and how places are given away")
@require_safe
@limited("public")
def activity(request: ActorRequest, public_id: UUID) -> HttpResponse:
    page = queries.activity_page(request.actor, public_id, now=request.now)
    held = page.activity
    context = {
        "page": page,
        "activity": held,
        "needs_form": held.with_children or held.for_women,
        "rows": [(each, uuid4()) for each in page.shifts],
        "audience": audience_words(held),
        "swaps": [
            each for each in swaps_for(request.actor, now=request.now) if each.shift.activity_id == held.pk
        ],
    }
    return render(request, "volunteering/activity.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.sign_up")
@limited("taps")
def activity_sign_up(request: ActorRequest, shift_id: UUID) -> HttpResponse:
    """One tap where that is enough; a short form for a guardian, or where one says a word for oneself."""
    shift = public_shift(shift_id)
    form = SignUpForm(posted(request), activity=shift.activity, initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = signing_up.sign_up(
                actor=request.actor, shift_id=shift_id, key=said["key"], wait=said["wait"],
                belongs=bool(said.get("belongs")), children=form.children(), agreement=agreement_of(said["agreed"]),
                now=request.now,
            )  # fmt: skip
        except DomainError as error:
            if not (shift.activity.with_children or shift.activity.for_women):
                messages.warning(request, error.told)
                return redirect("volunteering:activity", public_id=shift.activity.public_id)
            form.refuse(error)
        else:
            _say(request, made, shift)
            return redirect("volunteering:my_shifts")
    return _sign_up_page(request, shift, form)


def _sign_up_page(request: ActorRequest, shift: Shift, form: SignUpForm) -> HttpResponse:
    context: dict[str, Any] = {
        "shift": shift,
        "activity": shift.activity,
        "form": form,
        "wait": request.GET.get("wait"),
    }
    if shift.activity.with_children:
        purpose = consent_purpose(signing_up.GUARDIAN)
        context["purpose"] = purpose
        context["title"], context["text"] = purpose_words(purpose)
        context["stamp"] = int(request.now.timestamp() * 1000)
    return render(request, "volunteering/sign_up.html", context, status=422 if form.errors else 200)


def _say(request: ActorRequest, made: SignUp, shift: Shift) -> None:
    when = calendar_moment(shift.starts_at)
    if made.state == SignUpState.WAITING:
        messages.info(request, _("候补排上了。有人取消，按顺序通知你。"))
    elif made.state == SignUpState.ENTERED and shift.draw_at:
        at = calendar_moment(shift.draw_at)
        messages.info(request, _("登记好了，%(at)s 抽签，结果会通知你。早登记晚登记一样。") % {"at": at})
    else:
        messages.success(request, _("报上了：%(when)s。去不了早点取消，别人能补上。") % {"when": when})


@public("anybody may work out a draw again")
@require_safe
@limited("public")
def activity_draw(request: ActorRequest, shift_id: UUID) -> HttpResponse:
    shift = public_shift(shift_id)
    if not shift.draw_secret:
        raise Http404
    return render(request, "volunteering/draw.html", {"shown": drawn(shift), "shift": shift})


@require_safe
@requires("volunteering.sign_up")
def my_shifts(request: ActorRequest) -> HttpResponse:
    coming, past = own_shifts(request.actor, now=request.now)
    context = {
        "coming": coming,
        "past": past,
        "swaps": swaps_for(request.actor, now=request.now),
        "feed": feed_of(request.actor),
    }
    return render(request, "volunteering/my_shifts.html", context)


STEPS = {
    "accept": signing_up.accept_place,
    "call_off": signing_up.call_off,
    "offer_swap": swapping.offer_swap,
    "keep": swapping.withdraw_swap,
}


@require_POST
@requires("volunteering.sign_up")
@limited("taps")
def my_shift_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """A button beside one's own shift."""
    if name not in STEPS:
        raise Http404
    said = {
        "accept": _("报上了，到时候见。"),
        "call_off": _("取消了，谢谢你说一声。"),
        "offer_swap": _("挂出来了。有人换走会通知你；没换走之前，这一班还是你的。"),
        "keep": _("收回来了，这一班还是你的。"),
    }
    try:
        STEPS[name](actor=request.actor, public_id=public_id, now=request.now)
    except Conflict as error:
        messages.warning(request, error.told)
    else:
        messages.success(request, said[name])
    return redirect("volunteering:my_shifts")


@require_POST
@requires("volunteering.sign_up")
@limited("taps")
def take_swap(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """With a place of one's own, or without."""
    try:
        give = UUID(request.POST["give"]) if request.POST.get("give") else None
    except ValueError as error:
        raise Http404 from error
    try:
        swapping.take_swap(
            actor=request.actor,
            public_id=public_id,
            give=give,
            belongs="belongs" in request.POST,
            now=request.now,
        )
    except Conflict as error:
        messages.warning(request, error.told)
    else:
        messages.success(request, _("换好了，负责人也知道了。"))
    return redirect("volunteering:my_shifts")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.sign_up")
def shift_calendar(request: ActorRequest) -> HttpResponse:
    """The secret address for one's own calendar: shown once, made anew or taken back any time."""
    address = ""
    if request.method == "POST":
        if request.POST.get("do") == "drop":
            calendar_feed.drop_feed(actor=request.actor)
            messages.success(request, _("停用了，原来的地址马上读不到。"))
            return redirect("volunteering:shift_calendar")
        token = calendar_feed.make_feed(actor=request.actor, now=request.now)
        address = request.build_absolute_uri(reverse("volunteering:shift_feed", args=[token]))
    context = {
        "feed": feed_of(request.actor),
        "address": address,
        "webcal": address.replace("https://", "webcal://", 1).replace("http://", "webcal://", 1),
    }
    answer = render(request, "volunteering/shift_calendar.html", context)
    answer["Cache-Control"] = "private, no-store"
    return answer


@public("who holds the secret address reads the calendar; programs cannot sign in")
@require_safe
@limited("public")
def shift_feed(request: ActorRequest, token: str) -> HttpResponse:
    body, tag = feed_for(
        token,
        url_of=lambda key: request.build_absolute_uri(reverse("volunteering:activity", args=[key])),
        now=request.now,
    )
    etag = quote_etag(tag)
    if request.headers.get("If-None-Match", "") in (etag, f"W/{etag}"):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type=CONTENT_TYPE)
        response["Content-Disposition"] = 'inline; filename="shifts.ics"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=900"
    response["X-Robots-Tag"] = "noindex"
    return response
