"""Who may do what: an actor in one assignment, one `Q` for every rule (`design.md` §6)."""

from nuanxin.kernel.access.actor import ANONYMOUS, SYSTEM, Actor
from nuanxin.kernel.access.policy import allows, permits, register, rule, visible
from nuanxin.kernel.access.scope import NOTHING, level_of, lies_in, scope_q, significant

__all__ = [
    "ANONYMOUS",
    "NOTHING",
    "SYSTEM",
    "Actor",
    "allows",
    "level_of",
    "lies_in",
    "permits",
    "register",
    "rule",
    "scope_q",
    "significant",
    "visible",
]
