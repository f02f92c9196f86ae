"""The shipped catalogue of kinds of report, as the script needs it: before there is any database."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from nuanxin.kernel.worktime import Limit

# How often riders meet a thing; everything else counts 1.
_OFTEN = {
    "0301": 8, "0302": 7, "0202": 7, "0203": 7, "0204": 4, "0206": 4, "0303": 5, "0401": 6, "0403": 3, "0404": 3,
    "0407": 3, "0501": 6, "0502": 5, "0503": 7, "0504": 6, "0505": 4, "0506": 4, "0602": 5, "0603": 4, "0604": 4,
    "0701": 5, "0702": 5, "0703": 3, "0704": 3, "0705": 3, "0707": 2, "0801": 4, "0802": 3, "0901": 2, "0904": 2,
    "1105": 2, "1201": 4, "1203": 4, "1204": 2, "1206": 3, "0101": 2, "0205": 3, "0305": 3, "0406": 3,
}  # fmt: skip
# Where the thing is a compound's own.
_INSIDE = frozenset(
    {
        *(
            "0101",
            "0102",
            "0105",
            "0201",
            "0202",
            "0203",
            "0204",
            "0205",
            "0206",
            "0503",
            "0504",
            "0505",
            "0506",
        ),
        *("0601", "0602", "0603", "0604", "0605", "0606", "1004", "1101", "1104"),
    }
)


@dataclass(frozen=True, slots=True)
class DemoKind:
    code: str
    leads: tuple[str, ...]
    assists: tuple[str, ...]
    urgency: str
    evidence: frozenset[str]
    confidential: bool
    handoff: str
    respond: Limit | None
    make_safe: Limit | None
    finish: Limit

    @property
    def weight(self) -> int:
        return _OFTEN.get(self.code, 1)

    @property
    def inside(self) -> bool:
        return self.code in _INSIDE

    @property
    def natural(self) -> bool:
        """U1 and U2 run day and night, and so do those on duty."""
        return self.urgency in {"U1", "U2"}

    @property
    def takes_photos(self) -> bool:
        return "X" not in self.evidence and not self.confidential and bool(self.evidence & {"N", "F", "V"})

    @property
    def finish_minutes(self) -> int:
        """The limit in the minutes in which its clock runs; a working day has seven hours."""
        if not self.finish.kind.counts_days:
            return self.finish.amount
        days = self.finish.amount if self.finish.kind.counts_working_time else self.finish.amount * 5 // 7
        return days * 7 * 60


@cache
def demo_kinds() -> dict[str, DemoKind]:
    text = files("nuanxin.cases").joinpath("reference/categories.csv").read_text(encoding="utf-8")
    return {row["code"]: _kind(row) for row in csv.DictReader(text.splitlines())}


def _kind(row: dict[str, str]) -> DemoKind:
    natural = row["urgency"] in {"U1", "U2"}

    def limit(name: str) -> Limit | None:
        return Limit.parse(row[name], urgency_natural=natural) if row[name] else None

    finish = limit("finish_within")
    if finish is None:
        raise ValueError(f"category {row['code']} has no limit to finish")
    return DemoKind(
        code=row["code"],
        leads=tuple(row["lead"].split("|")),
        assists=tuple(filter(None, row["assist"].split("|"))),
        urgency=row["urgency"],
        evidence=frozenset(row["evidence"].split("|")),
        confidential=row["visibility"] == "confidential",
        handoff=row["handoff"],
        respond=limit("respond_within"),
        make_safe=limit("make_safe_within"),
        finish=finish,
    )
