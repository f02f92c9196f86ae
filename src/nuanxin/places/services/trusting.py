"""The weights and limits of how sure one may be: a city's own to set."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.places.models import TruthRule
from nuanxin.places.queries.truth_rules import RULES, shipped, values_in_force

MOST = 100_000


class BadRule(Invalid):
    default_message = _("有一个数不对。")
    default_hint = _("百分数在 0 到 100 之间，其余至少是 1；要几个人说，至少 2 个。")


def put_truth_rules(*, actor: Actor, values: Mapping[str, int], now: datetime) -> bool:
    """These from now on; returns whether anything changed. Raises `NotAllowed`, `BadRule`."""
    if not policy.permits(actor, "places.catalogue"):
        raise NotAllowed
    known = shipped()
    wrong = [name for name, value in values.items() if name not in known or not _is_good(name, value)]
    if wrong:
        raise BadRule(fields={name: BadRule.default_hint for name in wrong if name in known})
    before = values_in_force()
    changed = sorted(name for name, value in values.items() if before[name] != value)
    if not changed:
        return False
    with transaction.atomic():
        for name in changed:
            TruthRule.objects.update_or_create(name=name, defaults={"value": values[name]})
        RULES.changed()
        audit.record(
            actor=actor, action="places.put_truth_rules", object_type="places.truth", object_id="truth",
            detail={"changed": changed}, now=now,
        )  # fmt: skip
    return True


def _is_good(name: str, value: int) -> bool:
    if shipped()[name].unit == "%":
        return 0 <= value <= 100
    return (2 if name == "shut_people" else 1) <= value <= MOST
