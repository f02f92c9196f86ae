"""How personal data look to those who need only recognise them (`domain.md` §8), and to whom they show in
full.

A context declares once which role sees which kind (`reveal`); a service hands out `shown(…)` and nothing
else. Unmasking a single value is an action of its own, logged with its reason: `unmask.unmask`.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from enum import StrEnum

STAR = "*"
SEPARATORS = "·•・"


class Kind(StrEnum):
    PHONE = "phone"
    ID_NUMBER = "id_number"
    NAME = "name"
    PLATE = "plate"
    ADDRESS = "address"
    MAIL = "mail"


def mask_phone(phone: str) -> str:
    """`13812345678` → `138****5678`, with or without +86; of other numbers the last two digits."""
    digits = re.sub(r"[^\d]", "", phone)
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]}****{digits[-4:]}"
    return STAR * max(len(digits) - 2, 0) + digits[-2:] if len(digits) > 4 else STAR * len(digits)


def mask_id_number(number: str) -> str:
    """First and last character only."""
    return _ends(number.strip(), 1, 1)


def mask_name(name: str) -> str:
    """`王强` → `王*`, `王小强` → `王*强`; of names in parts the first character: `阿卜杜·热` → `阿**·*`."""
    name = name.strip()
    if _is_han(name) and len(name) > 2:
        return _ends(name, 1, 1)
    hidden = name[:1] + "".join(char if char in f"{SEPARATORS} " else STAR for char in name[1:])
    return hidden if STAR in hidden else hidden + STAR


def mask_plate(plate: str) -> str:
    """`川A12345` → `川A·**345`; of an electric bicycle's free text the last three."""
    text = re.sub(r"[\s·•・-]", "", plate.upper())
    if re.fullmatch(r"[\u4e00-\u9fff][A-Z][A-Z0-9\u4e00-\u9fff]{5,6}", text):
        return f"{text[:2]}·{_ends(text[2:], 0, 3)}"
    return _ends(text, 0, 3)


def mask_address(address: str) -> str:
    """Down to the building; without one, down to the house number; else up to the first digit."""
    for pattern in (
        r"^.*?\d+\s*(?:号楼|栋|幢|座)",
        r"^.*?[A-Za-z甲乙丙丁东南西北]\s*(?:栋|幢|座)",
        r"^.*?\d+\s*号",
    ):
        found = re.match(pattern, address)
        if found:
            return found.group() + ("***" if found.end() < len(address.strip()) else "")
    head = re.split(r"\d", address, maxsplit=1)[0]
    return head if head == address else head + "***"


def mask_mail(address: str) -> str:
    """`zhang.wei@example.com` → `z***@example.com`."""
    name, at, domain = address.strip().rpartition("@")
    return f"{name[:1]}***{at}{domain}" if at else STAR * len(domain)


def _ends(text: str, first: int, last: int) -> str:
    """The ends in clear; all stars where that would leave nothing hidden."""
    hidden = len(text) - first - last
    if hidden <= 0:
        return STAR * len(text)
    return text[:first] + STAR * hidden + text[len(text) - last :]


def _is_han(text: str) -> bool:
    return all("\u3400" <= char <= "\u9fff" or char >= "\U00020000" for char in text)


MASKS: dict[Kind, Callable[[str], str]] = {
    Kind.PHONE: mask_phone,
    Kind.ID_NUMBER: mask_id_number,
    Kind.NAME: mask_name,
    Kind.PLATE: mask_plate,
    Kind.ADDRESS: mask_address,
    Kind.MAIL: mask_mail,
}

_revealed: dict[str, set[Kind]] = defaultdict(set)


def reveal(role: str, *kinds: Kind) -> None:
    """Declare that a role needs these kinds in full. What nobody declares is masked for everybody."""
    _revealed[role].update(kinds)


def is_revealed(role: str, kind: Kind) -> bool:
    return kind in _revealed.get(role, set())


def masked(kind: Kind, value: str) -> str:
    return MASKS[kind](value) if value else ""


def shown(kind: Kind, value: str, *, role: str, own: bool = False) -> str:
    """The value as this role may see it; one's own is always in full."""
    return value if own or is_revealed(role, kind) else masked(kind, value)
