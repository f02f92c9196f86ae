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
    RECATEGORISED = "renamed", _("改了类别")
    QUESTION = "question", _("有人问您")
    REVEALED = "revealed", _("有人查看了您的联系方式")
    CONSULTING = "consulting", _("几个单位在会商")
    GOES_ON = "goes_on", _("不用商量了")
    EXTENDED = "extended", _("要再等几天")
    HANDED_OFF = "handed_off", _("已转交")
    TRANSFERRED = "transferred", _("转交有回执")
    STAGES = "stages", _("分几步修")
    STAGE_DONE = "stage_done", _("做好了一步")
    SHELVED = "shelved", _("先记下，等着办")
    REVIEWED = "reviewed", _("又看了一次")
    RESUMED = "resumed", _("接着办了")
    CONFIRMED = "confirmed", _("你也看到了")
    MERGED = "merged", _("和别人的一起办")
    SPLIT = "split", _("单独办")
    PUBLISHED = "published", _("已公开")
    UNPUBLISHED = "unpublished", _("没有公开")
    # To staff
    NEW_REPORT = "new_report", _("新上报")
    NEW_TASK = "new_task", _("新任务")
    RETURNED = "returned", _("被退回")
    TO_VERIFY = "to_verify", _("待核查")
    REWORK = "rework", _("要返工")
    REOPENED = "reopened", _("重新打开")
    ANSWER = "answer", _("上报人回复")
    ADDED = "added", _("上报人补充")
    TO_HEAR = "to_hear", _("语音待转写")
    WRITTEN_DOWN = "written_down", _("语音已转写")
    RECURRED = "recurred", _("反弹，查根因")
    TOPIC = "topic", _("建议议题")
    PICTURES = "pictures", _("照片待审")
    TO_PUBLISH = "to_publish", _("公开待审")
    LATE = "late", _("已超时")
    BULLETIN = "bulletin", _("每日快报")
    WHISTLED = "whistled", _("被吹哨")
    ALL_ANSWERED = "all_answered", _("都已报到")
    CONCLUDED = "concluded", _("会商有结论")
    CALLED_OFF = "called_off", _("会商取消了")
    MORE_TIME = "more_time", _("延期待审批")
    TIME_GRANTED = "time_granted", _("同意延期")
    TIME_REFUSED = "time_refused", _("未同意延期")
    TIME_LAPSED = "time_lapsed", _("延期没批")
    NOT_NEEDED = "not_needed", _("不用再协办")
    LOOK_AGAIN = "look_again", _("该回头看了")
    STAGE_LATE = "stage_late", _("分步修晚了")
    SUPERVISED = "supervised", _("督办")
    ANSWERED = "answered", _("督办已回复")
    UNANSWERED = "unanswered", _("督办没有回复")
    URGED = "urged", _("催办")
    SHELF_ASKED = "shelf_asked", _("申请挂账")
    SHELF_NO = "shelf_no", _("没有同意挂账")
    SHELF_YES = "shelf_yes", _("同意挂账")
    REVIEW_DUE = "review_due", _("该复查了")
    UNSHELVED = "unshelved", _("销账，继续办")
    APPEALED = "appealed", _("申诉待处理")
    UPHELD = "upheld", _("申诉成立")
    NOT_UPHELD = "not_upheld", _("申诉不成立")
    APPEAL_LATE = "appeal_late", _("申诉处理超时")
    PUSH_STOPPED = "push_stopped", _("推送停了")
    DIFFERS = "differs", _("和对方平台不一致")
    KEEPING = "keeping", _("这里归您管")
    UNKEPT = "unkept", _("没有管理员")
    BROKEN = "broken", _("设施坏了")
    DOUBTED = "doubted", _("有人说坏了")
    SAID_SHUT = "said_shut", _("有人说门锁着")
    FOUND_SHUT = "found_shut", _("门锁着，正在核实")
    DOOR_SETTLED = "settled", _("门的事核实完了")
    RESTOCK = "restock", _("要补货")
    RESTOCKED = "restocked", _("补货送到了")
    EXPIRES = "expires", _("快过期了")
    EXPIRED = "expired", _("过期了")
    BOOK_DUE = "book_due", _("书该还了")
    BOOKING_HELD = "book_held", _("排到位子了")
    BOOKING_NONE = "book_none", _("这次没排上")
    BOOKING_OFF = "book_off", _("预约取消了")
    BOOKING_SOON = "book_soon", _("快到约的时间了")
    SCENE_TODO = "scene_todo", _("友好场景要办")
    SCENE_NEWS = "scene_news", _("友好场景有结果")
    OPEN_DAY = "open_day", _("开放日")
    KITCHEN = "kitchen", _("开放日上发现的问题")
    OFFER_ASKED = "offer_asked", _("优惠等确认")
    OFFER_ON = "offer_on", _("优惠确认了")
    OFFER_DECLINED = "offer_no", _("优惠没有通过")
    OFFER_OFF = "offer_off", _("优惠暂停或结束了")
    AWARD_HELD = "award_held", _("积分请人看一眼")
    THANKS_TODO = "thanks_todo", _("荣誉、星级、申诉要办")
    THANKS_NEWS = "thanks_news", _("荣誉、星级、申诉有结果")
    POINTS = "points", _("积分到了")
    POINTS_BACK = "points_back", _("积分更正")
    POINTS_LAPSE = "points_lapse", _("积分快到期了")
    SHOP_READY = "shop_ready", _("换的东西备好了")
    SHOP_SOON = "shop_soon", _("换的东西还没取")
    SHOP_BACK = "shop_back", _("积分退回来了")
    SHOP_LOW = "shop_low", _("超市缺货")
    SHOP_OLD = "shop_old", _("超市有东西快过期")
    SHOP_RETURN = "shop_return", _("退货等另一位看")
    SHOP_BILL = "shop_bill", _("超市结算等批准")
    SHIFT_HELD = "act_held", _("候补到名额了")
    SHIFT_NONE = "act_none", _("这一班没轮到")
    SHIFT_WON = "act_won", _("抽中了")
    SHIFT_OFF = "act_off", _("班次取消了")
    SHIFT_MOVED = "act_moved", _("班次改时间了")
    SHIFT_SOON = "act_soon", _("快到班次了")
    SHIFT_SWAPPED = "act_swapped", _("换班成了")
    ACTIVITY_WORD = "act_word", _("组织者有话说")
    ACTIVITY_TODO = "act_todo", _("活动等批")
    ACTIVITY_NEWS = "act_news", _("活动批了或退回")
    SHIFT_LATE_OFF = "act_late", _("有人临时来不了")
    SHIFT_WEATHER = "act_weather", _("户外活动遇上天气")
    TEAM_TODO = "team_todo", _("队伍的事要办")
    TEAM_NEWS = "team_news", _("队伍的消息")
    POST_TODO = "post_todo", _("岗位要办")
    POST_NEWS = "post_news", _("岗位的消息")
    PREVENTION = "prevention", _("平安提示")
    RESERVE = "reserve", _("后备人才")
    SERVICE_TODO = "serve_todo", _("志愿服务要办")
    SERVICE_NEWS = "serve_news", _("我的志愿服务")
    HELP_ASKED = "help_asked", _("有事缺人，来问你")


