"""Which areas somebody may choose: the own one, what lies below, and the grids of a community."""

from nuanxin.kernel.access import Actor
from nuanxin.territories.queries import children, path_names


def areas_of(actor: Actor, *, with_grids: bool = False) -> list[tuple[str, str]]:
    """Codes with their names, two levels below the own one; of a whole city the districts and streets."""
    top = actor.scope_code
    if not top:
        return [(each.code, each.name) for each in children()[:40]]
    inside = list(children(top))
    below = [row for child in inside[:40] for row in children(child.code)] if len(inside) <= 40 else []
    codes = [top, *(row.code for row in [*inside, *below] if with_grids or len(row.code) < 15)]
    names = path_names(codes)
    return [(code, names[code]) for code in sorted(codes)]
