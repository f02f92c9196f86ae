from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from nuanxin.ui import slots

ACTIVITY_PAGES = tuple(
    f"volunteering:{name}"
    for name in (
        "activity_list", "activity_new", "activity_managed", "activity_edit", "activity_step", "activity_word",
        "activity_month", "activity_figures", "shift_new", "shift_managed", "shift_edit", "shift_cancel", "terms",
        "term", "term_new",
    )
)  # fmt: skip


class VolunteeringConfig(AppConfig):
    name = "nuanxin.volunteering"
    label = "volunteering"
    verbose_name = "志愿服务"

    def ready(self) -> None:
        _team_slots()
        _activity_slots()
        _record_slots()
        post_migrate.connect(_load_taxonomy, sender=self, dispatch_uid="volunteering.taxonomy")
        post_migrate.connect(_load_teams, sender=self, dispatch_uid="volunteering.teams")
        post_migrate.connect(_load_skills, sender=self, dispatch_uid="volunteering.skills")


def _load_teams(**kwargs: Any) -> None:
    """Kinds of posts, sources and criteria are there as soon as their tables are."""
    from nuanxin.volunteering.services.team_catalogue import (
        load_team_catalogue,  # models exist only after the apps are ready
    )

    load_team_catalogue()


def _load_skills(**kwargs: Any) -> None:
    from nuanxin.volunteering.services.skills import load_skills  # as above

    load_skills()


def _load_taxonomy(**kwargs: Any) -> None:
    """Kinds and tags of activities are there as soon as their tables are."""
    from nuanxin.volunteering.services.taxonomy import (
        load_taxonomy,  # models exist only after the apps are ready
    )

    load_taxonomy()


def _activity_slots() -> None:
    slots.name_group("volunteering", _("志愿服务"), icon="heart-handshake", order=30)
    listed = slots.Item(
        _("活动"), "volunteering:activity_list", icon="calendar-event", permission="volunteering.activity_view",
        match=ACTIVITY_PAGES,
    )  # fmt: skip
    slots.register("rail", listed, order=70, group="volunteering")
    mine = slots.Item(
        _("我的班次"), "volunteering:my_shifts", icon="calendar-event", permission="volunteering.sign_up",
        match=("volunteering:my_shifts", "volunteering:shift_calendar"),
    )  # fmt: skip
    slots.register("my_page", mine, order=26, group="volunteering")
    on = slots.Item(
        _("附近的活动"), "volunteering:activities", icon="users-group", permission="volunteering.sign_up",
        match=("volunteering:activities", "volunteering:activity", "volunteering:activity_sign_up"),
    )  # fmt: skip
    slots.register("my_page", on, order=25, group="volunteering")
    panel = slots.Panel(
        "volunteering/home_shift.html", context=_home_shift, permission="volunteering.sign_up"
    )
    slots.register("home", panel, order=16)


def _home_shift(request: Any) -> dict[str, Any]:
    from nuanxin.volunteering.queries.own_shifts import (
        next_shift,  # models exist only after the apps are ready
    )
    from nuanxin.volunteering.queries.records import next_to_check  # as above

    return {
        "next_shift": next_shift(request.actor, now=request.now),
        "led": next_to_check(request.actor, request.now),
    }


