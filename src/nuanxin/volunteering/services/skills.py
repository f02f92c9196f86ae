"""What people can do for others: the shipped list is where a city starts."""

import csv
from importlib.resources import files

from nuanxin.volunteering.models import Skill


def load_skills() -> int:
    """Put the shipped rows in; what a city has edited stays. Returns how many were new."""
    text = files("nuanxin.volunteering").joinpath("reference", "skills.csv").read_text(encoding="utf-8")
    known = set(Skill.objects.values_list("pk", flat=True))
    rows = [
        Skill(sort=10 * number, **row)
        for number, row in enumerate(csv.DictReader(text.splitlines()), start=1)
        if row["code"] not in known
    ]
    Skill.objects.bulk_create(rows)
    return len(rows)
