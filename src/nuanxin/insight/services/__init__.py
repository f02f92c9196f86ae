"""The writes of this context: figures kept for big places, and what leaves the system."""

from nuanxin.insight.services.exporting import export_breakdown, export_overview
from nuanxin.insight.services.refreshing import refresh_figures
from nuanxin.insight.services.workbooks import breakdown_workbook, overview_workbook

__all__ = [
    "breakdown_workbook",
    "export_breakdown",
    "export_overview",
    "overview_workbook",
    "refresh_figures",
]
