"""Can this machine typeset Chinese: bulletins go on paper?"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from nuanxin.kernel.checks import Finding, Level, check
from nuanxin.kernel.typesetting import chinese_fonts


@check
def fonts(now: datetime) -> Iterable[Finding]:
    serif, sans = chinese_fonts()
    if serif is None and sans is None:
        yield Finding(
            level=Level.WARNING,
            code="fonts-missing",
            message=_("没有装中文字体：快报做不成 PDF，网页还能打印"),
            hint=_("请安装 Noto CJK（Debian、Ubuntu：apt-get install fonts-noto-cjk），再重启。"),
        )
        return
    yield Finding(level=Level.OK, code="fonts", message=_("中文排版用 %(font)s") % {"font": serif or sans})
