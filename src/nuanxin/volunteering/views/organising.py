"""Activities for those who run them: list, month, form, steps, times, who comes, figures."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import lies_in, permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.errors import Conflict, DomainError
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import is_territory, path_names, within_reach
from nuanxin.ui.forms import posted
from nuanxin.volunteering.activity_forms import (
    ActivityFilterForm,
    ActivityForm,
    CountForm,
    ReasonForm,
    WordForm,
    activity_initial,
)
from nuanxin.volunteering.models import Activity
from nuanxin.volunteering.queries import organising as queries
from nuanxin.volunteering.queries.activities import needs_approval
from nuanxin.volunteering.queries.activity_places import places_to_choose
from nuanxin.volunteering.queries.taxonomy import taxonomy
from nuanxin.volunteering.services import activities as services
from nuanxin.volunteering.services.activity_sheet import export_activities
from nuanxin.volunteering.workflow import ACTIVITY

TAB_NAMES = {
    "coming": gettext_lazy("已发布"),
    "todo": gettext_lazy("要办的"),
    "ended": gettext_lazy("归档和取消"),
    "all": gettext_lazy("全部"),
}


@require_safe
@requires("volunteering.activity_view")
def activity_list(request: ActorRequest) -> HttpResponse:
    form = ActivityFilterForm(request.GET, within=request.actor.scope_code)
    filters = form.filters()
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    rows, more = queries.listed_activities(request.actor, filters, before=start)
    paths = path_names((each.scope_code for each in rows), top=Level.STREET)
    kept = {key: value for key, value in request.GET.items() if key != "before"}
    here = reverse("volunteering:activity_list")
    context: dict[str, Any] = {
        "form": form,
        "filters": filters,
        "rows": [(each, paths[each.scope_code]) for each in rows],
        "next": f"{here}?{urlencode({**kept, 'before': rows[-1].pk})}" if more else "",
        "is_first": not start,
        "may_export": permits(request.actor, "volunteering.activity_export"),
        "may_make": permits(request.actor, "volunteering.activity_new"),
        "may_count": permits(request.actor, "volunteering.activity_figures"),
        "may_name": permits(request.actor, "volunteering.taxonomy"),
        "territories": within_reach(request.actor.scope_code, filters.within),
    }
    if not request.htmx:
        counts = queries.activity_counts(request.actor, within=filters.within)
        context["tabs"] = [
            (name, label, counts[name], name == filters.tab) for name, label in TAB_NAMES.items()
        ]
    template = (
        "volunteering/partials/activity_rows.html" if request.htmx else "volunteering/activity_list.html"
    )
    return render(request, template, context)


@require_POST
@requires("volunteering.activity_export")
@limited("exports")
def activity_export(request: ActorRequest) -> HttpResponseBase:
    """The list as it is narrowed: CSV or a workbook."""
    filters = ActivityFilterForm(request.POST, within=request.actor.scope_code).filters()
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    return sent(export_activities(actor=request.actor, filters=filters, form=form, now=request.now))


@require_safe
@requires("volunteering.activity_view")
def activity_month(request: ActorRequest) -> HttpResponse:
    """A month of shifts."""
    on = _month(request.GET.get("month", ""), timezone.localdate(request.now))
    form = ActivityFilterForm(request.GET, within=request.actor.scope_code)
    filters = form.filters()
    month = queries.month_of(request.actor, on=on, now=request.now, within=filters.within, line=filters.line)
    context = {
        "month": month,
        "filters": filters,
        "lines": taxonomy().lines,
        "territories": within_reach(request.actor.scope_code, filters.within),
        "kept": urlencode({"within": filters.within, "line": filters.line}),
        "weekdays": [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")],
    }
    return render(request, "volunteering/activity_month.html", context)


def _month(said: str, today: date) -> date:
    try:
        found = date.fromisoformat(f"{said}-01")
    except ValueError:
        return today
    return found if abs(found.year - today.year) <= 5 else today


@require_safe
@requires("volunteering.activity_figures")
def activity_figures(request: ActorRequest) -> HttpResponse:
    within = ActivityFilterForm(request.GET, within=request.actor.scope_code).filters().within
    context = {
        "figures": queries.activity_figures(request.actor, now=request.now, within=_inside(request, within)),
        "within": within,
        "today": timezone.localdate(request.now),
        "territories": within_reach(request.actor.scope_code, within),
    }
    return render(request, "volunteering/activity_figures.html", context)


def _inside(request: ActorRequest, within: str) -> str:
    """The own area where one asks for more."""
    own = request.actor.scope_code
    return within if (not own or lies_in(within, own)) and is_territory(within) else own


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.activity_new")
def activity_new(request: ActorRequest) -> HttpResponse:
    form = _form(request, None)
    if request.method == "POST" and form.is_valid():
        try:
            data = form.activity(request.actor.scope_code, is_new=True)
            made = services.make_activity(
                actor=request.actor, data=data, key=form.cleaned_data["key"], now=request.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("存成草稿了。接着排时间，排好再发布。"))
            return redirect("volunteering:shift_new", public_id=made.public_id)
    return _edit_page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.activity_edit")
def activity_edit(request: ActorRequest, public_id: UUID) -> HttpResponse:
    activity = queries.managed_activity(request.actor, public_id, "volunteering.activity_edit")
    form = _form(request, activity)
    if request.method == "POST" and form.is_valid():
        try:
            data = form.activity(activity.audience_area or activity.scope_code, is_new=False)
            services.edit_activity(actor=request.actor, public_id=public_id, data=data, now=request.now)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("volunteering:activity_managed", public_id=public_id)
    return _edit_page(request, form, activity)


def _form(request: ActorRequest, activity: Activity | None) -> ActivityForm:
    actor = request.actor
    organisers = queries.possible_organisers(actor)
    if activity is not None and activity.organiser not in organisers:
        organisers = [activity.organiser, *organisers]
    places = places_to_choose(actor)
    if activity is not None and activity.place is not None and activity.place not in places:
        places = [activity.place, *places]
    initial: dict[str, Any] = {
        "key": uuid4(), "mode": "first", "collect_minutes": 120, "call_off_hours": 12,
        "organiser": next((str(each.public_id) for each in organisers if each.pk == actor.organisation_id), None),
    }  # fmt: skip
    if activity is not None:
        initial = activity_initial(activity, activity.co_organisers.all())
    return ActivityForm(
        posted(request), organisers=organisers, partners=queries.possible_partners(actor), places=places,
        initial=initial,
    )  # fmt: skip


def _edit_page(request: ActorRequest, form: ActivityForm, activity: Activity | None) -> HttpResponse:
    parts = {
        "what": form.part("title", "kind", "words", "tags"),
        "who": form.part("organiser", "partner_1", "partner_2", "partner_3"),
        "where": form.part("place", "where", "link", "is_outdoor"),
        "risk": form.part("is_risky", "insurer", "policy_number", "insured_from", "insured_until"),
        "audience": form.part(
            "audience_types",
            "own_team_only",
            "area_only",
            "for_women",
            "for_families",
            "required_post",
            "required",
        ),
        "children": form.part("with_children", "min_age", "max_age"),
        "sign_up": form.part("mode", "opens_at", "collect_minutes", "call_off_hours"),
    }
    context = {"form": form, "activity": activity, "parts": parts}
    return render(request, "volunteering/activity_edit.html", context, status=422 if form.errors else 200)


@require_safe
@requires("volunteering.activity_view")
def activity_managed(request: ActorRequest, public_id: UUID) -> HttpResponse:
    page = queries.managed_page(request.actor, public_id, now=request.now)
    needs = needs_approval(page.activity)
    may_approve = permits(request.actor, "volunteering.activity_approve")
    moves = [
        each
        for each in page.moves
        if not (each.name == "publish" and needs and not may_approve)
        and not (each.name == "propose" and not (needs and not may_approve))
    ]
    context = {"page": page, "activity": page.activity, "moves": moves, "needs_approval": needs}
    return render(request, "volunteering/activity_managed.html", context)


PLAIN_STEPS = {
    "propose": (services.propose_activity, gettext_lazy("送到街道了，批了会通知您。")),
    "publish": (services.publish_activity, gettext_lazy("发布了，大家看得到了。")),
    "approve": (services.approve_activity, gettext_lazy("同意了，已经发布。")),
    "finish": (services.finish_activity, gettext_lazy("办完了。数一下受益人次，就可以归档。")),
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.activity_edit", "volunteering.activity_approve")
def activity_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """A button of the table; some want a word first."""
    if name in PLAIN_STEPS:
        return _plain_step(request, public_id, name)
    worded: dict[str, tuple[str, Any, Any]] = {
        "give_back": ("volunteering.activity_approve", ReasonForm, services.return_activity),
        "cancel": ("volunteering.activity_edit", ReasonForm, services.cancel_activity),
        "archive": ("volunteering.activity_edit", CountForm, services.archive_activity),
    }
    if name not in worded:
        raise Http404
    permission, form_class, service = worded[name]
    activity = queries.managed_activity(request.actor, public_id, permission)
    form: Any = form_class(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            service(actor=request.actor, public_id=public_id, now=request.now, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("好了。"))
            return redirect("volunteering:activity_managed", public_id=public_id)
    context = {"activity": activity, "form": form, "move": ACTIVITY[name]}
    return render(request, "volunteering/activity_step.html", context, status=422 if form.errors else 200)


def _plain_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    if request.method != "POST":
        raise Http404
    service, said = PLAIN_STEPS[name]
    try:
        service(actor=request.actor, public_id=public_id, now=request.now)
    except Conflict as error:
        messages.warning(request, error.told)
    else:
        messages.success(request, str(said))
    return redirect("volunteering:activity_managed", public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.activity_edit")
def activity_word(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """For everybody who comes."""
    activity = queries.managed_activity(request.actor, public_id, "volunteering.activity_edit")
    form = WordForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.tell_everybody(
                actor=request.actor, public_id=public_id, words=form.cleaned_data["words"], now=request.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("发出去了；送单高峰里不打扰，高峰过了再到。"))
            return redirect("volunteering:activity_managed", public_id=public_id)
    return render(
        request, "volunteering/activity_word.html", {"activity": activity, "form": form},
        status=422 if form.errors else 200,
    )  # fmt: skip
