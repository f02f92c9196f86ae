"""Places of the small city in `factories.territories`."""

from nuanxin.kernel.access import SYSTEM
from nuanxin.places import services
from nuanxin.places.services import Equipment, PlaceData
from tests.factories.territories import COMMUNITY, NOW

LNG, LAT = 104.485, 38.485


def data(name="枫林暖新驿站", **given):
    given.setdefault("type", "station")
    given.setdefault("scope_code", COMMUNITY)
    given.setdefault("lng", LNG)
    given.setdefault("lat", LAT)
    given.setdefault("address", "枫林横街 3 号")
    given.setdefault("opening", "24/7")
    return PlaceData(name=name, **given)


def place(name="枫林暖新驿站", *, actor=SYSTEM, now=NOW, facilities=(), is_open=True, **given):
    """In service, with facilities that work; `toilet!` is out of order, `toilet?` not known."""
    made = services.create_place(actor=actor, data=data(name, **given), now=now)
    equipped = [
        Equipment(code.rstrip("!?"), {"!": "broken", "?": "unknown"}.get(code[-1], "works"))
        for code in facilities
    ]
    if equipped:
        services.set_facilities(actor=SYSTEM, public_id=made.public_id, facilities=equipped, now=now)
    if is_open:
        services.open_place(actor=SYSTEM, public_id=made.public_id, now=now)
        made.refresh_from_db()
    return made
