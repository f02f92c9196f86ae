"""Pages for paper: a Typst template and the data for it become a PDF, without network and without a browser."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import DomainError

if TYPE_CHECKING:
    import typst

# Typeset in this order of preference; one that can draw Chinese must be there.
SERIFS = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "Songti SC", "SimSun")
SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei")


class NoChineseFont(DomainError):
    status = 503
    default_message = _("这台服务器上没有中文字体，做不出 PDF。")
    default_hint = _("页面上的内容一样，可以直接打印网页；请管理员安装 Noto CJK 字体。")


@cache
def _fonts() -> "typst.Fonts":
    """Read once for the process: looking through the folders takes a while."""
    import typst  # seven megabytes, for those only who print

    return typst.Fonts()


def chinese_fonts() -> tuple[str | None, str | None]:
    """The serif and the sans that this machine has."""
    families = set(_fonts().families())
    return _first(SERIFS, families), _first(SANS, families)


def _first(wanted: Iterable[str], families: set[str]) -> str | None:
    return next((name for name in wanted if name in families), None)


def typeset(template: Path, data: Mapping[str, Any], *, now: datetime) -> bytes:
    """The PDF. The template reads `json(bytes(sys.inputs.data))`; `now` is its date of creation.

    Raises `NoChineseFont`.
    """
    import typst  # as above

    serif, sans = chinese_fonts()
    if serif is None and sans is None:
        raise NoChineseFont
    given = {**data, "serif": serif or sans, "sans": sans or serif}
    made: bytes = typst.compile(
        str(template),
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"data": json.dumps(given, ensure_ascii=False)},
        timestamp=int(now.timestamp()),
    )
    return made
