"""Words for what other systems answered."""

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanxin.gateway.webhooks.catalogue import PUBLISHED

register = template.Library()

REASONS = {
    "timeout": _("没有按时回答"),
    "refused": _("连不上"),
    "broken off": _("中途断了"),
    "tls": _("证书不对"),
    "address": _("地址不能用或找不到"),
    "answer too long": _("回答太长"),
    "not understood": _("回答看不懂"),
    "too long": _("内容太长"),
    "withheld": _("改成了不推送的类别"),
    "removed": _("地址已移除"),
    "withdrawn": _("已收回，不再送"),
    "recorder": _("没有接通，只记录"),
    "none": _("没有接通"),
}


@register.filter
def reason_words(code: str) -> str:
    """A code such as `timeout` or `http 500` as a person reads it."""
    if code.startswith("http "):
        return gettext("对方回答 %(status)s") % {"status": code.removeprefix("http ")}
    return str(REASONS.get(code, code))


@register.filter
def event_label(name: str) -> str:
    return str(PUBLISHED[name].label) if name in PUBLISHED else name
