"""Words that somebody typed, without what nobody can see: marks that turn text around, spaces of no width.

Left in, they would show a street's list in another order than it was written, and fill a required field with nothing.
The joiner inside an emoji stays.
"""

import re

UNSEEN = re.compile(r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")


def seen(text: str) -> str:
    """What is left to read, without spaces around it."""
    return UNSEEN.sub("", text).strip()
