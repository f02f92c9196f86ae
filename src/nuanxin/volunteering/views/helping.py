"""Needs and people: what one likes to do, what one is asked; for staff, asking for people."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import DomainError
from nuanxin.territories.queries import within_reach
from nuanxin.ui.forms import posted
from nuanxin.volunteering.queries import matching as queries
from nuanxin.volunteering.record_forms import NeedForm, ProfileForm, ReasonForm, week_of
from nuanxin.volunteering.services import matching as services
from nuanxin.volunteering.views.record_pages import done, framed


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.serve")
def helping(request: ActorRequest) -> HttpResponse:
    """On one page: what one is asked now, and what one said about oneself."""
    profile = queries.own_profile(request.actor)
    areas = queries.areas_to_choose(request.actor, profile)
    form = ProfileForm(posted(request), areas=areas, initial=_said(profile))
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.save_profile(actor=request.actor, data=form.data_of(), now=request.now)
        except DomainError as error:
            form.refuse(error)
        else:
            words = (
                _("记下了。有合适的事会问你，来不来都行。") if saved.is_open else _("关掉了，不会再问你。")
            )
            messages.success(request, words)
            return redirect("volunteering:helping")
    free = (
        form.data_of().free
        if request.method == "POST" and form.is_valid()
        else profile.free
        if profile
        else 0
    )
    context = {
        "form": form,
        "profile": profile,
        "week": week_of(free),
        "offers": [
            (each, queries.why_words(each.why)) for each in queries.own_offers(request.actor, request.now)
        ],
    }
    return render(request, "volunteering/record_helping.html", context, status=422 if form.errors else 200)


def _said(profile: Any) -> dict[str, Any]:
    if profile is None:
        return {}
    return {
        "is_open": profile.is_open,
        "areas": [each.scope_code for each in profile.areas.all()],
        "skills": profile.skills.split(),
    }


@require_POST
@requires("volunteering.serve")
def help_answer(request: ActorRequest, public_id: UUID) -> HttpResponse:
    comes = request.POST.get("comes") == "yes"
    words = _("太好了，到时候见。") if comes else _("好的，这次不来。没有任何影响。")
    return done(
        request,
        lambda: services.answer_offer(actor=request.actor, public_id=public_id, comes=comes, now=request.now),
        words, "volunteering:helping",
    )  # fmt: skip


@require_safe
@requires("volunteering.help")
def needs(request: ActorRequest) -> HttpResponse:
    tab = "over" if request.GET.get("tab") == "over" else "open"
    context = {"rows": queries.listed_needs(request.actor, tab=tab), "tab": tab}
    return framed(request, "volunteering/record_needs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.help")
def need_new(request: ActorRequest) -> HttpResponse:
    territories = within_reach(request.actor.scope_code, request.actor.scope_code)
    form = NeedForm(posted(request), territories=territories)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.ask_for_help(
                actor=request.actor, data=form.need(), key=_key(request), now=request.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("记下了，正在找愿意来的人；高峰时段不打扰，过了再问。"))
            return redirect("volunteering:need", public_id=made.public_id)
    context = {"form": form, "key": _key(request)}
    return framed(request, "volunteering/record_need_new.html", context, status=422 if form.errors else 200)


def _key(request: ActorRequest) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.help")
def need(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """Who comes; POST calls it off."""
    found = queries.need_to_run(request.actor, public_id)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_help(
                actor=request.actor, public_id=public_id, now=request.now, **form.cleaned_data
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("取消了，答应来的人会收到消息。"))
            return redirect("volunteering:need", public_id=public_id)
    context = {
        "need": found,
        "coming": queries.coming_to(found),
        "form": form,
        "is_live": found.state in ("open", "filled"),
    }
    return framed(request, "volunteering/record_need.html", context, status=422 if form.errors else 200)
