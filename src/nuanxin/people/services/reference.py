import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import transaction

from nuanxin.people.models import ConsentPurpose, Role, RoleAction
from nuanxin.people.queries.grants import matrix

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def _rows(name: str) -> Iterable[dict[str, Any]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@transaction.atomic
def load_reference() -> None:
    """Add the roles, the matrix and the consent texts that are missing. What a city has edited stays as it is.

    A consent text of a higher version than the stored one replaces it: consents keep the version they were given to
    and the digest of its words.
    """
    known = set(Role.objects.values_list("code", flat=True))
    rows = [Role(sort=number, **row) for number, row in enumerate(_rows("roles.csv"))]
    Role.objects.bulk_create(row for row in rows if row.code not in known)
    _load_matrix()
    _load_purposes()


def _load_matrix() -> None:
    known = set(RoleAction.objects.values_list("role_id", "permission"))
    missing = [
        RoleAction(
            role_id=row["role"],
            permission=row["permission"],
            extent=row["extent"],
            masked=row["masked"] == "1",
            confidential=row["confidential"] == "1",
        )
        for row in _rows("role_actions.csv")
        if (row["role"], row["permission"]) not in known
    ]
    if missing:
        RoleAction.objects.bulk_create(missing)
        matrix.changed()


def _load_purposes() -> None:
    versions = dict(ConsentPurpose.objects.values_list("code", "version"))
    for number, row in enumerate(_rows("consents.csv")):
        if versions.get(row["code"], 0) >= int(row["version"]):
            continue
        values = {
            **{key: row[key] for key in ("title", "title_en", "text", "text_en")},
            "version": int(row["version"]),
            "is_required": row["is_required"] == "1",
            "is_separate": row["is_separate"] == "1",
            "asked_when_needed": row["asked_when_needed"] == "1",
            "sort": number,
        }
        ConsentPurpose.objects.update_or_create(code=row["code"], defaults=values)
