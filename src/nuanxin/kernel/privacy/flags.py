"""What in a text points at a person, found by its shape; for a person to look at before anything becomes public.

Digits are found full-width, spaced, starred out and in Chinese numerals. It flags too much rather than too little: what
a machine cannot decide (a name, a door, a word) somebody may clear; what has no business in public at all they may not.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FlagKind(TextChoices):
    PHONE = "phone", _("电话号码")
    IDENTITY = "identity", _("证件号码")
    PLATE = "plate", _("车牌号")
    ACCOUNT = "account", _("微信、QQ 或邮箱")
    QUOTED = "quoted", _("上报人的原话")
    NAME = "name", _("像是人名或称呼")
    DOOR = "door", _("门牌、楼栋、房号")
    WORD = "word", _("要当心的词")


NEVER_CLEARED = frozenset(
    {FlagKind.PHONE, FlagKind.IDENTITY, FlagKind.PLATE, FlagKind.ACCOUNT, FlagKind.QUOTED}
)
LEAST_QUOTED = 10  # characters in a row, without spaces and punctuation


@dataclass(frozen=True, slots=True, order=True)
class Flag:
    """`text[start:end]` of what was looked at is `text`."""

    start: int
    end: int
    kind: FlagKind
    text: str

    @property
    def may_be_cleared(self) -> bool:
        return self.kind not in NEVER_CLEARED


NUMERALS = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
GAP = r"[\s\-.·_、,，/|]{0,2}"
DIGIT = r"[\d*×✱●•]"
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任卢姚"
    "沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康"
    "温庞樊兰殷施洪翟安颜倪牛芦俞章鲁葛伍申尤毕聂焦岳齐梅庄辛管祝左涂谷祁时耿牟卜詹关苗凌费纪靳盛童欧甄项"
    "曲成游阳裴席卫屈鲍覃霍翁隋甘景薄包司柏宁柯阮桂闵解柴华冉辜"
)
COMPOUND_SURNAMES = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|司徒|令狐|夏侯|端木|百里|南宫"
# After 小 or 老 only those that begin no other word (小区, 老路, 小方块).
AFTER_SMALL = (
    "王李张刘陈杨黄赵吴周徐孙朱胡郭何林罗郑梁谢宋唐许韩邓冯曹彭曾肖潘袁蔡蒋杜魏吕姚沈钟姜崔谭廖汪贾邹薛闫"
)
CALLED = (
    "先生|女士|小姐|太太|师傅|同志|阿姨|叔叔|大爷|大妈|大娘|大伯|大姐|大哥|大叔|奶奶|爷爷|婆婆|老板娘?|老师|医生|"
    "经理|主任|书记|队长|站长|所长|科长|局长|保安|哥|姐|叔|姨|某某?"
)
SURNAME = f"(?:{COMPOUND_SURNAMES}|[{SURNAMES}])"
HAN = r"(?![的了在是和有被把让给由请])[\u4e00-\u9fff]"  # of a given name
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
COUNTED = r"(?:\d{1,4}|[一二三四五六七八九十百]{1,4})"

PATTERNS: Sequence[tuple[FlagKind, re.Pattern[str]]] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (FlagKind.IDENTITY, rf"(?<![\dA-Z])[1-9](?:{GAP}{DIGIT}){{15,16}}{GAP}[\dX*](?!{GAP}\d)"),
        (FlagKind.IDENTITY, r"(?<!\d)[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}(?!\d)"),
        (FlagKind.PHONE, rf"(?<!\d)(?:\+?86{GAP})?1{GAP}[3-9](?:{GAP}{DIGIT}){{9}}(?!{GAP}\d)"),
        (FlagKind.PHONE, rf"(?<!\d)0\d{{2,3}}{GAP}\d{{3,4}}{GAP}\d{{4}}(?!\d)"),
        (
            FlagKind.PHONE,
            rf"(?:电话|座机|手机|热线|致电|联系)(?:号码?)?[:：是为\s]*\d(?:{GAP}\d){{6,7}}(?!\d)",
        ),
        (FlagKind.PLATE, rf"[{PROVINCES}]\s?[A-Z]{GAP}(?:[A-Z0-9*]\s?){{4,5}}[A-Z0-9*学警港澳挂]"),
        (
            FlagKind.ACCOUNT,
            r"(?:微信|薇信|威信|V信|VX|WX|WECHAT|QQ|支付宝|抖音)(?:号码?|群)?[:：是为\s]*[A-Z0-9][A-Z0-9_\-]{4,19}",
        ),
        (FlagKind.ACCOUNT, r"[A-Z0-9._%+\-]+@[A-Z0-9\-]+(?:\.[A-Z0-9\-]+)+"),
        (FlagKind.NAME, rf"{SURNAME}(?:{HAN}){{0,2}}?(?:{CALLED})"),
        (FlagKind.NAME, rf"[小老阿][{AFTER_SMALL}](?![路街巷村庄镇桥])"),
        (FlagKind.NAME, rf"{SURNAME}[*×✱某○]{{1,2}}(?:{HAN})?"),
        (
            FlagKind.NAME,
            rf"(?:姓名|名字|名叫|我叫|叫做|我是|联系人|负责人|上报人|举报人|当事人|业主)[:：是为叫\s]*{SURNAME}(?:{HAN}){{1,2}}",
        ),
        (FlagKind.DOOR, rf"{COUNTED}\s*(?:号楼|栋|幢|单元|号门|号院|号房|号铺|室|房间|户)"),
        (FlagKind.DOOR, rf"(?<!月)(?<!月\s)(?<!\d){COUNTED}\s*号(?![线文机])"),
        (FlagKind.DOOR, r"(?<![\d\-])\d{1,3}\s*[-－—]\s*\d{1,3}\s*[-－—]\s*\d{2,4}(?![\d\-])"),
        (FlagKind.DOOR, r"(?<![A-Z])[A-Z]\s?座"),
    )
)


def flags(text: str, words: Iterable[str] = (), said: Iterable[str] = ()) -> list[Flag]:
    """All of it, in order, none within another. `words` are to be careful with, `said` is what must not be repeated."""
    found = [*_shaped(text), *_named(text, words), *quoted(text, said)]
    kept: list[Flag] = []
    for flag in sorted(found, key=lambda each: (each.may_be_cleared, -(each.end - each.start), each.start)):
        if all(flag.end <= other.start or flag.start >= other.end for other in kept):
            kept.append(flag)
    return sorted(kept)


def quoted(text: str, said: Iterable[str]) -> list[Flag]:
    """Runs of at least `LEAST_QUOTED` characters that somebody else wrote, whatever stands between them."""
    letters, places = _letters(text)
    pieces = {
        other[start : start + LEAST_QUOTED]
        for other in (_letters(each)[0] for each in said)
        for start in range(len(other) - LEAST_QUOTED + 1)
    }
    starts = [
        start
        for start in range(len(letters) - LEAST_QUOTED + 1)
        if letters[start : start + LEAST_QUOTED] in pieces
    ]
    runs: list[tuple[int, int]] = []
    for start in starts:
        if runs and start <= runs[-1][1]:
            runs[-1] = (runs[-1][0], start + LEAST_QUOTED)
        else:
            runs.append((start, start + LEAST_QUOTED))
    return [_flag(text, FlagKind.QUOTED, places[first], places[last - 1] + 1) for first, last in runs]


def _shaped(text: str) -> Iterator[Flag]:
    plain = _half_width(text)
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(plain):
            yield _flag(text, kind, *match.span())
    for match in PATTERNS[2][1].finditer(plain.translate(NUMERALS)):  # 幺三八…
        yield _flag(text, FlagKind.PHONE, *match.span())


def _named(text: str, words: Iterable[str]) -> Iterator[Flag]:
    for word in filter(None, words):
        for match in re.finditer(re.escape(word), text, re.IGNORECASE):
            yield _flag(text, FlagKind.WORD, *match.span())


def _flag(text: str, kind: FlagKind, start: int, end: int) -> Flag:
    return Flag(start, end, kind, text[start:end])


def _half_width(text: str) -> str:
    """Full-width characters as usual ones, one for one, so that places stay."""
    return "".join(_one(character) for character in text)


def _one(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character


def _letters(text: str) -> tuple[str, list[int]]:
    """What is left without spaces and punctuation, and where each character stands."""
    kept = [(place, _one(each).lower()) for place, each in enumerate(text) if each.isalnum()]
    return "".join(each for _, each in kept), [place for place, _ in kept]
