"""REST: report, list, detail, and every transition. Who reported is in none of it."""

from ninja import Router

from nuanxin.cases.api import reporting, working

router = Router()
router.add_router("", reporting.router)
router.add_router("", working.router)

__all__ = ["router"]
