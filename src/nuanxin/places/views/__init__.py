"""The pages: the register for staff, today for the keeper, one place for everybody, the catalogue."""

from nuanxin.places.views.around import around, around_list, embedded, map_offline, map_points, save
from nuanxin.places.views.at_door import at_door, doubt, plate
from nuanxin.places.views.books import book_corner, books, borrow, give_back, own_books, remove_book
from nuanxin.places.views.catalogue import entry, new_entry, settings
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
from nuanxin.places.views.warnings import end_warning, warnings

__all__ = [
    "add_photo",
    "around",
    "around_list",
    "ask",
    "at_door",
    "book_corner",
    "books",
    "borrow",
    "check",
    "checks",
    "confirm",
    "count",
    "create",
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
    "new_entry",
    "offered",
    "order",
    "own_books",
    "photo",
    "plan",
    "plate",
    "points",
    "receive",
    "release_photo",
    "remove_book",
    "remove_photo",
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
    "warnings",
]
