"""A person's rights over all tables at once: a copy of everything, and erasure with an account of what
stays.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from nuanxin.kernel.privacy.register import Erased, PersonalTable, Subject, registered


@dataclass(frozen=True, slots=True)
class ErasedTable:
    table: PersonalTable
    outcome: Erased


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What was done, table by table; `kept` is what the person is told with the reasons (PIPL Art. 47)."""

    erased_at: datetime
    tables: tuple[ErasedTable, ...]

    @property
    def kept(self) -> tuple[ErasedTable, ...]:
        return tuple(line for line in self.tables if line.outcome.kept)

    def as_dict(self) -> dict[str, Any]:
        return {
            "erased_at": self.erased_at.isoformat(),
            "tables": [
                {
                    "table": line.table.label,
                    "purpose": str(line.table.purpose),
                    "removed": line.outcome.removed,
                    "anonymised": line.outcome.anonymised,
                    "kept": line.outcome.kept,
                    "reason": str(line.outcome.reason),
                }
                for line in self.tables
            ],
        }


def export_person(*, person_id: int | None, subject_id: UUID | None) -> dict[str, Any]:
    """All that is stored about a person, with purpose, classes and retention of each table (PIPL Art. 17,
    45).

    Values keep their Python types: write it out with `DjangoJSONEncoder`. Tables without a row are left out.
    """
    subject = Subject(person_id, subject_id)
    found = [(table, [dict(row) for row in table.export(subject)]) for table in registered()]
    return {
        "tables": [
            {
                "table": table.label,
                "purpose": str(table.purpose),
                "retention": str(table.retention),
                "classes": {name: value.value for name, value in table.fields.items()},
                "rows": rows,
            }
            for table, rows in found
            if rows
        ],
    }


def erase_person(*, person_id: int | None, subject_id: UUID | None, now: datetime) -> ErasureReport:
    """Erase in one transaction, higher contexts first because keys point down, and say what stays and why."""
    subject = Subject(person_id, subject_id)
    with transaction.atomic():
        lines = [ErasedTable(table, table.erase(subject, now=now)) for table in reversed(registered())]
    return ErasureReport(now, tuple(lines))
