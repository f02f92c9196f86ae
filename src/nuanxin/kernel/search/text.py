"""Text as search tokens: every Chinese character is one, every run of other letters and digits is one.

Only letters and digits reach the databases, so no character of theirs (`"`, `*`, `'`, `&`, `:`) can change
the meaning of a query, and neither database's own tokenizer has anything left to decide.
"""

import re
import unicodedata

MAX_TOKENS = 5_000  # a tsvector holds 16,383 positions; longer text is a file, not a description
MAX_TOKEN = 64
MAX_QUERY = 100  # characters
MAX_WORDS = 8
MIN_PREFIX = 2

# Han with extensions, kana, hangul: written without spaces, so each character stands alone.
_ALONE = (
    r"\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")
_STANDS_ALONE = re.compile(rf"[{_ALONE}]")
# Characters younger than SQLite's table of letters, which would take them for separators; names use them.
_YOUNG = re.compile(r"[\u4db6-\u4dbf\u9fcd-\u9fff\U00010000-\U0010ffff]")


def tokens(text: str) -> list[str]:
    """Lower-case tokens in reading order; full-width letters and digits as ordinary ones (NFKC)."""
    found = _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
    return [_YOUNG.sub(_numbered, token[:MAX_TOKEN]) for token in found if token[0].isalnum()]


def _numbered(found: re.Match[str]) -> str:
    return f"u{ord(found.group()):x}"


def spaced(text: str) -> str:
    """The tokens separated by spaces: `井盖B2坏了` → `井 盖 b2 坏 了`."""
    return " ".join(tokens(text)[:MAX_TOKENS])


def phrases(query: str) -> list[list[str]]:
    """The words of a query, each as the tokens that must follow one another; all words must be found."""
    words = unicodedata.normalize("NFKC", query[:MAX_QUERY]).split()[:MAX_WORDS]
    return [phrase for phrase in map(tokens, words) if phrase]


def is_open_ended(word: str) -> bool:
    """A number or a Latin word may begin a longer one (`NX2026`); a Chinese character is whole."""
    return len(word) >= MIN_PREFIX and not _STANDS_ALONE.match(word) and not _is_number_of_character(word)


def _is_number_of_character(word: str) -> bool:
    return re.fullmatch(r"u[0-9a-f]{4,6}", word) is not None
