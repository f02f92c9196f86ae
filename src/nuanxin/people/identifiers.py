"""National identifiers and their check digits (`domain.md` §9)."""

import re

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_PATTERN = rf"^[{USCC_ALPHABET}]{{18}}$"
MOBILE_PATTERN = r"^1[3-9]\d{9}$"
_FULL_WIDTH = str.maketrans("０１２３４５６７８９＋", "0123456789+")


def is_uscc(code: str) -> bool:
    """统一社会信用代码, GB 32100: 18 characters, weights 3^i mod 31, the last one checks."""
    if not re.match(USCC_PATTERN, code):
        return False
    total = sum(USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    return USCC_ALPHABET.index(code[17]) == (31 - total % 31) % 31


def with_uscc_check(first_17: str) -> str:
    """The full code for 17 given characters, for invented organisations."""
    total = sum(USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(first_17))
    return first_17 + USCC_ALPHABET[(31 - total % 31) % 31]


def normal_mobile(typed: str) -> str:
    """A mainland mobile number as E.164, or `""`: `138 0000 0000` → `+8613800000000`."""
    digits = re.sub(r"[\s\-()·]", "", typed.translate(_FULL_WIDTH))
    digits = re.sub(r"^(\+|00)86", "", digits)
    return f"+86{digits}" if re.match(MOBILE_PATTERN, digits) else ""


def national_mobile(e164: str) -> str:
    """The eleven digits that people say: `+8613800000000` → `13800000000`."""
    return e164.removeprefix("+86")
