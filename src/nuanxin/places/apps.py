from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from nuanxin.ui import slots

OF_A_PLACE = (
    "detail", "edit", "facilities", "services", "exceptions", "step", "keeper", "stock", "stock_kept",
    "receive", "count", "book_corner", "bookings", "booking_rules", "desk_step",
)  # fmt: skip
SCENE_PAGES = tuple(
    f"places:{name}"
    for name in (
        "scenes", "scene", "scene_new", "scene_step", "scene_assess", "scene_appeal", "scene_judge", "scene_answer",
        "scene_standard", "scene_standard_edit", "score_cards",
    )
)  # fmt: skip
STAFF_PAGES = tuple(f"places:{name}" for name in ("list", "create", "import", "plan", *OF_A_PLACE))


class PlacesConfig(AppConfig):
    name = "nuanxin.places"
    label = "places"
    verbose_name = "点位"

    def ready(self) -> None:
        post_migrate.connect(_load_catalogue, sender=self, dispatch_uid="places.catalogue")
        slots.name_group("benefits", _("优惠和预约"), icon="tag", order=45)
        slots.name_group("places", _("点位与小区"), icon="map-pin", order=20)
        today = slots.Item(
            _("今天"), "places:today", icon="home-heart", permission="places.today",
            about=_("开门、关门，哪样坏了"),
        )  # fmt: skip
        listed = slots.Item(
            _("点位"), "places:list", icon="map-pin", permission="places.view", match=STAFF_PAGES
        )
        catalogue = slots.Item(
            _("点位类型"), "places:catalogue", icon="list-details", permission="places.catalogue",
            match=("places:catalogue", "places:entry", "places:new_entry"),
        )  # fmt: skip
        slots.register("rail", listed, order=58, group="places")
        slots.register("rail", today, order=5)
        slots.register("home_work", today, order=5)
        slots.register("rail", catalogue, order=24, group="settings")
        shelves = slots.Item(
            _("库存"), "places:stock_list", icon="first-aid-kit", permission="places.stock_export",
            match=("places:stock_list", "places:restock", "places:restock_step"),
        )  # fmt: skip
        slots.register("rail", shelves, order=60, group="places")
        overview = slots.Item(_("点位盘面"), "places:coverage", icon="chart-bar", permission="places.export")
        slots.register("rail", overview, order=57, group="places")
        weather = slots.Item(_("天气提示"), "places:warnings", icon="umbrella", permission="places.warn")
        slots.register("rail", weather, order=59, group="places")
        offers = slots.Item(
            _("优惠"), "places:offer_list", icon="tag", permission="places.offer_view",
            match=("places:offer_list", "places:offer", "places:offer_new", "places:offer_edit", "places:offer_step"),
        )  # fmt: skip
        slots.register("rail", offers, order=61, group="places")
        desk = slots.Item(
            _("收券"), "places:desk", icon="qrcode", permission="places.redeem", about=_("扫小哥的券，核对一下就好")
        )  # fmt: skip
        slots.register("rail", desk, order=6)
        slots.register("home_work", desk, order=6)
        figures = slots.Item(
            _("预约"), "places:booking_figures", icon="calendar-event", permission="places.booking_export"
        )
        slots.register("rail", figures, order=62, group="places")
        friendly = slots.Item(
            _("友好场景"), "places:scenes", icon="award", permission="places.scene_view", match=SCENE_PAGES
        )
        slots.register("rail", friendly, order=63, group="places")
        _fill_phone()
        _fill_received()


def _fill_phone() -> None:
    """What somebody has booked and got, among the own pages and on the first one."""
    own = slots.Item(
        _("我的券"), "places:vouchers", icon="receipt", permission="places.voucher",
        match=("places:vouchers", "places:voucher"),
    )  # fmt: skip
    slots.register("my_page", own, order=30, group="benefits")
    booked = slots.Item(
        _("我的预约"), "places:own_bookings", icon="calendar-event", permission="places.book",
        match=("places:own_bookings", "places:move_booking", "places:book"),
    )  # fmt: skip
    slots.register("my_page", booked, order=29, group="benefits")
    kitchens = slots.Item(
        _("开放日"), "places:open_days", icon="tools-kitchen-2", permission="places.join_day",
        match=("places:open_days", "places:open_day", "places:open_day_look"),
    )  # fmt: skip
    slots.register("my_page", kitchens, order=32, group="benefits")
    slots.register(
        "home",
        slots.Panel("places/home_booking.html", context=_home_booking, permission="places.book"),
        order=15,
    )
    slots.register("home", slots.Panel("places/home_panel.html", permission="places.read"), order=20)


def _fill_received() -> None:
    """What places gave somebody, for the page that shows both directions."""
    used = slots.Figure(
        _("用了的券"), _("张"), _("您在商户、食堂、医院用掉的券；用过 90 天后不再知道是谁用的，就不算了。"), "tag",
        _counted("vouchers_used"), "places:vouchers", "places.voucher",
    )  # fmt: skip
    slots.register("received", used, order=30)
    came = slots.Figure(
        _("约到的服务"), _("次"), _("您约了也去了的：理发、看合同、车辆检查；30 天后不再知道是谁，就不算了。"),
        "calendar-event", _counted("services_attended"), "places:own_bookings", "places.book",
    )  # fmt: skip
    slots.register("received", came, order=40)
    read = slots.Figure(
        _("借的书"), _("本"), _("您在书角借的；还了 30 天后忘掉。"), "book", _counted("books_borrowed"), "",
        "places.borrow",
    )  # fmt: skip
    slots.register("received", read, order=50)


def _counted(name: str) -> Any:
    """The two numbers of `queries.received`, as they are shown."""

    def value(request: Any) -> tuple[str, str]:
        from nuanxin.places.queries import received  # models exist only after the apps are ready

        week, always = getattr(received, name)(request.actor, now=request.now)
        return str(week), str(always)

    return value


def _load_catalogue(**kwargs: Any) -> None:
    """Types, facilities, services and classes are there as soon as their tables are."""
    from nuanxin.places.services import load_catalogue  # models exist only after the apps are ready
    from nuanxin.places.services.scene_standard import load_standard  # as above

    load_catalogue()
    load_standard()


def _home_booking(request: Any) -> dict[str, Any]:
    from nuanxin.places.queries import next_booking  # models exist only after the apps are ready

    return {"next_booking": next_booking(request.actor, now=request.now)}
