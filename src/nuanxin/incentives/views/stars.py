"""Stars, the worker rating, the tip-off register: three different things, each with its own page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.incentives.enums import Reviewed
from nuanxin.incentives.honour_forms import CodeForm, NameForm, ReasonForm, SchemeForm, TipFilterForm, TipForm
from nuanxin.incentives.queries import absences, ratings, tip_offs
from nuanxin.incentives.queries import stars as queries
from nuanxin.incentives.services import honour_catalogue, reviewing
from nuanxin.incentives.services import ratings as rating_services
from nuanxin.incentives.services import stars as services
from nuanxin.incentives.services import tip_offs as tip_services
from nuanxin.incentives.services.honour_sheet import export_stars
from nuanxin.incentives.workflow import STAR, TIP_OFF
from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, public, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.errors import DomainError, NotFound
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import press, take_step
from nuanxin.volunteering.queries.minutes import hours_shown

SHOW_DAYS = 7


def start_of(request: ActorRequest) -> int:
    """`before` of a list, 0 where it is none."""
    before = request.GET.get("before", "")
    return int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.star_apply")
def own_stars(request: ActorRequest) -> HttpResponse:
    """Hours, the stars so far, how much is missing, and asking for the next."""
    form = NameForm(posted(request), initial={"shown_as": request.actor.name[:12]})
    if request.method == "POST" and form.is_valid():
        try:
            services.apply_for_star(actor=request.actor, now=request.now, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("申请收到了。核对时长后公示几个工作日，没有问题就授星。"))
            return redirect("incentives:own_stars")
    counted = absences.own_absences(request.actor, now=request.now)
    context = {
        "absences": counted,
        "may_appeal_absence": counted is not None
        and counted.review is not None
        and reviewing.may_appeal(request.actor, Reviewed.ABSENCE, counted.review.public_id, request.now),
        "standing": queries.own_standing(request.actor),
        "scheme": queries.scheme_in_force(),
        "rows": queries.own_stars(request.actor),
        "form": form,
        "five": range(1, 6),
    }
    return render(request, "incentives/star_own.html", context, status=422 if form.errors else 200)


@require_POST
@requires("incentives.star_apply")
def star_withdraw(request: ActorRequest, public_id: UUID) -> HttpResponse:
    return press(
        request, back=reverse("incentives:own_stars"), done=_("撤回了，想申请时再来。"),
        perform=lambda: services.withdraw_star(actor=request.actor, public_id=public_id, now=request.now),
    )  # fmt: skip


@require_safe
@requires("incentives.star_check")
def stars(request: ActorRequest) -> HttpResponse:
    tab = request.GET.get("tab", "todo")
    tab = tab if tab in {*queries.TABS, "all"} else "todo"
    rows, more = queries.listed_stars(request.actor, tab=tab, before=start_of(request))
    context = {
        "rows": [(each, hours_shown(each.minutes)) for each in rows],
        "tab": tab,
        "next": f"?tab={tab}&before={rows[-1].pk}" if more else "",
        "is_first": not start_of(request),
        "may_edit": permits(request.actor, "incentives.star_scheme"),
    }
    return render(request, "incentives/star_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.star_check")
def star_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    if name not in ("publicise", "refuse"):
        raise Http404
    move = STAR[name]
    found = queries.visible_star(request.actor, public_id)
    form = ReasonForm(posted(request)) if move.required_fields else None
    return take_step(
        request, form, move, lead=found.shown_as, back=reverse("incentives:stars"),
        perform=lambda: services.perform_star(
            actor=request.actor, public_id=public_id, name=name, now=request.now,
            reason=form.cleaned_data["reason"] if form else "",
        ),
    )  # fmt: skip


@require_POST
@requires("incentives.star_check")
@limited("exports")
def star_export(request: ActorRequest) -> HttpResponseBase:
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    return sent(
        export_stars(actor=request.actor, tab=request.POST.get("tab", ""), form=form, now=request.now)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.star_scheme")
def star_scheme(request: ActorRequest) -> HttpResponse:
    """The thresholds in force, and their next version."""
    form = SchemeForm(posted(request), scheme=queries.scheme_in_force())
    if request.method == "POST" and form.is_valid():
        try:
            honour_catalogue.publish_scheme(actor=request.actor, now=request.now, **form.told())
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("新的一版从现在起用；已经授的星不变。"))
            return redirect("incentives:star_scheme")
    context = {"form": form, "schemes": queries.schemes()}
    return render(request, "incentives/star_scheme.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.rating")
def rating(request: ActorRequest) -> HttpResponse:
    """One's own rating with both factors; showing it to somebody, and taking that back."""
    actor, link = request.actor, ""
    if request.method == "POST":
        told = request.POST
        try:
            if told.get("do") == "show":
                word = rating_services.show_rating(
                    actor=actor, public_id=UUID(told.get("rating", "")), days=SHOW_DAYS, now=request.now
                )
                link = request.build_absolute_uri(reverse("incentives:rating_shown", args=[word]))
            elif told.get("do") == "hide" and told.get("link", "").isdigit():
                rating_services.hide_rating(actor=actor, link_id=int(told["link"][:12]), now=request.now)
                messages.success(request, _("收回了，那个链接马上打不开。"))
                return redirect("incentives:rating")
        except ValueError:
            raise Http404 from None
        except DomainError as error:
            if isinstance(error, NotFound):
                raise
            messages.warning(request, error.told)
    shown = ratings.own_ratings(actor)
    context = {
        "rows": shown, "levels": ratings.levels(), "link": link, "now": request.now,
        "is_agreed": ratings.is_agreed(actor), "has_courses": ratings.any_courses(),
    }  # fmt: skip
    return render(request, "incentives/rating.html", context)


