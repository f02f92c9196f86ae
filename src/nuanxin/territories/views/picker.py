"""Choosing a territory from the tree, step by step or by name; answers htmx with the whole picker."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nuanxin.kernel.access.http import public
from nuanxin.kernel.access.limits import limited
from nuanxin.territories import queries
from nuanxin.territories.enums import Level
from nuanxin.territories.models import Territory

NAME_CHARACTERS = 40


@require_safe
@public(
    "the statistical division tree is published by the statistics office; people choose from it to sign up"
)
@limited("search")
def picker(request: HttpRequest) -> HttpResponse:
    """`name`: of the field. `root`: the tree begins here. `code`: chosen so far. `finest`: deepest level offered."""
    asked = request.GET
    root = _existing(asked.get("root", ""))
    chosen = _existing(asked.get("code", "")) or root
    text = asked.get("picker_q", "").strip()
    finest = asked.get("finest", Level.COMMUNITY)
    within = root.code if root else ""
    levels = _levels(finest)
    options = (
        queries.search_territories(text, within=within, levels=levels)
        if text
        else [each for each in queries.children(chosen.code if chosen else "") if each.level in levels]
    )
    context = {
        "name": "".join(
            c for c in asked.get("name", "scope_code")[:NAME_CHARACTERS] if c.isalnum() or c in "_-"
        ),
        "label": asked.get("label", "")[:NAME_CHARACTERS],
        "root": root,
        "finest": finest,
        "chosen": chosen if chosen and chosen != root else None,
        "line": _line(root, chosen),
        "options": _labelled(options, with_path=bool(text)),
        "q": text,
        "is_complete": bool(chosen and chosen.level == finest),
    }
    return render(request, "territories/picker.html", context)


def _labelled(options: list[Territory], *, with_path: bool) -> list[dict[str, str]]:
    """What was found by its name is shown with the way to it: there are many 新华村."""
    paths = queries.path_names(each.code for each in options) if with_path else {}
    return [{"code": each.code, "label": paths.get(each.code) or each.short_name} for each in options]


def _existing(code: str) -> Territory | None:
    if not (code.isascii() and code.isdigit()):
        return None
    return next(iter(queries.territories_by_code([code])), None)


def _levels(finest: str) -> list[str]:
    """From the province down to the finest that is offered."""
    levels = list(Level.values)
    return levels[: levels.index(finest) + 1] if finest in levels else levels


def _line(root: Territory | None, chosen: Territory | None) -> list[Territory]:
    """The way from the root down to what is chosen."""
    if chosen is None:
        return []
    way = [*queries.ancestors(chosen.code), chosen]
    start = next((place for place, each in enumerate(way) if root and each.code == root.code), 0)
    return way[start:]