def _record_slots() -> None:
    hours = slots.Item(
        _("我的时长"), "volunteering:my_hours", icon="clock", permission="volunteering.serve",
        match=tuple(
            f"volunteering:{name}" for name in ("my_hours", "my_record", "service_enter", "my_certificates", "check_in")
        ),
    )  # fmt: skip
    helping = slots.Item(
        _("愿意帮忙"), "volunteering:helping", icon="heart-handshake", permission="volunteering.serve"
    )
    slots.register("my_page", hours, order=26, group="volunteering")
    slots.register("my_page", helping, order=27, group="volunteering")
    screens = slots.Item(
        _("签到屏"), "volunteering:screens", icon="qrcode", permission="volunteering.check_in",
        match=("volunteering:screens", "volunteering:screen"),
    )  # fmt: skip
    confirming = slots.Item(
        _("服务时长"), "volunteering:sweeps", icon="checks", permission="volunteering.record_confirm",
        match=("volunteering:sweeps", "volunteering:records", "volunteering:record"),
    )  # fmt: skip
    certifying = slots.Item(
        _("服务证明"), "volunteering:certificates", icon="certificate", permission="volunteering.certify",
        match=("volunteering:certificates", "volunteering:certificate"),
    )  # fmt: skip
    needs = slots.Item(
        _("找人帮忙"), "volunteering:needs", icon="users", permission="volunteering.help",
        match=("volunteering:needs", "volunteering:need", "volunteering:need_new"),
    )  # fmt: skip
    spots = slots.Item(
        _("时长抽查"), "volunteering:spot_checks", icon="search", permission="volunteering.spot_check"
    )
    for order, item in enumerate((screens, confirming, certifying, needs)):
        slots.register("rail", item, order=70 + order, group="volunteering")
        slots.register("my_page", item, order=70 + order, group="volunteering")
    slots.register("rail", spots, order=74, group="volunteering")


def _pages(*names: str) -> tuple[str, ...]:
    return tuple(f"volunteering:{name}" for name in names)


def _team_slots() -> None:
    teams = slots.Item(
        _("志愿服务队"), "volunteering:team_list", icon="users-group", permission="volunteering.view_team",
        match=_pages("team_list", "team_desk", "team_new", "team_edit", "team_invite", "team_import", "team_plan"),
    )  # fmt: skip
    slots.register("rail", teams, order=68, group="volunteering")
    posts = slots.Item(
        _("岗位"), "volunteering:post_list", icon="id-badge-2", permission="volunteering.view_post",
        match=_pages(
            "post_list", "post_desk", "post_new", "post_edit", "nominate", "appointments", "appointment",
            "appointment_step", "appointment_answer",
        ),
    )  # fmt: skip
    slots.register("rail", posts, order=69, group="volunteering")
    safety = slots.Item(
        _("平安提示"), "volunteering:prevention_list", icon="shield-check", permission="volunteering.notify",
        match=_pages("prevention_list", "prevention_new", "prevention_recall"),
    )  # fmt: skip
    slots.register("rail", safety, order=72, group="volunteering")
    programmes = slots.Item(
        _("随手拍行动"), "volunteering:programme_list", icon="camera", permission="volunteering.run_programme",
        match=_pages("programme_list", "programme_new"),
    )  # fmt: skip
    slots.register("rail", programmes, order=73, group="volunteering")
    reserve = slots.Item(
        _("后备人才"), "volunteering:reserve_list", icon="briefcase", permission="volunteering.view_reserve",
        match=_pages("reserve_list", "candidate", "candidate_step", "reserve_recommend"),
    )  # fmt: skip
    slots.register("rail", reserve, order=74, group="volunteering")
    kinds = slots.Item(
        _("岗位类别"), "volunteering:post_kinds", icon="list-details", permission="volunteering.post_kinds",
        match=_pages("post_kinds", "post_kind", "post_kind_new"),
    )  # fmt: skip
    slots.register("rail", kinds, order=26, group="settings")
    _own_team_slots()


def _own_team_slots() -> None:
    """What a worker finds on their own page."""
    own = (
        (_("志愿服务队"), "teams", "users-group", "join", ("teams", "team"), 33),
        (
            _("我的岗位"),
            "posts",
            "id-badge-2",
            "apply_post",
            ("posts", "post", "own_post", "own_post_step"),
            34,
        ),
        (_("随手拍行动"), "programmes", "camera", "programmes", ("programmes",), 35),
        (_("平安提示"), "prevention", "shield-check", "notices", ("prevention", "prevention_one"), 36),
        (
            _("社区工作者后备"),
            "own_reserve",
            "briefcase",
            "apply_reserve",
            ("own_reserve", "reserve_apply"),
            37,
        ),
    )
    for label, name, icon, permission, match, order in own:
        item = slots.Item(
            label,
            f"volunteering:{name}",
            icon=icon,
            permission=f"volunteering.{permission}",
            match=_pages(*match),
        )
        slots.register("my_page", item, order=order, group="volunteering")
