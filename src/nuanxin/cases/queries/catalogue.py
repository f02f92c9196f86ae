"""The catalogue of kinds of report, held in the process."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language, gettext, gettext_lazy

from nuanxin.cases.enums import ClockKind, Visibility
from nuanxin.cases.models import Category
from nuanxin.kernel.cached import Cached
from nuanxin.kernel.errors import Invalid, NotFound
from nuanxin.kernel.worktime import Limit
from nuanxin.people.enums import UnitType

MAJORS = {
    "01": (gettext_lazy("燃气热力与危险源"), "flame"),
    "02": (gettext_lazy("消防安全"), "firetruck"),
    "03": (gettext_lazy("市政部件"), "circle-dot"),
    "04": (gettext_lazy("道路交通"), "road"),
    "05": (gettext_lazy("停车与骑手通行"), "parking"),
    "06": (gettext_lazy("小区设施与电梯"), "elevator"),
    "07": (gettext_lazy("环境卫生与绿化"), "trash"),
    "08": (gettext_lazy("街面秩序与施工"), "barrier-block"),
    "09": (gettext_lazy("食品安全与市场"), "soup"),
    "10": (gettext_lazy("治安与突发"), "shield-exclamation"),
    "11": (gettext_lazy("民生关怀与文明"), "heart-handshake"),
    "12": (gettext_lazy("骑手服务与权益"), "motorbike"),
}


# Stage limits by default (`domain.md` §2.2, `[design]`): urgent cases run on natural time, the others on working time.
STAGE_LIMITS: dict[str, tuple[Limit, Limit]] = {
    ClockKind.SCREEN: (Limit.urgent(minutes=30), Limit.work_time(minutes=30)),
    ClockKind.DISPATCH: (Limit.urgent(minutes=30), Limit.work_time(minutes=30)),
    ClockKind.CLAIM: (Limit.urgent(minutes=15), Limit.work_time(hours=2)),
    ClockKind.ACCEPT: (Limit.urgent(minutes=15), Limit.work_time(hours=4)),
    ClockKind.VERIFY: (Limit.urgent(hours=4), Limit.work_days(1)),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A category ready to use: limits parsed, unit types as tuples, search text in Chinese, pinyin and number."""

    code: str
    major: str
    name_zh: str
    name_en: str
    lead: tuple[str, ...]
    assist: tuple[str, ...]
    emergency_numbers: tuple[str, ...]
    respond: Limit | None
    make_safe: Limit | None
    finish: Limit
    urgency: str
    evidence: frozenset[str]
    is_confidential: bool
    handoff: str
    is_active: bool
    search_text: str
    notice_within: Limit | None
    notice_words: str
    about_party: str = ""

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return self.name_en.capitalize() if (get_language() or "").startswith("en") else self.name_zh

    def limit(self, clock: str) -> Limit | None:
        """The limit of a stage for this category; `None` where it has no such clock."""
        match clock:
            case ClockKind.RESPOND:
                return self.respond
            case ClockKind.MAKE_SAFE:
                return self.make_safe
            case ClockKind.HANDLE | ClockKind.TOTAL:
                return self.finish
        urgent, normal = STAGE_LIMITS[clock]
        return urgent if self.urgency in {"U1", "U2"} else normal

    @property
    def first_look(self) -> Limit | None:
        """How soon somebody looks at a report: screening, or for U1, which is not screened, the response."""
        return self.respond if self.is_life_safety else self.limit(ClockKind.SCREEN)

    @property
    def is_life_safety(self) -> bool:
        return self.urgency == "U1"

    @property
    def takes_photos(self) -> bool:
        """No photo where one should keep away, and none of people in need (§3, §0.3 law 23)."""
        return "X" not in self.evidence and not self.is_confidential

    @property
    def lead_words(self) -> str:
        """The kinds of unit that lead: 消防、社区."""
        return unit_words(self.lead)

    @property
    def assist_words(self) -> str:
        return unit_words(self.assist)

    @property
    def leave_first(self) -> bool:
        """Gas: leave, then call."""
        return self.lead[:1] == ("RQ",) and self.is_life_safety

    @property
    def call(self) -> str:
        """Which red card stands before it: the numbers to call, and whether to leave first; kinds share cards."""
        return "-".join((*self.emergency_numbers, *(["leave"] if self.leave_first else [])))


