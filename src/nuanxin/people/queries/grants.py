"""The role × action matrix as the policy reads it: once per process, and again after a minute."""

import time
from threading import Lock

from nuanxin.kernel.access.actor import NO_GRANTS, Grants
from nuanxin.people.models import RoleAction

# A change made in another process is seen within a minute; reading 270 small rows costs about a millisecond.
LIFETIME_SECONDS = 60.0

_lock = Lock()
_matrix: dict[str, Grants] = {}
_read_at = float("-inf")


def grants_of(role: str) -> Grants:
    """What the role holds, and how far; empty for an unknown role."""
    return _current().get(role, NO_GRANTS)


def roles_holding(permission: str) -> list[str]:
    return sorted(role for role, grants in _current().items() if permission in grants.extents)


def forget_grants() -> None:
    """Read the matrix anew at the next look."""
    global _read_at  # noqa: PLW0603  -- one value per process, guarded by the lock
    with _lock:
        _read_at = float("-inf")


def _current() -> dict[str, Grants]:
    global _matrix, _read_at  # noqa: PLW0603  -- one value per process, guarded by the lock
    if time.monotonic() - _read_at < LIFETIME_SECONDS:
        return _matrix
    with _lock:
        if time.monotonic() - _read_at >= LIFETIME_SECONDS:
            _matrix = _read()
            _read_at = time.monotonic() if _matrix else float("-inf")
    return _matrix


def _read() -> dict[str, Grants]:
    extents: dict[str, dict[str, str]] = {}
    masked: dict[str, set[str]] = {}
    confidential: dict[str, set[str]] = {}
    for action in RoleAction.objects.all():
        role = action.role_id
        extents.setdefault(role, {})[action.permission] = action.extent
        if action.masked:
            masked.setdefault(role, set()).add(action.permission)
        if action.confidential:
            confidential.setdefault(role, set()).add(action.permission)
    return {
        role: Grants(
            extents=cells,
            masked=frozenset(masked.get(role, ())),
            confidential=frozenset(confidential.get(role, ())),
        )
        for role, cells in extents.items()
    }
