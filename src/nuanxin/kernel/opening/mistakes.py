"""Where an expression cannot be read, and what to write instead."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Invalid, Text

_SUN = ("sunrise", "sunset", "dawn", "dusk")
_HINTS: tuple[tuple[re.Pattern[str], Promise], ...] = (
    (
        re.compile(r"(Mo|Tu|We|Th|Fr|Sa|Su|PH)\b"),
        _("两条规则之间用分号隔开，例如 Mo-Fr 09:00-18:00; Sa off。"),
    ),
    (re.compile(r",\s*[0-9]"), _("星期和钟点之间不用逗号，例如 Mo-Fr 09:00-18:00。")),
    (re.compile(r"SH"), _("没有寒暑假的日期表，请写成日期，例如 Jul 10-Aug 31 09:00-17:00。")),
    (re.compile("|".join(_SUN), re.IGNORECASE), _("日出日落请写成钟点，例如 06:30-18:30。")),
    (re.compile(r"easter", re.IGNORECASE), _("请写成日期，例如 Apr 05。")),
    (re.compile(r"[0-9]{1,2}-[0-9]{1,2}(?![:0-9])"), _("钟点要写到分钟，例如 09:00-18:00。")),
    (re.compile(r"(2[5-9]|[3-9][0-9]):|[0-9]{1,2}:[6-9]"), _("钟点在 00:00 到 24:00 之间。")),
    (re.compile(r"[0-9]{1,2}:[0-9]{2}"), _("写成从几点到几点，例如 09:00-18:00；过夜写 22:00-06:00。")),
    (re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*", re.IGNORECASE), _("星期写成 Mo Tu We Th Fr Sa Su。")),
    (re.compile(r"[A-Z][a-z]{2} ?[0-9]"), _("每个日期前都写上月份，例如 Oct 01,Oct 03 或 Oct 01-Oct 03。")),
    (re.compile(r"\["), _("每月第几个星期几写成 Mo[1]，最后一个写成 Mo[-1]。")),
    (re.compile(r'"'), _('说明文字前后都要有引号，例如 unknown "先打电话"。')),
    (re.compile(r";$"), _("最后一条规则后面不用分号。")),
    (re.compile(r"/"), _("不用写间隔，写出每一段时间，例如 09:00-12:00,13:30-17:30。")),
)
_USUAL = _("例如 Mo-Fr 09:00-18:00; PH off：周一到周五 9 点到 18 点，节假日关门。")
# What people write in words, in the order in which it is replaced.
_WORDS = (
    (r"((每天|天天|全周)\s*)?(全天|24\s*小时)(开放|营业|服务)?", "24/7"),
    (r"(每天|天天|全周|周一(至|到|-)周日)\s*", "Mo-Su "),
    (r"(工作日|平日)\s*", "Mo-Fr "),
    (r"(周末|双休日)\s*", "Sa-Su "),
    (r"[,，;；]?\s*(法定)?节假日(除外|不开放?|休息|关门)", "; PH off"),
    (r"(法定)?节假日", "PH "),
    *((rf"(周|星期|礼拜)[{names}]", day) for names, day in zip(
        ("一", "二", "三", "四", "五", "六", "日天"), ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), strict=True
    )),
    (r"(休息|关门|不开|不开放|闭馆|停业)", "off"),
    (r"(开放|营业|服务)(时间)?[::]?", ""),
    (r"\s*[至到]\s*", "-"),
    (r"([0-9]{1,2})[点时]半", r"\1:30"),
    (r"([0-9]{1,2})[点时]([0-9]{1,2})分?", r"\1:\2"),
    (r"([0-9]{1,2})[点时]", r"\1:00"),
    (r"[。.]$", ""),
)  # fmt: skip


class InvalidOpening(Invalid):
    """`position` is the first character that cannot be read, counted from 1; `instead` a whole expression that can."""

    default_message = _("开放时间读不懂。")
    default_hint = _USUAL

    def __init__(self, message: Text = "", *, hint: Text = "", position: int = 0, instead: str = "") -> None:
        super().__init__(message, hint=hint)
        self.position = position
        self.instead = instead


def mistake(text: str, at: int, part: str = "") -> InvalidOpening:
    """The error for what stands at this place of a text (0 is its first character)."""
    part = part or text[at : at + 8].split(" ", maxsplit=1)[0]
    message = _("开放时间第 %(position)d 个字起读不懂：%(part)s") % {"position": at + 1, "part": part}
    unfinished = _("开放时间没有写完。")
    return InvalidOpening(message if part else unfinished, hint=_hint(text, at, part), position=at + 1)


def _hint(text: str, at: int, part: str) -> Text:
    rest = text[at:]
    for place in (part, rest):
        for pattern, hint in _HINTS:
            if pattern.match(place):
                return hint
    return _USUAL


def in_the_syntax(words: str) -> str:
    """What somebody wrote in Chinese words, as far as they are of the usual kind; it may still be unreadable."""
    text = words.strip()
    for pattern, replacement in _WORDS:
        text = re.sub(pattern, replacement, text)
    text = re.sub(r"(?<=[0-9])(?=(Mo|Tu|We|Th|Fr|Sa|Su|PH))", "; ", text)
    text = re.sub(r"(?<=[A-Za-z])(?=[0-9])", " ", text)
    text = re.sub(r"[,，]\s*(?=(Mo|Tu|We|Th|Fr|Sa|Su|PH)\b[^,;]*([0-9]|off))", "; ", text)
    return re.sub(r"\s+", " ", text).strip()


def suggesting(error: InvalidOpening, instead: str) -> InvalidOpening:
    """The same error with an expression that can be read and may be what was meant."""
    hint = _("是不是要写：%(instead)s") % {"instead": instead}
    return InvalidOpening(error.message, hint=hint, position=error.position, instead=instead)
