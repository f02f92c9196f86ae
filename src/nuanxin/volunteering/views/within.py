"""What a list of staff can be narrowed to."""

from django.utils.translation import gettext as _

from nuanxin.territories.enums import Level
from nuanxin.territories.queries import children, territories_by_code


def territories_within(scope: str, within: str) -> list[tuple[str, str]]:
    """Everywhere, the own territory, what lies below."""
    own = territories_by_code([code for code in (scope, within) if code])
    inside = [each for above in own for each in children(above.code) if each.level != Level.GRID]
    choices = {"": _("所有地方")} | {each.code: each.short_name for each in [*own, *inside]}
    return list(choices.items())
