from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, scope_q
from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.events import publish
from nuanxin.territories.events import TerritorySucceeded
from nuanxin.territories.models import Succession, Territory
from nuanxin.territories.queries import below, territories_at, territory
from nuanxin.territories.queries.locate import BOUNDARIES
from nuanxin.territories.services.stamps import touch

BATCH = 500


class LevelsDiffer(Invalid):
    default_message = _("合并前后要是同一级。")
    default_hint = _("街道并入街道，社区并入社区。")


class ChildrenRemain(Conflict):
    default_message = _("它下面还有没安排去向的社区或网格。")
    default_hint = _("请先说清每个下级并到哪里，再处理上级。")


def record_succession(
    *,
    actor: Actor,
    old_code: str,
    new_codes: Sequence[str],
    change: str,
    at: date,
    now: datetime,
) -> None:
    """From the date on the new territories stand for the old one; `rescope_due` then ends it and moves its rows.

    The first of `new_codes` is the main successor: it takes the rows without a place of their own. Publishes
    `TerritorySucceeded`. Raises `LevelsDiffer`, `ChildrenRemain`, `TerritoryNotFound`.
    """
    old = territory(old_code)
    successors = [territory(code) for code in new_codes]
    if not successors or any(each.level != old.level or each.code == old.code for each in successors):
        raise LevelsDiffer
    with transaction.atomic():
        inside = Territory.objects.filter(below(old_code), valid_to=None).exclude(code=old_code)
        if inside.filter(successors=None).exists():
            raise ChildrenRemain
        Succession.objects.filter(old=old).update(is_main=False)
        for position, new in enumerate(successors):
            Succession.objects.update_or_create(
                old=old, new=new, defaults={"change": change, "at": at, "is_main": position == 0},
            )  # fmt: skip
        happened = TerritorySucceeded(old_code=old_code, new_code=new_codes[0], change=change)
        publish(happened, scope_code=new_codes[0], now=now)
        audit.record(
            actor=actor, action="territories.succeed", object_type="territory", object_id=old_code,
            scope_code=old_code, detail={"new": list(new_codes), "change": change}, now=now,
        )  # fmt: skip


def rescope_due(*, now: datetime) -> int:
    """Carry over the rows of every succession whose date has come; returns how many rows moved."""
    today = timezone.localdate(now)
    due = Succession.objects.filter(rescoped_at=None, is_main=True, at__lte=today).order_by("at", "-old")
    return sum(rescope(old_code=code, now=now) for code in list(due.values_list("old_id", flat=True)))


def rescope(*, old_code: str, now: datetime) -> int:
    """End the old territory and give every scoped row inside it the code of its successor, in batches.

    A row with a place goes to the successor whose outline contains it, any other to the main one. Rows of a
    model that sets `SCOPE_IS_HISTORY` keep their code: they say where something was. May be run again.
    """
    successors = _successors(old_code)
    if old_code not in successors:
        return 0
    _end(old_code)
    moved = sum(_rescope_model(model, old_code, successors) for model in scoped_models())
    Succession.objects.filter(old=old_code).update(rescoped_at=now)
    audit.record(
        actor=SYSTEM, action="territories.rescope", object_type="territory", object_id=old_code,
        scope_code=successors[old_code][0], detail={"rows": moved}, now=now,
    )  # fmt: skip
    return moved


def _end(old_code: str) -> None:
    change = Succession.objects.filter(old=old_code, is_main=True).select_related("old").get()
    with transaction.atomic():
        ended = Territory.objects.filter(code=old_code, valid_to=None)
        if ended.update(valid_to=max(change.at, change.old.valid_from)):
            touch(BOUNDARIES)


def scoped_models() -> Iterator[type[Scoped]]:
    """Every table whose rows lie in a territory; a new one needs no registration."""
    for model in apps.get_models():
        if issubclass(model, Scoped) and not getattr(model, "SCOPE_IS_HISTORY", False):
            yield model


def _successors(old_code: str) -> dict[str, list[str]]:
    """Successors of the territory and of those that lay inside it, the main one first."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = Succession.objects.filter(below(old_code, "old")).order_by("-is_main", "new")
    for old, new in rows.values_list("old_id", "new_id"):
        found[old].append(new)
    return dict(found)


def _rescope_model(model: type[Scoped], old_code: str, successors: dict[str, list[str]]) -> int:
    moved, last = 0, None
    while True:
        with transaction.atomic():
            rows = model._base_manager.filter(scope_q(old_code)).order_by("pk")
            batch = list((rows.filter(pk__gt=last) if last is not None else rows)[:BATCH])
            for new_code, keys in _destinations(batch, old_code, successors).items():
                moved += model._base_manager.filter(pk__in=keys).update(scope_code=new_code)
        if len(batch) < BATCH:
            return moved
        last = batch[-1].pk


def _destinations(batch: list[Any], old_code: str, successors: dict[str, list[str]]) -> dict[str, list[Any]]:
    """New code → keys of the rows that go there."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in batch:
        choices = successors.get(row.scope_code) or successors[old_code]
        found[_choose(row, choices)].append(row.pk)
    return found


def _choose(row: models.Model, choices: list[str]) -> str:
    lng, lat = getattr(row, "lng", None), getattr(row, "lat", None)
    if len(choices) > 1 and lng is not None and lat is not None:
        around = set(territories_at(lng, lat))
        return next((code for code in choices if code in around), choices[0])
    return choices[0]
