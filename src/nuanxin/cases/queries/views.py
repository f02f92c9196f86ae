"""The views of the queue that somebody has: those shipped with the desk, and their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import SavedView
from nuanxin.cases.queries.queue import STREET_TABS, tabs_for
from nuanxin.kernel.access import Actor, policy

Text = str | Promise


@dataclass(frozen=True, slots=True)
class View:
    """`pk` is 0 for one that is shipped."""

    name: Text
    tab: str
    query: Mapping[str, str] = field(default_factory=dict)
    pk: int = 0
    is_default: bool = False


STREET_VIEWS = (
    View(_("危及生命"), "open", {"urgency": "U1"}),
    View(_("紧急待派"), "dispatch", {"urgency": "U2"}),
    View(_("紧急已超时"), "overdue", {"urgency": "U2"}),
    View(_("小哥报的待核实"), "screen", {"source": "worker"}),
)
OWN_VIEWS = (
    View(_("危及生命"), "open", {"urgency": "U1"}),
    View(_("新来的急件"), "new", {"urgency": "U2"}),
    View(_("紧急已超时"), "overdue", {"urgency": "U2"}),
)


def own_views(actor: Actor) -> QuerySet[SavedView]:
    """Of this person in this role, in their order."""
    return SavedView.objects.filter(policy.rule("cases.keep_views", actor)).order_by("position", "id")


def shipped_views(actor: Actor) -> Sequence[View]:
    return STREET_VIEWS if tabs_for(actor) is STREET_TABS else OWN_VIEWS


def views_of(actor: Actor) -> list[View]:
    """The own ones first, then the shipped ones; one statement. A tab that the role has lost is left out."""
    if not policy.permits(actor, "cases.keep_views"):
        return list(shipped_views(actor))
    tabs = {tab.name for tab in tabs_for(actor)}
    own = [
        View(row.name, row.tab, row.query, row.pk, row.is_default)
        for row in own_views(actor)
        if row.tab in tabs
    ]
    return [*own, *shipped_views(actor)]
