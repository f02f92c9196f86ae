"""The writes of this context: figures kept for big places, and what leaves the system."""

from nuanxin.insight.services.exporting import export_breakdown, export_overview
from nuanxin.insight.services.refreshing import refresh_figures

__all__ = ["export_breakdown", "export_overview", "refresh_figures"]
