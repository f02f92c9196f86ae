"""The policy: permission → rule. A rule yields the one `Q` that answers both "which?" and "may I?"."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models import ExpressionWrapper, Q, QuerySet

from nuanxin.kernel.access.actor import SYSTEM, Actor
from nuanxin.kernel.access.scope import NOTHING
from nuanxin.kernel.prepared import KeptFor, PreparedFor

M = TypeVar("M", bound=models.Model)
Rule = Callable[[Actor], Q]

_rules: dict[str, Rule] = {}


def register(permission: str, rule_for: Rule | None = None) -> None:
    """Declare a permission. Without a rule it has no object (`cases.report`): the grant alone decides."""
    if permission in _rules:
        raise ValueError(f"permission registered twice: {permission}")
    _rules[permission] = rule_for or _by_grant_only


def _by_grant_only(actor: Actor) -> Q:
    return Q()


def permissions() -> list[str]:
    return sorted(_rules)


def rule(permission: str, actor: Actor) -> Q:
    """The rows on which the actor has the permission; raises `KeyError` for one that nobody registered."""
    rule_for = _rules[permission]
    if actor.role == SYSTEM.role:
        return Q()
    return rule_for(actor) if permits(actor, permission) else NOTHING


def permits(actor: Actor, permission: str) -> bool:
    """Whether the actor's role holds the permission at all, on whichever rows."""
    if permission not in _rules:
        raise KeyError(permission)
    return actor.role == SYSTEM.role or bool(actor.extent(permission))


def visible(queryset: QuerySet[M], permission: str, actor: Actor) -> QuerySet[M]:
    return queryset.filter(rule(permission, actor))


def allows(actor: Actor, permission: str, instance: models.Model) -> bool:
    """One truth for lists and single objects: the object must be among those the rule selects."""
    manager = type(instance)._default_manager
    return manager.filter(rule(permission, actor), pk=instance.pk).exists()


def held(actor: Actor, names: Iterable[str], instance: models.Model) -> set[str]:
    """Which of the permissions the actor has on this very object; one query for all of them."""
    always, asked = _sorted.of(actor, frozenset(names))
    if not asked:
        return set(always)
    row = _answers.of(actor, type(instance), asked).first(pk=instance.pk) or ()
    return {*always, *(name for name, answer in zip(asked, row, strict=False) if answer)}


def _sort(actor: Actor, names: frozenset[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Those that hold on whatever object, and those that the object decides."""
    rules = {name: rule(name, actor) for name in names if permits(actor, name)}
    always = frozenset(name for name, which in rules.items() if not which)
    return always, tuple(sorted(rules.keys() - always))


_sorted = KeptFor(_sort, most=256)


def _ask(
    actor: Actor, model: type[models.Model], names: tuple[str, ...], *, pk: int
) -> "QuerySet[Any, tuple[bool, ...]]":
    tests = {
        f"may_{number}": ExpressionWrapper(rule(name, actor), output_field=models.BooleanField())
        for number, name in enumerate(names)
    }
    answers: QuerySet[Any, tuple[bool, ...]]
    answers = model._default_manager.filter(pk=pk).annotate(**tests).values_list(*tests)
    return answers


_answers = PreparedFor(_ask, most=256, pk=models.BigIntegerField())
