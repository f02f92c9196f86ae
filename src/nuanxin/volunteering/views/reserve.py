"""The reserve: one's own application on the phone; the list for the few who read it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import NotFound
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_name, path_names
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import PHONE, fill_in, press, take_step
from nuanxin.volunteering.models import OPEN_RESERVE
from nuanxin.volunteering.queries import reserve as queries
from nuanxin.volunteering.queries.team_catalogue import team_catalogue
from nuanxin.volunteering.services import reserve as services
from nuanxin.volunteering.team_forms import RecommendForm, ReserveForm, WordsForm
from nuanxin.volunteering.views.post_desk import before_of, next_page
from nuanxin.volunteering.workflow import RESERVE

TAB_NAMES = {
    "applied": gettext_lazy("等审核"),
    "pool": gettext_lazy("在库"),
    "engaged": gettext_lazy("已到岗"),
    "ended": gettext_lazy("已结束"),
    "all": gettext_lazy("全部"),
}


@require_safe
@requires("volunteering.apply_reserve")
def own_reserve(request: ActorRequest) -> HttpResponse:
    found = queries.own_candidacy(request.actor)
    context = {
        "found": found,
        "criteria": [each for each in team_catalogue().criteria.values() if each.is_active],
        "told": queries.criteria_of(found) if found else [],
        "moves": [each for each in RESERVE.available(request.actor, found) if each.name in services.OWN_STEPS]
        if found
        else [],
        "is_open": found is not None and found.state in OPEN_RESERVE,
    }
    return render(request, "volunteering/own_reserve.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.apply_reserve")
def reserve_apply(request: ActorRequest) -> HttpResponse:
    form = ReserveForm(posted(request))
    return fill_in(
        request, form, title=_("申请进后备库"), back=reverse("volunteering:own_reserve"), template=PHONE,
        note=_("只有街道和社会工作部管这件事的人看得到，平台企业、社区别的人都看不到；随时可以退出。"),
        done=_("收到了，看过会告诉你。"),
        perform=lambda: services.apply_for_reserve(actor=request.actor, now=request.now, **form.cleaned_data),
    )  # fmt: skip


@require_POST
@requires("volunteering.own_reserve")
def own_reserve_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    if name not in services.OWN_STEPS:
        raise NotFound
    return press(
        request, back=reverse("volunteering:own_reserve"), done=_("记下了。"),
        perform=lambda: services.perform_reserve(
            actor=request.actor, public_id=public_id, name=name, now=request.now
        ),
    )  # fmt: skip


@require_safe
@requires("volunteering.view_reserve")
def reserve_list(request: ActorRequest) -> HttpResponse:
    tab = request.GET.get("tab", "")
    tab = tab if tab in TAB_NAMES else "applied"
    rows, more = queries.listed_candidates(request.actor, tab=tab, before=before_of(request))
    counts = queries.candidate_counts(request.actor)
    paths = path_names((each.scope_code for each in rows), top=Level.STREET)
    context = {
        "rows": [(each, paths[each.scope_code]) for each in rows],
        "tabs": [(name, label, counts[name], name == tab) for name, label in TAB_NAMES.items()],
        "next": next_page(request, "volunteering:reserve_list", rows[-1].pk) if more else "",
        "may_recommend": permits(request.actor, "volunteering.recommend_reserve"),
    }
    return render(request, "volunteering/reserve_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.recommend_reserve")
@limited("taps", posts_only=True)
def reserve_recommend(request: ActorRequest) -> HttpResponse:
    form = RecommendForm(posted(request))
    form.fields["phone"].help_text = _("对方要先注册；本人同意了才往下走。")
    return fill_in(
        request, form, title=_("推荐后备人才"), back=reverse("volunteering:reserve_list"),
        done=_("推荐好了，等本人同意。"),
        perform=lambda: services.recommend_for_reserve(actor=request.actor, now=request.now, **form.cleaned_data),
    )  # fmt: skip


@require_safe
@requires("volunteering.view_reserve")
def candidate(request: ActorRequest, public_id: UUID) -> HttpResponse:
    found = queries.candidate_for(request.actor, public_id)
    moves = [each for each in RESERVE.available(request.actor, found) if each.name not in services.OWN_STEPS]
    context = {
        "found": found,
        "criteria": queries.criteria_of(found),
        "path": path_name(found.scope_code),
        "moves": moves if found.person_id != request.actor.person_id else [],
    }
    return render(request, "volunteering/candidate.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("volunteering.decide_reserve")
def candidate_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    move = RESERVE.transitions.get(name)
    if move is None or move.permission != "volunteering.decide_reserve":
        raise NotFound
    found = queries.candidate_for(request.actor, public_id)
    back = reverse("volunteering:candidate", args=[public_id])
    form = WordsForm(posted(request), field=move.required_fields[0]) if move.required_fields else None
    return take_step(
        request, form, move, lead=found.person.name, back=back,
        perform=lambda: services.perform_reserve(
            actor=request.actor, public_id=public_id, name=name, now=request.now,
            words=form.cleaned_data["words"] if form else "",
        ),
    )  # fmt: skip
