"""Kinds of honour, star levels, rating levels and the rules of holds: a city's own; the files are where it starts."""

import csv
from datetime import datetime
from importlib.resources import files
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext as _

from nuanxin.incentives.enums import NoShowEffect
from nuanxin.incentives.models import HoldRule, HonourKind, RatingLevel, StarLevel, StarScheme
from nuanxin.incentives.queries.stars import HIGHEST, scheme_in_force
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, permits
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.worktime import SHANGHAI

LEAST_PUBLICITY = 5
SHIPPED_AT = datetime(2026, 1, 1, tzinfo=SHANGHAI)  # of the version that a city starts with


def load_honours() -> None:
    """Put the shipped rows in; what a city has edited stays."""
    with transaction.atomic():
        kinds = [
            HonourKind(
                **{**row, "is_nomination_only": row["is_nomination_only"] == "1"},
                sort=10 * number,
            )
            for number, row in enumerate(_rows("honour_kinds.csv"), start=1)
        ]
        HonourKind.objects.bulk_create(kinds, ignore_conflicts=True)
        levels = [RatingLevel(**row) for row in _rows("rating_levels.csv")]
        RatingLevel.objects.bulk_create(levels, ignore_conflicts=True)
        rules = [
            HoldRule(reason=row["reason"], limit=int(row["limit"]), is_on=row["is_on"] == "1")
            for row in _rows("hold_rules.csv")
        ]
        HoldRule.objects.bulk_create(rules, ignore_conflicts=True)
        if not StarScheme.objects.exists():
            asked = {
                int(row["level"]): (int(row["hours"]), int(row["growth"])) for row in _rows("star_levels.csv")
            }
            _scheme(asked, now=SHIPPED_AT, version=1)


def _rows(name: str) -> list[dict[str, str]]:
    text = files("nuanxin.incentives").joinpath("reference", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def publish_scheme(
    *, actor: Actor, levels: dict[int, tuple[int, int]], publicity_days: int, most_no_shows: int, needs_balance: bool,
    note: str, now: datetime, no_show_effect: str = NoShowEffect.REMIND, pause_months: int = 6,
) -> StarScheme:  # fmt: skip
    """The next version, for applications from now on; who has a star keeps it.

    `levels`: level → (hours, growth). Raises `NotAllowed`, `Invalid` where a level asks for less than the one below.
    """
    if not permits(actor, "incentives.star_scheme"):
        raise NotAllowed
    if publicity_days < LEAST_PUBLICITY:
        raise Invalid(fields={"publicity_days": _("公示至少 5 个工作日。")})
    asked = [levels[level] for level in sorted(levels)]
    if len(asked) != HIGHEST or any(above[0] <= below[0] for below, above in pairwise(asked)):
        raise Invalid(fields={"hours_5": _("五级都要填，每一级的小时数要比前一级多。")})
    with transaction.atomic():
        version = scheme_in_force().version + 1
        made = _scheme(
            levels, now=now, version=version, publicity_days=publicity_days, most_no_shows=most_no_shows,
            needs_balance=needs_balance, no_show_effect=no_show_effect, pause_months=pause_months,
            note=note.strip()[:120], published_by_id=actor.assignment_id,
        )  # fmt: skip
        audit.record(
            actor=actor, action="incentives.star_scheme", object_type="star_scheme", object_id=made.pk,
            detail={"version": version}, now=now,
        )  # fmt: skip
    return made


def _scheme(levels: dict[int, tuple[int, int]], *, now: datetime, **given: object) -> StarScheme:
    made = StarScheme.objects.create(published_at=now, **given)
    StarLevel.objects.bulk_create(
        StarLevel(scheme=made, level=level, hours=hours, growth=growth)
        for level, (hours, growth) in levels.items()
    )
    return made
