"""The role × action matrix as the policy reads it: once per process, and again when it has changed."""

from nuanxin.kernel.access.actor import NO_GRANTS, Grants
from nuanxin.kernel.cached import Cached
from nuanxin.people.models import RoleAction


def grants_of(role: str) -> Grants:
    """What the role holds, and how far; empty for an unknown role."""
    return matrix.get().get(role, NO_GRANTS)


def roles_holding(permission: str) -> list[str]:
    return sorted(role for role, grants in matrix.get().items() if permission in grants.extents)


def how_many_cells() -> int:
    """Of the matrix: who may do what, counted."""
    return RoleAction.objects.count()


def _read() -> dict[str, Grants]:
    extents: dict[str, dict[str, str]] = {}
    masked: dict[str, set[str]] = {}
    confidential: dict[str, set[str]] = {}
    cells = RoleAction.objects.values_list("role_id", "permission", "extent", "masked", "confidential")
    for role, permission, extent, is_masked, is_confidential in cells:
        extents.setdefault(role, {})[permission] = extent
        if is_masked:
            masked.setdefault(role, set()).add(permission)
        if is_confidential:
            confidential.setdefault(role, set()).add(permission)
    return {
        role: Grants(
            extents=held,
            masked=frozenset(masked.get(role, ())),
            confidential=frozenset(confidential.get(role, ())),
        )
        for role, held in extents.items()
    }


matrix = Cached("people.matrix", _read, ttl=60.0)
