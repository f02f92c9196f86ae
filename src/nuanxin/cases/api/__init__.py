"""REST: report, list, detail, and every transition. Who reported is in none of it."""

from nuanxin.cases.api import reporting, working
from nuanxin.cases.api.routing import router

__all__ = ["reporting", "router", "working"]
