"""The whole life of a place. Closed for a while, a broken facility, a season: rows and columns, no states."""

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.workflow import Transition, Workflow
from nuanxin.places.enums import PlaceState as P
from nuanxin.places.enums import RestockState as R

PLACE = Workflow(
    "place",
    P,
    [
        Transition("open", _("对外开放"), (P.DRAFT,), P.OPEN, "places.open", event="PlaceOpened"),
        Transition(
            "suspend", _("暂停服务"), (P.OPEN,), P.SUSPENDED, "places.suspend", ("reason",), "PlaceSuspended", "plain",
        ),
        Transition("resume", _("恢复开放"), (P.SUSPENDED,), P.OPEN, "places.open", event="PlaceOpened"),
        Transition(
            "close",
            _("撤销"),
            (P.DRAFT, P.OPEN, P.SUSPENDED),
            P.CLOSED,
            "places.close",
            ("reason",),
            "PlaceClosed",
            "danger",
        ),
    ],
)  # fmt: skip

RESTOCK = Workflow(
    "restock",
    R,
    [
        Transition("accept", _("我们去补"), (R.OPEN,), R.ACCEPTED, "places.restock", event="RestockAccepted"),
        Transition("deliver", _("送到了"), (R.ACCEPTED,), R.DELIVERED, "places.restock", event="RestockDelivered"),
        Transition(
            "take_in",
            _("收下上架"),
            (R.OPEN, R.ACCEPTED, R.DELIVERED),
            R.CONFIRMED,
            "places.take_in",
            ("quantity",),
            "RestockConfirmed",
        ),
        Transition(
            "give_back",
            _("去不了，交回"),
            (R.ACCEPTED,),
            R.OPEN,
            "places.restock",
            ("reason",),
            "RestockOpened",
            "plain",
        ),
        Transition(
            "drop",
            _("不用补了"),
            (R.OPEN, R.ACCEPTED),
            R.DROPPED,
            "places.restock",
            ("reason",),
            "RestockDropped",
            "plain",
        ),
        Transition("settle", _("够了"), (R.OPEN,), R.DROPPED, "system", event="RestockDropped"),
    ],
)  # fmt: skip
