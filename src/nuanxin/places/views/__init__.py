"""The pages: the register for staff, today for the keeper, one place for everybody, the catalogue."""

from nuanxin.places.views.around import around, around_list, embedded, map_offline, map_points, save
from nuanxin.places.views.at_door import at_door, doubt, plate
from nuanxin.places.views.booking import (
    book,
    booking_calendar,
    booking_step,
    move_booking,
    own_bookings,
)
from nuanxin.places.views.booking_desk import (
    booking_rules,
    bookings,
    desk_step,
    walk_in,
)
from nuanxin.places.views.booking_figures import (
    booking_export,
    booking_figures,
)
from nuanxin.places.views.books import book_corner, books, borrow, give_back, own_books, remove_book, renew
from nuanxin.places.views.catalogue import entry, new_entry, settings
from nuanxin.places.views.coverage import coverage, coverage_export
from nuanxin.places.views.desk import desk, desk_kit, desk_offline, desk_redeem, desk_sync
from nuanxin.places.views.doing import (
    confirm,
    end_exception,
    exceptions,
    facilities,
    keeper,
    offered,
    order,
    step,
)
from nuanxin.places.views.offers import offer, offer_edit, offer_export, offer_list, offer_new, offer_step
from nuanxin.places.views.photos import add_photo, photo, release_photo, remove_photo
from nuanxin.places.views.register import create, detail, edit, export, listing, points
from nuanxin.places.views.restocking import restock, restock_step, stock_export, stock_list
from nuanxin.places.views.sheets import import_places, plan, template
from nuanxin.places.views.shown import shown
from nuanxin.places.views.stock import (
    ask,
    count,
    discard,
    receive,
    stock,
    stock_kept,
    take,
    undo_take,
)
from nuanxin.places.views.tiles import tile, tile_json
from nuanxin.places.views.today import door, today
from nuanxin.places.views.truth import check, checks, truth
from nuanxin.places.views.vouchers import (
    offer_shown,
    offers_near,
    voucher,
    voucher_code,
    voucher_give_back,
    voucher_rate,
    voucher_refused,
    voucher_take,
    vouchers,
)
from nuanxin.places.views.warnings import end_warning, warnings

__all__ = [
    "add_photo",
    "around",
    "around_list",
    "ask",
    "at_door",
    "book",
    "book_corner",
    "booking_calendar",
    "booking_export",
    "booking_figures",
    "booking_rules",
    "booking_step",
    "bookings",
    "books",
    "borrow",
    "check",
    "checks",
    "confirm",
    "count",
    "coverage",
    "coverage_export",
    "create",
    "desk",
    "desk_kit",
    "desk_offline",
    "desk_redeem",
    "desk_step",
    "desk_sync",
    "detail",
    "discard",
    "door",
    "doubt",
    "edit",
    "embedded",
    "end_exception",
    "end_warning",
    "entry",
    "exceptions",
    "export",
    "facilities",
    "give_back",
    "import_places",
    "keeper",
    "listing",
    "map_offline",
    "map_points",
    "move_booking",
    "new_entry",
    "offer",
    "offer_edit",
    "offer_export",
    "offer_list",
    "offer_new",
    "offer_shown",
    "offer_step",
    "offered",
    "offers_near",
    "order",
    "own_bookings",
    "own_books",
    "photo",
    "plan",
    "plate",
    "points",
    "receive",
    "release_photo",
    "remove_book",
    "remove_photo",
    "renew",
    "restock",
    "restock_step",
    "save",
    "settings",
    "shown",
    "step",
    "stock",
    "stock_export",
    "stock_kept",
    "stock_list",
    "take",
    "template",
    "tile",
    "tile_json",
    "today",
    "truth",
    "undo_take",
    "voucher",
    "voucher_code",
    "voucher_give_back",
    "voucher_rate",
    "voucher_refused",
    "voucher_take",
    "vouchers",
    "walk_in",
    "warnings",
]
