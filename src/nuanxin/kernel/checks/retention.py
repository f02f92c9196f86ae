"""Does everything go that is said to go?"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from nuanxin.kernel.checks import Finding, Level, check
from nuanxin.kernel.retention import report


@check
def retention(now: datetime) -> Iterable[Finding]:
    lines = report(now)
    late = [line.rule.what for line in lines if line.is_late or line.failing]
    if late:
        yield Finding(
            level=Level.ERROR,
            code="retention-late",
            message=_("有数据到期没有清理：%(names)s") % {"names": ", ".join(late)},
            hint=_("后台进程在运行吗？每一项到期多少、为什么留着，见“数据保存期”页。"),
        )
        return
    facts = {
        "rules": len(lines),
        "due": sum(line.due for line in lines),
        "gone": sum(line.gone for line in lines),
        "held": sum(line.held_count for line in lines),
    }
    yield Finding(
        level=Level.OK,
        code="retention",
        message=_("%(rules)d 项保存期；现在到期 %(due)d 行，30 天内清理 %(gone)d 行，依法留着 %(held)d 行")
        % facts,
    )
