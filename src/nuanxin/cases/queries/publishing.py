"""What a city shows of solved cases at all: which territories and which kinds. Held in the process."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.db.models import Q
from django.utils.translation import get_language, gettext

from nuanxin.cases.models import PublicArea, PublicKind, SensitiveWord
from nuanxin.cases.queries.catalogue import MAJORS, Kind, all_kinds
from nuanxin.kernel.access.scope import NOTHING, padded, scope_q, significant
from nuanxin.kernel.cached import Cached
from nuanxin.territories.enums import Level
from nuanxin.territories.models import Territory


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A kind that is not shown to start with; `is_fixed`: no city may show it."""

    code: str
    is_fixed: bool
    reason_zh: str
    reason_en: str

    @property
    def reason(self) -> str:
        return self.reason_en if (get_language() or "").startswith("en") else self.reason_zh


@dataclass(frozen=True, slots=True)
class Settings:
    """`areas` shortest code first, so that the longer one has the last word."""

    areas: tuple[tuple[str, bool], ...]
    kinds: dict[str, bool]
    words: tuple[str, ...]


@cache
def unpublished() -> dict[str, Unpublished]:
    text = files("nuanxin.cases").joinpath("reference/unpublished.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["code"]: Unpublished(row["code"], row["fixed"] == "1", row["reason"], row["reason_en"])
        for row in rows
    }


@cache
def shipped_words() -> tuple[str, ...]:
    text = files("nuanxin.cases").joinpath("reference/sensitive_words.csv").read_text(encoding="utf-8")
    return tuple(row["word"] for row in csv.DictReader(text.splitlines()))


def _load() -> Settings:
    areas = PublicArea.objects.values_list("code", "is_on")
    return Settings(
        areas=tuple(sorted(areas, key=lambda area: (len(significant(area[0])), area[0]))),
        kinds=dict(PublicKind.objects.values_list("category_id", "is_on")),
        words=tuple(SensitiveWord.objects.order_by("word").values_list("word", flat=True)) or shipped_words(),
    )


PUBLISHING: Cached[Settings] = Cached("cases.publishing", _load)


def is_never_public(kind: Kind) -> bool:
    """What no city may show: people in need, crimes, disputes, what another part of the city answers, gas."""
    line = unpublished().get(kind.code)
    return kind.is_confidential or bool(kind.handoff) or (line is not None and line.is_fixed)


def is_public_kind(kind: Kind) -> bool:
    """Whether solved cases of the kind may be shown here."""
    if is_never_public(kind):
        return False
    return PUBLISHING.get().kinds.get(kind.code, kind.code not in unpublished())


def is_public_area(scope_code: str) -> bool:
    """Whether the territory shows solved cases."""
    answer = False
    for code, is_on in PUBLISHING.get().areas:
        if scope_code.startswith(significant(code)):
            answer = is_on
    return answer


def public_kinds() -> list[str]:
    return [kind.code for kind in all_kinds() if is_public_kind(kind)]


def shown_areas() -> Q:
    """On rows with a scope: those in a territory that shows them."""
    found = NOTHING
    for code, is_on in PUBLISHING.get().areas:
        found = found | scope_q(code) if is_on else found & ~scope_q(code)
    return found


def public_streets() -> Iterator[str]:
    """The codes that are switched on, whole."""
    return (padded(significant(code)) for code, is_on in PUBLISHING.get().areas if is_on)


def sensitive_words() -> tuple[str, ...]:
    return PUBLISHING.get().words


def has_own_words() -> bool:
    return PUBLISHING.get().words != shipped_words()


@dataclass(frozen=True, slots=True)
class AreaLine:
    code: str
    name: str
    is_on: bool


def areas_in_force() -> list[AreaLine]:
    """Every street, and whether it shows solved cases; one statement."""
    streets = Territory.objects.filter(level=Level.STREET, valid_to=None).order_by("code")
    return [AreaLine(row.code, row.short_name, is_public_area(row.code)) for row in streets]


@dataclass(frozen=True, slots=True)
class KindLine:
    """`why` it is not shown to start with; `is_fixed`: no city may show it; `is_found` by the words looked for."""

    kind: Kind
    is_on: bool
    is_fixed: bool
    is_found: bool
    why: str


@dataclass(frozen=True, slots=True)
class KindGroup:
    """The kinds of a major."""

    major: str
    name: str
    icon: str
    lines: list[KindLine]

    @property
    def on(self) -> int:
        return sum(line.is_on for line in self.lines)

    @property
    def is_found(self) -> bool:
        return any(line.is_found for line in self.lines)

    @property
    def free(self) -> list[KindLine]:
        """What can be switched, of what is found."""
        return [line for line in self.lines if line.is_found and not line.is_fixed]

    @property
    def is_all_on(self) -> bool:
        return all(line.is_on for line in self.free)


def kind_groups(*, ticked: Collection[str] | None = None, words: str = "") -> list[KindGroup]:
    """Every kind by its major, with whether it is shown, and why not. `ticked`: as it would be, instead of as it is."""
    on = set(public_kinds()) if ticked is None else set(ticked)
    found = {kind.code for kind in all_kinds(words=words)}
    lines: dict[str, list[KindLine]] = {}
    for kind in all_kinds():
        is_fixed = is_never_public(kind)
        line = KindLine(kind, kind.code in on and not is_fixed, is_fixed, kind.code in found, _why(kind))
        lines.setdefault(kind.major, []).append(line)
    return [
        KindGroup(major, str(MAJORS[major][0]), MAJORS[major][1], lines[major]) for major in sorted(lines)
    ]


def _why(kind: Kind) -> str:
    line = unpublished().get(kind.code)
    if line and line.reason:
        return line.reason
    if kind.is_confidential:
        return gettext("保密的类别")
    return gettext("转给别处办的") if kind.handoff else ""
