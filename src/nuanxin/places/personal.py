"""This context has no personal table: who keeps a place is an assignment, which belongs to `people`."""

from nuanxin.kernel.privacy.register import exempt

exempt(
    "places.Place", reason="the place's own public number; a personal mobile is refused when it is written"
)
