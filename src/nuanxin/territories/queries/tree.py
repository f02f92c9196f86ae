from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, level_of, visible
from nuanxin.kernel.access.scope import LEVELS
from nuanxin.kernel.errors import NotFound
from nuanxin.territories.enums import Level
from nuanxin.territories.models import Boundary, Territory, code_range, parent_of, short_name

# Counties directly under a province hang from such rows; as part of a place's name they say nothing.
FILLERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


class TerritoryNotFound(NotFound):
    default_message = _("没有这个区划代码。")
    default_hint = _("请从区划树里重新选，或者核对代码：街道社区是 12 位，网格是 15 位。")


def territory(code: str) -> Territory:
    """Raises `TerritoryNotFound`."""
    found = Territory.objects.filter(code=code).first()
    if found is None:
        raise TerritoryNotFound
    return found


def is_territory(code: str) -> bool:
    """Whether the code is in force."""
    return Territory.objects.filter(code=code, valid_to=None).exists()


def territories_by_code(codes: Iterable[str]) -> list[Territory]:
    """Those of the codes that are in force."""
    return list(Territory.objects.filter(code__in=list(codes), valid_to=None).order_by("code"))


def successors_of(code: str) -> list[Territory]:
    """What stands for a territory that ended, the main one first."""
    rows = Territory.objects.filter(predecessors__old=code)
    return list(rows.order_by("-predecessors__is_main", "code"))


def visible_territory(actor: Actor, code: str) -> Territory:
    """For the staff page: one that the actor's scope contains. Raises `TerritoryNotFound`."""
    found = visible(Territory.objects.filter(code=code), "territories.view", actor).first()
    if found is None:
        raise TerritoryNotFound
    return found


def children(code: str = "", *, with_former: bool = False) -> QuerySet[Territory]:
    """One level down, in the order of the codes; the provinces for an empty code."""
    found = Territory.objects.filter(parent_code=code)
    if not with_former:
        found = found.filter(valid_to=None)
    return found.order_by("sort", "code")


def within_reach(scope: str, within: str = "") -> list[tuple[str, str]]:
    """What a list can be narrowed to, as code and name: everywhere, the own territory, what lies right below it or
    below what it is narrowed to already. Grids are no places for a list.
    """
    own = territories_by_code([code for code in (scope, within) if code])
    inside = [each for above in own for each in children(above.code) if each.level != Level.GRID]
    choices = {"": gettext("所有地方")} | {each.code: each.short_name for each in [*own, *inside]}
    return list(choices.items())


def communities_in(code: str) -> QuerySet[Territory]:
    """All communities inside a territory, itself included where it is one."""
    inside = Territory.objects.filter(below(code), level=Level.COMMUNITY, valid_to=None)
    return inside.order_by("code")


def below(code: str, field: str = "code") -> Q:
    """Codes inside a territory, itself included: a range of the index, in the order of the codes."""
    return code_range(code[: LEVELS[level_of(code)]], field)


def ancestors(code: str) -> list[Territory]:
    """From the province down to the parent."""
    codes = _lineage(code)[:-1]
    found = Territory.objects.in_bulk(codes)
    return [found[each] for each in codes if each in found]


def _lineage(code: str) -> list[str]:
    """The codes from the province down to this one."""
    line = [code]
    while above := parent_of(line[0]):
        line.insert(0, above)
    return line


def path_name(code: str, *, top: Level = Level.DISTRICT) -> str:
    """`暖阳区 枫林街道 云栖社区`: from the district down, empty for a code that nobody knows."""
    return path_names([code], top=top)[code]


def path_names(codes: Iterable[str], *, top: Level = Level.DISTRICT) -> dict[str, str]:
    """The path of every code, in one query; an empty or malformed code has an empty path."""
    lines = {code: _safe_lineage(code) for code in set(codes)}
    wanted = {each for line in lines.values() for each in line}
    names = dict(Territory.objects.filter(code__in=wanted).values_list("code", "name")) if wanted else {}
    return {code: _path(line, names, top) for code, line in lines.items()}


def _safe_lineage(code: str) -> list[str]:
    try:
        return _lineage(code)
    except ValueError:
        return []


def _path(line: list[str], names: dict[str, str], top: Level) -> str:
    known = [(code, short_name(names[code])) for code in line if code in names and names[code] not in FILLERS]
    low_enough = [name for code, name in known if LEVELS[level_of(code)] >= LEVELS[top]]
    # A place above the district, or a city without districts, is named by its own name.
    return " ".join(low_enough) if low_enough else " ".join(name for _, name in known[-1:])


def search_territories(
    text: str,
    *,
    within: str = "",
    levels: Iterable[str] = (),
    limit: int = 20,
) -> list[Territory]:
    """By part of the name, pinyin (`fenglin`), its initials (`flsq`) or the beginning of the code.

    `within` narrows to one territory, which makes it a short range of the index. Without it only streets and
    larger ones are looked at: nobody finds a village by its name among 620,000.
    """
    text = text.strip().lower()[:40]
    if not text:
        return []
    found = Territory.objects.filter(_matches(text), valid_to=None)
    if within:
        found = found.filter(below(within))
    wanted = set(levels) or ({*Level} if within else {*Level} - {Level.COMMUNITY, Level.GRID})
    if wanted != {*Level}:
        found = found.filter(level__in=wanted)
    begins = Q(name__startswith=text) | Q(initials__startswith=text) | Q(pinyin__startswith=text)
    first = Case(When(begins, then=Value(0)), default=Value(1))
    return list(found.order_by(first, "code")[:limit])


def _matches(text: str) -> Q:
    if text.isdigit():
        return code_range(text)
    if text.isascii():
        letters = "".join(text.split())
        return Q(initials__startswith=letters) | Q(pinyin__contains=letters)
    return Q(name__contains=text)


def counts_below(code: str) -> dict[str, int]:
    """How many current territories of each finer level lie inside; the whole country for an empty code."""
    rows = Territory.objects.filter(valid_to=None)
    if code:
        rows = rows.filter(below(code)).exclude(code=code)
    counted = dict(rows.order_by().values_list("level").annotate(count=Count("code")))
    return {level.value: counted[level.value] for level in Level if counted.get(level.value)}


def child_counts(codes: Iterable[str]) -> dict[str, int]:
    """How many current children each of the territories has."""
    rows = Territory.objects.filter(parent_code__in=list(codes), valid_to=None).order_by()
    counted: dict[str, int] = defaultdict(int)
    counted.update(rows.values_list("parent_code").annotate(count=Count("code")))
    return counted


def boundary_codes(codes: Iterable[str]) -> set[str]:
    """Those of the territories that have an outline."""
    rows = Boundary.objects.filter(territory__in=list(codes), valid_to=None)
    return set(rows.values_list("territory_id", flat=True))
