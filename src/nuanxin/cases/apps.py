from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from nuanxin.ui import slots

OF_A_CASE = tuple(f"cases:{name}" for name in ("queue", "case", "step", "ask", "reveal", "clock", "time"))


class CasesConfig(AppConfig):
    name = "nuanxin.cases"
    label = "cases"
    verbose_name = "随手拍案件"

    def ready(self) -> None:
        post_migrate.connect(_load_categories, sender=self, dispatch_uid="cases.categories")
        _fill_workbench()
        _fill_public()
        _fill_phone()
        _fill_contributed()


def _fill_workbench() -> None:
    slots.name_group("cases", _("督办与公开"), icon="flag", order=10)
    queue = slots.Item(_("队列"), "cases:queue", icon="inbox", permission="cases.view", match=OF_A_CASE)
    desk = slots.Item(_("代为登记"), "cases:desk", icon="phone-call", permission="cases.report_for")
    edited: tuple[str, ...] = (
        "cases:categories",
        "cases:category",
        "cases:import_categories",
        "cases:categories_plan",
    )
    edited += ("cases:import_rules", "cases:rules_plan", "cases:limits", "cases:limit")
    catalogue = slots.Item(
        _("类别目录"), "cases:categories", icon="category", permission="cases.categories", match=edited
    )
    board = slots.Item(_("大屏"), "cases:board", icon="layout-dashboard", permission="cases.board")
    paper = ("cases:bulletins", "cases:bulletin_page")
    bulletins = slots.Item(
        _("每日快报"), "cases:bulletins", icon="file-text", permission="cases.bulletin", match=paper
    )
    told = slots.Item(_("随手拍报上去"), "cases:report", icon="camera", permission="cases.report")
    slots.register("report", told)
    slots.register("rail", board, order=60, group="cases")
    slots.register("rail", bulletins, order=70, group="cases")
    asked = ("cases:supervisions", "cases:library", "cases:appeals", "cases:extensions")
    oversight = slots.Item(_("督办"), "cases:supervisions", icon="flag", permission="cases.view", match=asked)
    slots.register("rail", oversight, order=30, group="cases")
    notices = slots.Item(
        _("提示单"),
        "cases:notices",
        icon="heart-handshake",
        permission="cases.measure",
        match=("cases:notices",),
    )
    slots.register("rail", notices, order=40, group="cases")
    patterns = slots.Item(
        _("反弹根因"),
        "cases:causes",
        icon="rotate",
        permission="cases.root_causes",
        match=("cases:causes", "cases:cause"),
    )
    topics = slots.Item(
        _("建议议题"),
        "cases:topics",
        icon="users-group",
        permission="cases.topics",
        match=("cases:topics", "cases:topic"),
    )
    slots.register("rail", patterns, order=45, group="cases")
    slots.register("rail", topics, order=50, group="cases")
    slots.register("rail", queue, order=10)
    slots.register("rail", desk, order=20)
    slots.register("rail", catalogue, order=20, group="settings")
    slots.register("search", slots.Item(_("查找"), "cases:queue", permission="cases.search"))


def _fill_public() -> None:
    """On the way to the public page: cases, their pictures, and what is shown at all."""
    publications = slots.Item(
        _("公开审核"),
        "cases:publications",
        icon="share",
        permission="cases.publish",
        match=("cases:publications", "cases:publication"),
    )
    publishing = slots.Item(
        _("公开范围"),
        "cases:publishing",
        icon="world",
        permission="cases.categories",
        match=("cases:publishing",),
    )
    slots.register("rail", publications, order=55, group="cases")
    slots.register("rail", publishing, order=22, group="settings")
    pictures = slots.Item(
        _("待审图片"),
        "cases:pictures",
        icon="photo",
        permission="cases.release_picture",
        match=("cases:pictures", "cases:picture", "cases:picture_original"),
    )
    slots.register("rail", pictures, order=57, group="cases")


def _fill_phone() -> None:
    report = slots.Item(
        _("随手拍"),
        "cases:report",
        icon="camera",
        primary=True,
        permission="cases.report",
        match=("cases:report", "cases:report_done"),
    )
    mine = slots.Item(_("我的上报"), "cases:own_list", icon="list-check", permission="cases.view_own")
    slots.register("phone_tabs", report, order=30)
    slots.register("my_page", mine, order=10)
    slots.register("phone_worker", slots.Item(_("没有信号时的页面"), "cases:worker"))
    slots.register(
        "home",
        slots.Panel("cases/phone/home_panel.html", context=_home_panel, permission="cases.report"),
        order=30,
    )


def _home_panel(request: Any) -> dict[str, Any]:
    from nuanxin.cases.views.mine import home_panel  # models exist only after the apps are ready

    return home_panel(request)


def _load_categories(**kwargs: Any) -> None:
    """The catalogue is there as soon as its table is, after every migrate and flush."""
    from nuanxin.cases.services import load_categories  # models exist only after the apps are ready

    load_categories()


def _fill_contributed() -> None:
    """What was put right because somebody reported it, for the page that shows both directions."""
    solved = slots.Figure(
        _("因为你解决的事"), _("件事"),
        _("您报的或也看到了的、办结时写明“已解决”的事；只作说明的、转交的不算。"), "circle-check",
        _solved, "cases:own_list", "cases.view_own",
    )  # fmt: skip
    slots.register("contributed", solved, order=10)


def _solved(request: Any) -> tuple[str, str]:
    from nuanxin.cases.queries.contributed import solved_because_of  # models exist only now

    week, always = solved_because_of(request.actor, now=request.now)
    return str(week), str(always)
