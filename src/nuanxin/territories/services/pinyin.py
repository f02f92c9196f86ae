"""Names as they are typed: pinyin in one word and the initials of its syllables."""

from nuanxin.kernel.search import spelling
from nuanxin.territories.models import short_name


def spelled(name: str) -> tuple[str, str]:
    """`枫林街道` → (`fenglinjiedao`, `fljd`). Committees are left out, as nobody types them."""
    letters, initials = spelling.spelled(short_name(name))
    return letters[:160], initials[:60]
