"""The words of each notice, in the reader's language: what happened, who has it, what comes next."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.notifications.enums import Kind

Text = str | Promise


class Words(NamedTuple):
    title: Text
    text: Text
    icon: str
    tone: str


WORDS: Mapping[str, Words] = {
    Kind.RECEIVED: Words(
        _("收到了：%(category)s"), _("已送到%(street)s，%(within)s内会有人看。"), "send", "info"
    ),
    Kind.DISPATCHED: Words(_("已派给%(unit)s"), _("%(category)s，等对方接单。"), "arrow-right", "info"),
    Kind.CLAIMED: Words(_("%(unit)s已领单"), _("%(category)s，社区的人会去看。"), "user-check", "info"),
    Kind.ACCEPTED: Words(_("%(unit)s已接单"), _("%(category)s，正在安排处理。"), "tool", "info"),
    Kind.CONTAINED: Words(_("险情已经控制住"), _("%(category)s，%(unit)s还在继续修。"), "shield-check", "ok"),
    Kind.HANDED_IN: Words(
        _("%(unit)s说处理好了"), _("%(category)s，换一家单位去现场核查。"), "clipboard-check", "info"
    ),
    Kind.CLOSED: Words(
        _("办好了：%(category)s"), _("谢谢你。点开看结果，7 天内可以评价。"), "circle-check", "ok"
    ),
    Kind.REJECTED: Words(
        _("没有受理：%(category)s"), _("原因和该找谁，点开就能看到。"), "info-circle", "wait"
    ),
    Kind.QUESTION: Words(
        _("处理的人有个问题"), _("%(category)s：点开回答，对方不知道你是谁。"), "message-circle", "wait"
    ),
    Kind.REVEALED: Words(
        _("有人查看了您的联系方式"), _("%(role)s因工作需要查看了，原因已记录在案。"), "eye", "wait"
    ),
    Kind.CONSULTING: Words(
        _("几个单位在一起商量：%(category)s"),
        _("这件事牵涉好几家，商量好由谁办就告诉你。"),
        "users-group",
        "info",
    ),
    Kind.EXTENDED: Words(
        _("要再等几天：%(category)s"), _("一时办不完，新的时间是 %(until)s 前。"), "calendar-event", "wait"
    ),
    Kind.NEW_REPORT: Words(_("新上报：%(category)s"), _("%(place)s，请核实。"), "inbox", "info"),
    Kind.NEW_TASK: Words(_("新任务：%(category)s"), _("%(place)s，请接收。"), "clipboard-list", "info"),
    Kind.RETURNED: Words(_("%(unit)s退回了"), _("%(category)s，请重新派单。"), "arrow-back-up", "wait"),
    Kind.TO_VERIFY: Words(_("待核查：%(category)s"), _("%(unit)s已提交结果。"), "clipboard-check", "info"),
    Kind.REWORK: Words(
        _("核查没通过，要返工"), _("%(category)s，第 %(count)s 次返工。"), "refresh", "danger"
    ),
    Kind.REOPENED: Words(_("上报人说没解决"), _("%(category)s重新打开，请重新派单。"), "rotate", "wait"),
    Kind.ANSWER: Words(_("上报人回复了"), _("%(category)s，请看问答。"), "message-circle", "info"),
    Kind.WHISTLED: Words(
        _("吹哨：%(category)s"), _("%(unit)s请贵单位会商，请在时限内报到。"), "speakerphone", "wait"
    ),
    Kind.ALL_ANSWERED: Words(
        _("都报到了：%(category)s"), _("可以开会了，会后请写结论、定主办。"), "users-group", "info"
    ),
    Kind.CONCLUDED: Words(_("会商有结论：%(category)s"), _("由%(unit)s主办。"), "gavel", "info"),
    Kind.MORE_TIME: Words(
        _("申请延期：%(category)s"), _("%(unit)s想延到 %(until)s，请在到期前审批。"), "calendar-event", "wait"
    ),
    Kind.TIME_GRANTED: Words(
        _("同意延期：%(category)s"), _("新的时限是 %(until)s，第 %(count)s 次。"), "circle-check", "ok"
    ),
    Kind.TIME_REFUSED: Words(
        _("没有同意延期：%(category)s"), _("原因点开能看到，时限不变。"), "calendar-event", "danger"
    ),
    Kind.TIME_LAPSED: Words(
        _("延期没来得及批：%(category)s"), _("原来的时限已到，时限不变。"), "calendar-event", "danger"
    ),
    Kind.NOT_NEEDED: Words(
        _("不用再协办：%(category)s"), _("派单员已撤回贵单位的一份，原因点开能看到。"), "minus", "info"
    ),
    Kind.BULLETIN: Words(
        _("今天的快报出来了：%(street)s"),
        _("一天的情况、紧急的事、还在等的，都在一页上。"),
        "file-text",
        "info",
    ),
    Kind.LATE: Words(
        _("超时：%(category)s"), _("“%(clock)s”时限已过，负责的是%(unit)s。"), "clock-exclamation", "danger"
    ),
}
