"""Every page there is to see: the list behind `make screenshots`, the size tests and the axe tests.

`path` may contain `{names}`; `scripts/screenshots.py` and the tests fill them in from what the demo city contains.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """One page as one persona sees it; `persona` empty is a visitor who has not signed in."""

    name: str
    path: str
    persona: str = ""


PAGES: tuple[Stop, ...] = (
    Stop("home", "/"),
    Stop("sign-in", "/sign-in/"),
    Stop("components", "/ui/"),
)
