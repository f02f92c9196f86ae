from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What a notice says; its words are in `wording.py`."""

    # To the reporter
    RECEIVED = "received", _("已收到")
    DISPATCHED = "dispatched", _("已派单")
    CLAIMED = "claimed", _("社区已领单")
    ACCEPTED = "accepted", _("单位已接单")
    CONTAINED = "contained", _("险情已控制")
    HANDED_IN = "handed_in", _("等待核查")
    CLOSED = "closed", _("已办好")
    REJECTED = "rejected", _("不予受理")
    QUESTION = "question", _("有人问您")
    REVEALED = "revealed", _("有人查看了您的联系方式")
    CONSULTING = "consulting", _("几个单位在会商")
    EXTENDED = "extended", _("要再等几天")
    # To staff
    NEW_REPORT = "new_report", _("新上报")
    NEW_TASK = "new_task", _("新任务")
    RETURNED = "returned", _("被退回")
    TO_VERIFY = "to_verify", _("待核查")
    REWORK = "rework", _("要返工")
    REOPENED = "reopened", _("重新打开")
    ANSWER = "answer", _("上报人回复")
    LATE = "late", _("已超时")
    BULLETIN = "bulletin", _("每日快报")
    WHISTLED = "whistled", _("被吹哨")
    ALL_ANSWERED = "all_answered", _("都已报到")
    CONCLUDED = "concluded", _("会商有结论")
    MORE_TIME = "more_time", _("延期待审批")
    TIME_GRANTED = "time_granted", _("同意延期")
    TIME_REFUSED = "time_refused", _("未同意延期")
    TIME_LAPSED = "time_lapsed", _("延期没批")
    NOT_NEEDED = "not_needed", _("不用再协办")