class Group(TextChoices):
    """Kinds of notice that one wants or does not want to hear of otherwise than in the inbox."""

    OWN = "own", _("我报的事")
    WORK = "work", _("要我办的")
    LATE = "late", _("超时、督办、催办")
    NEWS = "news", _("进展和知会")


TO_DO = frozenset({
    "pictures", "to_publish",
    "new_report", "new_task", "returned", "to_verify", "rework", "reopened", "answer", "to_hear", "whistled",
    "more_time", "shelf_asked", "appealed", "review_due", "look_again", "all_answered", "recurred",
    "push_stopped", "differs", "keeping", "unkept", "broken",
    "restock", "restocked", "expires", "expired", "thanks_todo", "scene_todo", "kitchen", "offer_asked",
    "serve_todo", "shop_low", "shop_old", "shop_return", "shop_bill", "act_todo", "act_weather", "act_late",
})  # fmt: skip
PRESSING = frozenset({
    "late", "urged", "supervised", "unanswered", "stage_late", "appeal_late", "time_lapsed", "time_refused",
})  # fmt: skip


# How far one's own report has come, in what a text message costs and an open screen shows: not each step inside.
TEXTED = frozenset({
    Kind.REJECTED, Kind.ACCEPTED, Kind.CONTAINED, Kind.QUESTION, Kind.EXTENDED, Kind.HANDED_OFF, Kind.TRANSFERRED,
    Kind.STAGE_DONE, Kind.SHELVED, Kind.RESUMED, Kind.CLOSED,
})  # fmt: skip


def group_of(kind: str, *, is_staff: bool) -> Group:
    """A kind that nobody has put anywhere is news."""
    if not is_staff:
        return Group.OWN
    if kind in PRESSING:
        return Group.LATE
    return Group.WORK if kind in TO_DO else Group.NEWS


class Mail(TextChoices):
    OFF = "off", _("不发")
    NOW = "now", _("马上发")
    DIGEST = "digest", _("合成一封")


class DigestAt(TextChoices):
    MORNING = "morning", _("工作日早上 8:30")
    EVENING = "evening", _("每天 17:00")
