"""Names as they are typed: pinyin in one word and the initials of its syllables."""

from functools import lru_cache

from pypinyin import lazy_pinyin

from nuanxin.territories.models import short_name


@lru_cache(maxsize=50_000)
def spelled(name: str) -> tuple[str, str]:
    """`枫林街道` → (`fenglinjiedao`, `fljd`). Committees are left out, as nobody types them."""
    syllables = [each.lower() for each in lazy_pinyin(short_name(name)) if each.strip()]
    letters = "".join(syllables)
    initials = "".join(each[0] for each in syllables)
    return letters[:160], initials[:60]