@public("the worker shows the own rating to whoever has the link, as long as the worker likes")
@never_cache
@require_safe
@limited("public")
def rating_shown(request: ActorRequest, word: str) -> HttpResponse:
    shown, until = ratings.rating_behind(word, now=request.now)
    return render(request, "incentives/rating_shown.html", {"shown": shown, "until": until})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.tip_off")
def tips(request: ActorRequest) -> HttpResponse:
    """One's own register of clues; the claim code is shown this once."""
    form, code = TipForm(posted(request)), ""
    if request.method == "POST" and form.is_valid():
        try:
            _made, code = tip_services.register_tip(actor=request.actor, now=request.now, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
    context: dict[str, Any] = {
        "form": form, "code": code, "rows": tip_offs.own_tips(request.actor), "programmes": tip_offs.programmes(),
    }  # fmt: skip
    return render(request, "incentives/tip_own.html", context, status=422 if form.errors else 200)


@require_safe
@requires("incentives.tip_verify")
def tips_to_verify(request: ActorRequest) -> HttpResponse:
    form = TipFilterForm(request.GET)
    state = form.state_wanted()
    rows, more = tip_offs.tips_to_verify(request.actor, state=state, before=start_of(request))
    context = {
        "form": form,
        "rows": [(each, [m for m in TIP_OFF.from_state(each.state) if m.permission != "system"]) for each in rows],
        "next": f"?state={state}&before={rows[-1].pk}" if more else "",
        "is_first": not start_of(request),
        "state": state,
    }  # fmt: skip
    return render(request, "incentives/tip_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.tip_verify")
def tip_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    if name not in ("verify", "pay", "refuse"):
        raise Http404
    found = tip_offs.tip_to_verify(request.actor, public_id)
    move = TIP_OFF[name]
    kind = {"pay": CodeForm, "refuse": ReasonForm}.get(name)
    form = kind(posted(request)) if kind else None
    return take_step(
        request, form, move, lead=found.clue, back=reverse("incentives:tips_to_verify"),
        perform=lambda: tip_services.perform_tip(
            actor=request.actor, public_id=public_id, name=name, now=request.now,
            **{"reason": "", "code": "", **(form.cleaned_data if form else {})},
        ),
    )  # fmt: skip
