"""Chinese as it is typed on a phone: pinyin in one word, and the initials of its syllables."""

from functools import lru_cache


@lru_cache(maxsize=50_000)
def spelled(text: str) -> tuple[str, str]:
    """`枫林街道` → (`fenglinjiedao`, `fljd`). Stored with the row when it is written, never worked out by a reader:
    the dictionary of phrases, without which 重庆 would be zhongqing, takes 55 MB of a process that loads it.
    """
    from pypinyin import lazy_pinyin  # 55 MB, see above

    syllables = [each.lower() for each in lazy_pinyin(text) if each.strip()]
    return "".join(syllables), "".join(each[0] for each in syllables)
