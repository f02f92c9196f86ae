"""The whole life of a place. Closed for a while, a broken facility, a season: rows and columns, no states."""

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.workflow import Transition, Workflow
from nuanxin.places.enums import PlaceState as P

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
