"""The pages: the register for staff, today for the keeper, one place for everybody, the catalogue."""

from nuanxin.places.views.around import around, around_list, embedded, map_offline, map_points, save
from nuanxin.places.views.at_door import at_door, doubt, plate
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
from nuanxin.places.views.today import door, today
from nuanxin.places.views.truth import check, checks, truth
from nuanxin.places.views.warnings import end_warning, warnings

__all__ = [
    "ask",
    "count",
    "discard",
    "receive",
    "restock",
    "restock_step",
    "stock",
    "stock_export",
    "stock_kept",
    "stock_list",
    "take",
    "undo_take",
    "warnings",
    "save",
    "map_points",
    "map_offline",
    "end_warning",
    "embedded",
    "around_list",
    "around",
    "add_photo",
    "at_door",
    "check",
    "checks",
    "confirm",
    "create",
    "detail",
    "door",
    "doubt",
    "edit",
    "end_exception",
    "entry",
    "exceptions",
    "export",
    "facilities",
    "import_places",
    "keeper",
    "listing",
    "new_entry",
    "offered",
    "order",
    "photo",
    "plan",
    "plate",
    "points",
    "release_photo",
    "remove_photo",
    "settings",
    "shown",
    "step",
    "template",
    "today",
    "truth",
]
