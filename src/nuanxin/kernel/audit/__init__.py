"""Who did what, when, to what, with what result; sealed in batches, so that a change shows (`design.md` §4)."""

from nuanxin.kernel.audit.record import record

__all__ = ["record"]
