"""Can this machine typeset Chinese: bulletins go on paper?"""

from collections.abc import Iterable
from datetime import datetime

from nuanxin.kernel.checks import Finding, Level, check
from nuanxin.kernel.typesetting import chinese_fonts


@check
def fonts(now: datetime) -> Iterable[Finding]:
    serif, sans = chinese_fonts()
    if serif is None and sans is None:
        yield Finding(
            level=Level.WARNING,
            code="fonts-missing",
            message="no Chinese font is installed: bulletins cannot be made into PDF, their pages can be printed",
            hint="Install Noto CJK (Debian and Ubuntu: apt-get install fonts-noto-cjk), then restart.",
        )
        return
    yield Finding(level=Level.OK, code="fonts", message=f"Chinese is typeset in {serif or sans}")
