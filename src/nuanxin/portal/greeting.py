"""Good morning, in the words of the hour."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.worktime import SHANGHAI

HOURS = (
    (5, _("夜深了")),
    (9, _("早上好")),
    (12, _("上午好")),
    (14, _("中午好")),
    (18, _("下午好")),
    (23, _("晚上好")),
    (24, _("夜深了")),
)


def greeting(now: datetime) -> str | Promise:
    hour = now.astimezone(SHANGHAI).hour
    return next(words for until, words in HOURS if hour < until)
