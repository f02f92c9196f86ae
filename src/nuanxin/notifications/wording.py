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
    Kind.RECATEGORISED: Words(
        _("现在归为：%(category)s"),
        _("街道看过后改了类别，时限按这一类、从你上报时算起。"),
        "category",
        "info",
    ),
    Kind.QUESTION: Words(
        _("处理的人有个问题"), _("%(category)s：点开回答，对方不知道你是谁。"), "message-circle", "wait"
    ),
    Kind.REVEALED: Words(
        _("有人查看了您的联系方式"), _("%(unit)s的%(role)s因工作需要查看了。点开看为什么。"), "eye", "wait"
    ),
    Kind.CONSULTING: Words(
        _("几个单位在一起商量：%(category)s"),
        _("这件事牵涉好几家，商量好由谁办就告诉你。"),
        "users-group",
        "info",
    ),
    Kind.GOES_ON: Words(
        _("不用一起商量了：%(category)s"), _("接着往下办，有进展就告诉你。"), "users-group", "info"
    ),
    Kind.EXTENDED: Words(
        _("要再等几天：%(category)s"), _("一时办不完，新的时间是 %(until)s 前。"), "calendar-event", "wait"
    ),
    Kind.HANDED_OFF: Words(
        _("已转给%(where)s"), _("%(category)s，有了回执就告诉你。"), "arrows-exchange", "info"
    ),
    Kind.TRANSFERRED: Words(
        _("转交有回执了：%(category)s"), _("谁收到了、接下来怎么办，点开就能看到。"), "arrows-exchange", "ok"
    ),
    Kind.STAGES: Words(
        _("要分几步修：%(category)s"), _("%(unit)s排好了每一步的日子，点开就能看到。"), "list-check", "info"
    ),
    Kind.STAGE_DONE: Words(
        _("“%(stage)s”做好了：%(category)s"), _("下一步是“%(following)s”，%(until)s 前。"), "checks", "ok"
    ),
    Kind.LOOK_AGAIN: Words(
        _("该回头看了：%(category)s"), _("温馨提示单约好的时间到了，去看看改了没有。"), "eye", "wait"
    ),
    Kind.STAGE_LATE: Words(
        _("“%(stage)s”没有按说好的日子做好"), _("%(category)s，%(unit)s负责。"), "clock-exclamation", "danger"
    ),
    Kind.CONFIRMED: Words(
        _("记下了：%(category)s，你也看到了"), _("它走到哪一步，这里都会告诉你。"), "user-check", "info"
    ),
    Kind.MERGED: Words(
        _("和别人报的是同一件：%(category)s"), _("一起办，进展照样告诉你。"), "stack-2", "info"
    ),
    Kind.SPLIT: Words(_("看过了，不是同一件：%(category)s"), _("你报的这件单独办。"), "copy", "info"),
    Kind.NEW_REPORT: Words(_("新上报：%(category)s"), _("%(place)s，请核实。"), "inbox", "info"),
    Kind.NEW_TASK: Words(_("新任务：%(category)s"), _("%(place)s，请接收。"), "clipboard-list", "info"),
    Kind.RETURNED: Words(_("%(unit)s退回了"), _("%(category)s，请重新派单。"), "arrow-back-up", "wait"),
    Kind.TO_VERIFY: Words(_("待核查：%(category)s"), _("%(unit)s已提交结果。"), "clipboard-check", "info"),
    Kind.REWORK: Words(
        _("核查没通过，要返工"), _("%(category)s，第 %(count)s 次返工。"), "refresh", "danger"
    ),
    Kind.REOPENED: Words(_("上报人说没解决"), _("%(category)s重新打开，请重新派单。"), "rotate", "wait"),
    Kind.ANSWER: Words(_("上报人回复了"), _("%(category)s，请看问答。"), "message-circle", "info"),
    Kind.ADDED: Words(
        _("上报人补充了 %(count)s 张照片"), _("%(category)s，点开看新加的照片。"), "photo-plus", "info"
    ),
    Kind.TO_HEAR: Words(
        _("有一段语音等转写：%(category)s"), _("听完写成文字，别的单位才看得到。"), "microphone", "wait"
    ),
    Kind.WRITTEN_DOWN: Words(
        _("上报人的语音写成文字了"), _("%(category)s，点开看说了什么。"), "microphone", "info"
    ),
    Kind.WHISTLED: Words(
        _("吹哨：%(category)s"), _("%(unit)s请贵单位会商，请在时限内报到。"), "speakerphone", "wait"
    ),
    Kind.ALL_ANSWERED: Words(
        _("都报到了：%(category)s"), _("可以开会了，会后请写结论、定主办。"), "users-group", "info"
    ),
    Kind.CONCLUDED: Words(_("会商有结论：%(category)s"), _("由%(unit)s主办。"), "gavel", "info"),
    Kind.CALLED_OFF: Words(
        _("会商取消了：%(category)s"), _("%(unit)s说不用开了，贵单位不用再报到。"), "x", "info"
    ),
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
    Kind.SHELVED: Words(
        _("先记下了：%(category)s"),
        _("现在还解决不了，目标是 %(day)s 前。我们每月回来看一次，有进展就告诉你。"),
        "hourglass",
        "wait",
    ),
    Kind.REVIEWED: Words(
        _("又去看了一次：%(category)s"), _("目标是 %(day)s 前，进展点开能看到。"), "calendar-event", "info"
    ),
    Kind.RESUMED: Words(_("可以办了：%(category)s"), _("等的条件有了，现在接着办。"), "player-play", "ok"),
    Kind.SUPERVISED: Words(
        _("%(level)s：%(category)s"), _("%(unit)s负责，请看督办要求并按时回复。"), "flag", "danger"
    ),
    Kind.ANSWERED: Words(
        _("%(unit)s回复了督办"), _("%(category)s，回复在案件页里。"), "message-circle", "info"
    ),
    Kind.UNANSWERED: Words(
        _("督办没有按时回复：%(category)s"), _("%(level)s，%(unit)s还没有回复。"), "flag", "danger"
    ),
    Kind.URGED: Words(_("催办：%(category)s"), _("时限已到，请%(unit)s抓紧办理。"), "bell", "wait"),
    Kind.SHELF_ASKED: Words(
        _("申请挂账：%(category)s"), _("%(unit)s说现在解决不了，请核实。"), "archive", "wait"
    ),
    Kind.SHELF_NO: Words(
        _("没有同意挂账：%(category)s"), _("原因点开能看到，请继续办理。"), "archive", "danger"
    ),
    Kind.SHELF_YES: Words(_("同意挂账：%(category)s"), _("时限已暂停，目标日期 %(day)s。"), "archive", "ok"),
    Kind.REVIEW_DUE: Words(
        _("挂账该复查了：%(category)s"),
        _("请看看现在能不能办，写一句给上报人的话。"),
        "calendar-event",
        "wait",
    ),
    Kind.UNSHELVED: Words(
        _("销账，继续办：%(category)s"), _("时限从剩下的时间接着算。"), "player-play", "wait"
    ),
    Kind.APPEALED: Words(_("申诉：%(category)s"), _("%(unit)s有异议，请在期限内处理。"), "scale", "wait"),
    Kind.UPHELD: Words(
        _("申诉成立：%(category)s"), _("这一项不计入%(unit)s的考核，记录不变。"), "scale", "ok"
    ),
    Kind.NOT_UPHELD: Words(_("申诉不成立：%(category)s"), _("理由点开能看到。"), "scale", "info"),
    Kind.APPEAL_LATE: Words(
        _("申诉处理超时：%(category)s"), _("%(unit)s的申诉还没有处理完。"), "clock-exclamation", "danger"
    ),
    Kind.RECURRED: Words(
        _("又出现了：%(category)s"), _("%(place)s，三十天内办结过，请查清根本原因。"), "rotate", "wait"
    ),
    Kind.PUBLISHED: Words(
        _("公开了：%(category)s"),
        _("大家能看到它是怎么办好的，看不到是谁报的。随时可以撤回。"),
        "share",
        "ok",
    ),
    Kind.UNPUBLISHED: Words(
        _("没有公开：%(category)s"),
        _("街道看过，决定不公开。办理结果不受影响，点开看原因。"),
        "eye-off",
        "info",
    ),
    Kind.TO_PUBLISH: Words(
        _("公开待审：%(category)s"), _("报的人说可以公开，请看过、写好再给大家看。"), "share", "wait"
    ),
    Kind.PICTURES: Words(
        _("照片待审：%(category)s"),
        _("%(count)s 张照片可能公开，请看过后放行，或者不公开。"),
        "photo",
        "wait",
    ),
    Kind.TOPIC: Words(
        _("建议议题：%(place)s的%(category)s"),
        _("三十天里已有 %(count)s 件，请居民一起商量。"),
        "users-group",
        "info",
    ),
    Kind.KEEPING: Words(
        _("%(place)s归您管了"), _("今天开没开、什么坏了，在“今天”一页上点一下就行。"), "home-heart", "info"
    ),
    Kind.UNKEPT: Words(
        _("%(place)s没有管理员了"),
        _("请再请一位，或者先交给别人：没人管，开没开就说不准。"),
        "user-plus",
        "wait",
    ),
    Kind.BROKEN: Words(
        _("%(place)s：%(facility)s坏了"), _("页面上已经写明。修好以后，请管理员点“修好了”。"), "tool", "wait"
    ),
    Kind.DOUBTED: Words(
        _("%(place)s：有人说%(facility)s坏了"),
        _("还没核实。请看一眼：能用点“能用”，坏了点“报修”。"),
        "tool",
        "wait",
    ),
    Kind.SAID_SHUT: Words(
        _("有人说%(place)s门锁着"),
        _("现在是开放时间。请先看一眼：要关一会儿，在“今天”里点“关了”。"),
        "lock",
        "wait",
    ),
    Kind.FOUND_SHUT: Words(
        _("%(place)s：不止一个人说门锁着"), _("页面上写着“正在核实”，已请社区来看。"), "lock", "danger"
    ),
    Kind.DOOR_SETTLED: Words(
        _("%(place)s：门的事核实完了"), _("页面上的“正在核实”已经拿掉。"), "circle-check", "ok"
    ),
    Kind.RESTOCK: Words(
        _("%(place)s要补%(item)s"), _("剩得不多了。谁方便去，点“我们去补”。"), "first-aid-kit", "wait"
    ),
    Kind.RESTOCKED: Words(
        _("%(item)s送到了：%(place)s"), _("请点一下数、看有效期，再点“收下上架”。"), "truck", "info"
    ),
    Kind.EXPIRES: Words(
        _("%(place)s：%(count)s 样快过期了"), _("先拿这些给人用；用不完的请人来换。"), "hourglass", "wait"
    ),
    Kind.EXPIRED: Words(
        _("%(place)s：%(count)s 样过期了"),
        _("过期的拿不出去，请清理掉；不够的已请人来补。"),
        "alert-triangle",
        "danger",
    ),
    Kind.BOOK_DUE: Words(
        _("《%(item)s》该还了"), _("借期已到，方便时还到%(place)s就好，没有罚款。"), "book", "info"
    ),
    Kind.SCENE_TODO: Words(_("%(place)s：%(scene)s"), _("点开看材料和期限，办下一步。"), "award", "wait"),
    Kind.SCENE_NEWS: Words(
        _("%(place)s：%(scene)s"), _("点开看结果和原因；不服可以在申诉期内申诉。"), "award", "info"
    ),
    Kind.OPEN_DAY: Words(
        _("%(place)s的开放日取消了"), _("您报过名。以后再办，可以再报。"), "calendar-event", "wait"
    ),
    Kind.KITCHEN: Words(
        _("%(place)s：开放日上有人发现问题"), _("点开看是哪几项，改好以后记一笔。"), "clipboard-check", "wait"
    ),
    Kind.BOOKING_HELD: Words(
        _("有位子了：%(until)s"), _("%(booked)s给你留到%(hold)s，要的话点开确认。"), "calendar-event", "ok"
    ),
    Kind.BOOKING_NONE: Words(
        _("%(until)s 这次没排上"),
        _("%(booked)s位子没有空出来，或者没来得及确认。可以换个时间再约。"),
        "calendar-event",
        "wait",
    ),
    Kind.BOOKING_OFF: Words(
        _("%(until)s 的预约取消了"),
        _("%(booked)s对方那时做不成，对不住。点开看原因，换个时间。"),
        "calendar-event",
        "danger",
    ),
    Kind.BOOKING_SOON: Words(
        _("%(until)s 你有个预约"),
        _("%(booked)s来不了的话，早点说一声，位子给下一位。"),
        "calendar-event",
        "info",
    ),
    Kind.OFFER_ASKED: Words(
        _("%(place)s提了一个优惠：%(offer)s"),
        _("看一眼写得清不清楚、做不做得到，再点“确认”。"),
        "tag",
        "wait",
    ),
    Kind.OFFER_ON: Words(
        _("确认了：%(offer)s"), _("小哥现在看得到了。有券的，在“收券”里收。"), "circle-check", "ok"
    ),
    Kind.OFFER_DECLINED: Words(
        _("没有通过：%(offer)s"), _("原因写在优惠的页面里，改好了可以再交上来。"), "tag", "wait"
    ),
    Kind.OFFER_OFF: Words(
        _("%(offer)s：暂停或者结束了"), _("小哥领不了新券了。原因写在优惠的页面里。"), "tag", "info"
    ),
    Kind.SHIFT_HELD: Words(
        _("有名额了：%(item)s"),
        _("%(until)s，给你留着。要的话点开确认，过时给下一位。"),
        "calendar-event",
        "ok",
    ),
    Kind.SHIFT_NONE: Words(
        _("这次没轮到：%(item)s"),
        _("%(until)s 那一班没有名额了。下次抽签，你排在前面。"),
        "calendar-event",
        "info",
    ),
    Kind.SHIFT_WON: Words(
        _("抽中了：%(item)s"), _("%(until)s 见。去不了早点取消，别人能补上。"), "circle-check", "ok"
    ),
    Kind.SHIFT_OFF: Words(
        _("取消了：%(item)s"), _("%(until)s 那一班不办了，对不住。点开看原因。"), "calendar-event", "danger"
    ),
    Kind.SHIFT_MOVED: Words(
        _("改时间了：%(item)s"), _("现在是 %(until)s。来不了就取消，不算临时。"), "calendar-event", "wait"
    ),
    Kind.SHIFT_SOON: Words(
        _("%(until)s：%(item)s"),
        _("地点和要带的，点开看。来不了就说一声，好找人顶。"),
        "calendar-event",
        "info",
    ),
    Kind.SHIFT_SWAPPED: Words(
        _("换班成了：%(item)s"), _("%(until)s 那一班有人接了。点开看现在的安排。"), "arrows-exchange", "ok"
    ),
    Kind.ACTIVITY_WORD: Words(
        _("组织者有话说：%(item)s"), _("你报了这个活动。点开看一眼，出门前知道。"), "speakerphone", "info"
    ),
    Kind.ACTIVITY_TODO: Words(
        _("活动等批：%(item)s"),
        _("有风险或者有孩子参加。看保险、地点和人数，再点同意。"),
        "calendar-event",
        "wait",
    ),
    Kind.ACTIVITY_NEWS: Words(
        _("活动有结果：%(item)s"), _("批了就已经发布；退回的，点开看要改什么。"), "calendar-event", "info"
    ),
    Kind.SHIFT_LATE_OFF: Words(
        _("有人临时来不了：%(item)s"),
        _("%(until)s 那一班少了一位。点开看候补，或者换个人。"),
        "users",
        "wait",
    ),
    Kind.SHIFT_WEATHER: Words(
        _("遇上天气：%(item)s"),
        _("%(until)s 在户外，那时有天气提示。请改期、改到室内，或者取消。"),
        "umbrella",
        "danger",
    ),
    Kind.SHOP_READY: Words(_("备好了：%(item)s"), _("到%(place)s出示取货码就能取。"), "gift", "ok"),
    Kind.SHOP_SOON: Words(
        _("%(until)s 前取：%(item)s"),
        _("在%(place)s给你留着。不取也没关系，到期积分自动退回。"),
        "hourglass",
        "wait",
    ),
    Kind.SHOP_BACK: Words(
        _("%(count)s 积分退回来了"), _("%(place)s：%(item)s。点开看是为什么。"), "arrow-back-up", "info"
    ),
    Kind.SHOP_LOW: Words(
        _("%(place)s要补货：%(item)s"),
        _("能换的只剩 %(count)s 件。点开看谁来补、要补几件。"),
        "truck",
        "wait",
    ),
    Kind.SHOP_OLD: Words(
        _("%(item)s快过期了：%(until)s"),
        _("在%(place)s。先给人；过期的自动不能换，记得清理。"),
        "hourglass",
        "wait",
    ),
    Kind.SHOP_RETURN: Words(
        _("%(place)s：%(item)s有问题"),
        _("看一眼东西，同意退就退积分；提出的人不能自己同意。"),
        "alert-circle",
        "wait",
    ),
    Kind.SHOP_BILL: Words(
        _("%(place)s有一张结算单"), _("%(count)s 元。看过明细再批准，或者退回重算。"), "receipt", "wait"
    ),
    Kind.AWARD_HELD: Words(
        _("有 %(amount)s 分先留着，请人看一眼"),
        _("不是扣分。点开看为什么，说明一句；别的积分照样能用。"),
        "hourglass",
        "wait",
    ),
    Kind.THANKS_TODO: Words(_("%(thanks)s"), _("点开看材料，办下一步。"), "award", "wait"),
    Kind.THANKS_NEWS: Words(_("%(thanks)s"), _("点开看结果、原因和接下来怎么办。"), "award", "info"),
    Kind.POINTS: Words(
        _("%(sentence)s +%(amount)s"), _("谢谢你。积分到了，点开看能换什么。"), "sunrise", "ok"
    ),
    Kind.POINTS_BACK: Words(
        _("积分更正：%(sentence)s"),
        _("收回 %(amount)s 分。点开看是哪一笔、为什么；不对可以申诉。"),
        "arrow-back-up",
        "wait",
    ),
    Kind.POINTS_LAPSE: Words(
        _("有 %(amount)s 分用到 %(until)s"),
        _("到期只少积分，时长、星级和成长值不变。点开看能换什么。"),
        "hourglass",
        "info",
    ),
    Kind.TEAM_TODO: Words(_("%(place)s：%(team)s"), _("点开看称呼，同意或不同意。"), "users-group", "wait"),
    Kind.TEAM_NEWS: Words(
        _("%(place)s：%(team)s"), _("点开看这支队伍。加入、退出都随您。"), "users-group", "info"
    ),
    Kind.POST_TODO: Words(_("%(post)s：%(news)s"), _("点开看材料，办下一步。"), "id-badge-2", "wait"),
    Kind.POST_NEWS: Words(_("%(post)s：%(news)s"), _("点开看到哪一步了、为什么。"), "id-badge-2", "info"),
    Kind.PREVENTION: Words(_("平安提示：%(heading)s"), _("看不看、做不做都随您。"), "shield-check", "info"),
    Kind.RESERVE: Words(_("社区工作者后备：%(reserve)s"), _("点开看结果和下一步。"), "briefcase", "info"),
    Kind.PUSH_STOPPED: Words(
        _("推送停了：%(unit)s"),
        _("三天没有送到，或者对方说不再接收。新的消息先存着，点开处理。"),
        "plug",
        "danger",
    ),
    Kind.DIFFERS: Words(
        _("和%(unit)s不一致：%(category)s"),
        _("对方的状态和我们的不同，请看一眼，定怎么办。"),
        "arrows-exchange",
        "wait",
    ),
    Kind.LATE: Words(
        _("超时：%(category)s"), _("“%(clock)s”时限已过，负责的是%(unit)s。"), "clock-exclamation", "danger"
    ),
    Kind.SERVICE_TODO: Words(_("%(place)s：%(service)s"), _("点开核对，一次办完。"), "checks", "info"),
    Kind.SERVICE_NEWS: Words(
        _("%(place)s：%(service)s"), _("点开看每一步；记得不对，可以申请更正。"), "heart-handshake", "info"
    ),
    Kind.HELP_ASKED: Words(
        _("%(place)s：缺人，你来吗？"),
        _("点开看什么时候、为什么问你；来不来都行，没有任何影响。"),
        "heart-handshake",
        "info",
    ),
}