def unit_words(codes: Iterable[str]) -> str:
    return gettext("、").join(str(UnitType(code).label) for code in codes if code in UnitType.values)


def _limit(text: str, urgency: str) -> Limit | None:
    return Limit.parse(text, urgency_natural=urgency in {"U1", "U2"}) if text else None


def _kind(row: Category) -> Kind:
    finish = _limit(row.finish_within, row.urgency)
    if finish is None:
        raise ValueError(f"category {row.code} has no limit to finish")
    parts = (row.code, row.name_zh, row.name_en, row.keywords, row.spelling)
    return Kind(
        code=row.code,
        major=row.major,
        name_zh=row.name_zh,
        name_en=row.name_en,
        lead=tuple(filter(None, row.lead.split("|"))),
        assist=tuple(filter(None, row.assist.split("|"))),
        emergency_numbers=tuple(row.emergency_numbers.split()),
        respond=_limit(row.respond_within, row.urgency),
        make_safe=_limit(row.make_safe_within, row.urgency),
        finish=finish,
        urgency=row.urgency,
        evidence=frozenset(row.evidence.split("|")),
        is_confidential=row.visibility == Visibility.CONFIDENTIAL,
        handoff=row.handoff,
        is_active=row.is_active,
        search_text=" ".join(parts).lower(),
        notice_within=_limit(row.notice_within, row.urgency),
        notice_words=row.notice_words,
        about_party=row.about_party,
    )


def _load() -> dict[str, Kind]:
    """Those out of use too: old cases keep their names and limits."""
    return {row.code: _kind(row) for row in Category.objects.all()}


CATALOGUE: Cached[dict[str, Kind]] = Cached("cases.catalogue", _load)


class UnknownCategory(Invalid):
    default_message = gettext_lazy("没有这个类别。")
    default_hint = gettext_lazy("请重新选择是什么问题。")


def kinds() -> dict[str, Kind]:
    """All categories that may be reported, by code."""
    return {code: kind for code, kind in CATALOGUE.get().items() if kind.is_active}


def kind_of(code: str) -> Kind:
    """The category of a case, in use or not. Raises `UnknownCategory`."""
    try:
        return CATALOGUE.get()[code]
    except KeyError:
        raise UnknownCategory(fields={"category": UnknownCategory.default_message}) from None


def reportable_kind(code: str) -> Kind:
    """One that may be reported now. Raises `UnknownCategory`."""
    kind = kind_of(code)
    if not kind.is_active:
        raise UnknownCategory(fields={"category": UnknownCategory.default_message})
    return kind


def kinds_by_major(words: str = "", *, limit: int = 73) -> list[tuple[str, list[Kind]]]:
    """What may be reported, in groups of (major, kinds); with words only what is found by them."""
    found = search_kinds(words, limit) if words.strip() else list(kinds().values())
    groups: dict[str, list[Kind]] = {}
    for kind in found:
        groups.setdefault(kind.major, []).append(kind)
    return list(groups.items())


def all_kinds(*, major: str = "", words: str = "") -> list[Kind]:
    """For the editor: every category, those out of use included."""
    needle = words.strip().lower().replace(" ", "")
    rows = [kind for kind in CATALOGUE.get().values() if not major or kind.major == major]
    return [kind for kind in rows if not needle or needle in kind.search_text.replace(" ", "")]


def category_row(code: str) -> Category:
    """Raises `NotFound`."""
    row = Category.objects.filter(pk=code).first()
    if row is None:
        raise NotFound
    return row


def search_kinds(words: str, limit: int = 12) -> list[Kind]:
    """By Chinese, full pinyin, initials or number; what starts so comes first."""
    needle = words.strip().lower().replace(" ", "")
    if not needle:
        return []
    found = [kind for kind in kinds().values() if needle in kind.search_text.replace(" ", "")]
    found.sort(
        key=lambda kind: (not kind.code.startswith(needle), not kind.name_zh.startswith(needle), kind.code)
    )
    return found[:limit]
