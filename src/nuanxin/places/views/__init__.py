"""The pages: the register for staff, today for the keeper, one place for everybody, the catalogue."""

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
from nuanxin.places.views.sheets import import_places, plan, template
from nuanxin.places.views.shown import shown
from nuanxin.places.views.today import door, today

__all__ = [
    "add_photo",
    "confirm",
    "create",
    "detail",
    "door",
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
    "points",
    "release_photo",
    "remove_photo",
    "settings",
    "shown",
    "step",
    "template",
    "today",
]
