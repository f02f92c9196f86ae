"""Words that somebody typed, without what nobody can see: marks that turn text around, letters of no ink or width.

Left in, they would show a street's list in another order than it was written, and fill a required field with nothing.
The joiner inside an emoji stays.
"""

import re

UNSEEN = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    r"\u2800\u3164\ufeff\uffa0]"
)
JOINERS = "\u200c\u200d\ufe0e\ufe0f"


def seen(text: str) -> str:
    """What is left to read, without spaces around it."""
    left = UNSEEN.sub("", text).strip()
    return left if left.strip(f"{JOINERS} ") else ""
