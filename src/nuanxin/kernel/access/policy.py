"""The policy: permission → rule. A rule yields the one `Q` that answers both "which?" and "may I?"."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import models
from django.db.models import ExpressionWrapper, Q, QuerySet

from nuanxin.kernel.access.actor import SYSTEM, Actor
from nuanxin.kernel.access.scope import NOTHING

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
    rules = {name: rule(name, actor) for name in names if permits(actor, name)}
    always = {name for name, condition in rules.items() if not condition}
    asked = {f"may_{number}": name for number, name in enumerate(sorted(rules.keys() - always))}
    if not asked:
        return always
    tests = {
        column: ExpressionWrapper(rules[name], output_field=models.BooleanField())
        for column, name in asked.items()
    }
    row = (
        type(instance)._default_manager.filter(pk=instance.pk).annotate(**tests).values(*asked).first() or {}
    )
    return always | {name for column, name in asked.items() if row.get(column)}
