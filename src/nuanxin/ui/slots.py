"""Slots: places in a page that the contexts above fill, without the page knowing them.

A context registers in its `AppConfig.ready()`:

    from nuanxin.ui import slots
    slots.register("rail", slots.Item(_("队列"), "cases:queue", icon="inbox", permission="cases.read"), order=10)
    slots.register("home", slots.Panel("cases/home_panel.html", context=home_context), order=20)

What is not the daily work of whoever reads it stands in the rail under a heading: `register(…, group="places")`, where
`slots.name_group("places", _("点位"), icon="map-pin", order=20)` says how it is called.

Known slots: `phone_tabs`, `rail`, `rail_foot`, `header` (beside the person in the workbench), `home`,
`home_work` (what a keeper with a phone does here, above everything else on the first page), `my_page`,
`case` (above the facts of a case: what other systems have to say about it), `search` (one item: where the workbench's
search field leads, words in `q`), `place_point` (one item: what answers `?q=` with buttons that carry `data-lng`,
`data-lat` and `data-scope`, to put a pin there), `page_top` (above everything, everywhere), `phone_worker` (one
item: the script that keeps pages for when there is no signal), `kept_page` (a page that such a phone keeps; the one
view in `match` is what it keeps of it: nobody's), `map_background` (one
item: the style that lies below every map), `report` (one item: where one reports, `?category=` chosen), `team_desk`
(what else there is of a team, `?team=`), `footer` (links below every page),
`received` and `contributed` (figures of one's own: what the city did for
somebody, and the other way).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True)
class Item:
    """A link. `match` are the view names (or `namespace:` prefixes) for which it counts as the current one.

    `about` says what one does there, where there is room for it. Of several permissions one is enough.
    """

    label: str | Promise
    url_name: str
    icon: str = ""
    permission: str | tuple[str, ...] | None = None
    match: tuple[str, ...] = ()
    primary: bool = False
    count: Callable[[HttpRequest], int] | None = None
    group: str = ""
    about: str | Promise = ""

    def is_current(self, view_name: str) -> bool:
        names = self.match or (self.url_name,)
        return any(view_name == name or (name.endswith(":") and view_name.startswith(name)) for name in names)


@dataclass(frozen=True)
class Panel:
    """A piece of page: a template and the context it needs, read for this request."""

    template: str
    context: Callable[[HttpRequest], Mapping[str, Any]] = field(default=lambda request: {})
    permission: str | None = None


@dataclass(frozen=True)
class Link:
    """An `Item` as one request sees it."""

    label: str | Promise
    url: str
    icon: str
    current: bool
    primary: bool
    count: int | None
    group: str = ""
    about: str | Promise = ""


@dataclass(frozen=True)
class Group:
    """A heading over links."""

    label: str | Promise
    icon: str
    order: int


@dataclass(frozen=True)
class Section:
    """Links that stand together, as one request sees them; without a heading when there is none or but one link."""

    links: list[Link]
    heading: Group | None = None
    open: bool = True


@dataclass(frozen=True)
class Figure:
    """A number of one's own with how it is counted. `value` answers for this week and since the start, as shown."""

    label: str | Promise
    unit: str | Promise
    definition: str | Promise
    icon: str
    value: Callable[[HttpRequest], tuple[str, str]]
    url_name: str = ""
    permission: str | None = None


@dataclass(frozen=True)
class Counted:
    """A `Figure` as one request sees it."""

    figure: Figure
    week: str
    always: str
    url: str


Entry = Item | Panel | Figure
_registry: dict[str, list[tuple[int, Entry]]] = defaultdict(list)
_groups: dict[str, Group] = {}
AT_A_GLANCE = 12  # so many links are read without searching: up to here every heading is open


def register(slot: str, item: Entry, *, order: int = 50, group: str = "") -> None:
    """Idempotent: registering an equal item again changes nothing. Links of one `group` stand under its heading."""
    if group and isinstance(item, Item):
        item = replace(item, group=group)
    if all(known != item for _, known in _registry[slot]):
        _registry[slot].append((order, item))
        _registry[slot].sort(key=lambda entry: entry[0])


def name_group(name: str, label: str | Promise, *, icon: str, order: int) -> None:
    """Give the links registered with this `group` their heading; idempotent."""
    _groups[name] = Group(label, icon, order)


def entries(slot: str, request: HttpRequest) -> list[Entry]:
    """What this request's actor may see, in order."""
    return [item for _, item in _registry[slot] if _permitted(item, request)]


def kept_pages(request: HttpRequest) -> dict[str, str]:
    """The address of each page that a phone keeps, and of what it keeps of it."""
    found = entries("kept_page", request)
    return {reverse(each.url_name): reverse(each.match[0]) for each in found if isinstance(each, Item)}


def links(slot: str, request: HttpRequest) -> list[Link]:
    match = request.resolver_match
    view_name = match.view_name if match else ""
    return [_link(item, request, view_name) for item in entries(slot, request) if isinstance(item, Item)]


def sections(slot: str, request: HttpRequest) -> list[Section]:
    """The links of a slot under their headings: those without first, then group by group.

    A long list is folded: open is the heading under which the reader stands.
    """
    found = links(slot, request)
    parts = [Section([link for link in found if not link.group])]
    for name, heading in sorted(_groups.items(), key=lambda each: each[1].order):
        within = [link for link in found if link.group == name]
        stands_here = any(link.current for link in within)
        if len(within) > 1:
            parts.append(Section(within, heading, stands_here or len(found) <= AT_A_GLANCE))
        elif within:
            parts.append(Section(within))
    return [part for part in parts if part.links]


def figures(slot: str, request: HttpRequest) -> list[Counted]:
    """Each with its two numbers, in order."""
    found = [item for item in entries(slot, request) if isinstance(item, Figure)]
    return [
        Counted(each, *each.value(request), reverse(each.url_name) if each.url_name else "") for each in found
    ]


def _permitted(item: Entry, request: HttpRequest) -> bool:
    if item.permission is None:
        return True
    from nuanxin.kernel.access import policy  # apps.py imports this module before models may be loaded

    actor = getattr(request, "actor", None)
    names = (item.permission,) if isinstance(item.permission, str) else item.permission
    return actor is not None and any(policy.permits(actor, name) for name in names)


def _link(item: Item, request: HttpRequest, view_name: str) -> Link:
    return Link(
        label=item.label,
        url=reverse(item.url_name),
        icon=item.icon,
        current=item.is_current(view_name),
        primary=item.primary,
        count=item.count(request) if item.count else None,
        group=item.group,
        about=item.about,
    )
