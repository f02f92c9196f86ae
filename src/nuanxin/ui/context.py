"""What every page knows: the instant, how the reader likes it shown, and whose site it is."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from nuanxin.ui.preferences import TEXT_COOKIE, TEXT_SIZES, THEME_COOKIE, THEMES, chosen


def page(request: HttpRequest) -> dict[str, Any]:
    """The context processor named in the settings. `now` is read here, once, at the edge of rendering."""
    now: datetime = getattr(request, "now", None) or timezone.now()
    return {
        "now": now,
        "LANGUAGE_CODE": get_language() or settings.LANGUAGE_CODE,
        "theme": chosen(request, THEME_COOKIE, THEMES),
        "text_size": chosen(request, TEXT_COOKIE, TEXT_SIZES),
        "actor": getattr(request, "actor", None),
        "demo_mode": settings.DEMO,
        "icp_number": settings.ICP_NUMBER,
        "police_number": settings.POLICE_NUMBER,
        "map_review_number": settings.MAP_REVIEW_NUMBER,
    }
