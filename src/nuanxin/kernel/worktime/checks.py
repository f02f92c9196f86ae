"""What `nuanxin check` says about the calendar."""

from datetime import date

from django.utils.translation import gettext as _

from nuanxin.kernel.worktime.tables import library, tables

NOTICE_MONTH = 11  # the State Council publishes the next year's holidays each November


def check_calendar(today: date) -> list[str]:
    """Warnings in the active language; empty when all is well."""
    loaded = tables.get().loaded_years
    expected = [today.year] + ([today.year + 1] if today.month >= NOTICE_MONTH else [])
    warnings = []
    for year in expected:
        if year in loaded:
            continue
        if year in library():
            warnings.append(
                _("%(year)d 年的放假通知没有导入，暂用程序库自带的数据；请导入国务院办公厅的通知。")
                % {"year": year}
            )
        else:
            warnings.append(
                _(
                    "%(year)d 年的放假安排没有导入：进入 %(year)d 年的截止时间按周一到周五推算，只是暂定，"
                    "上一年 12 月底也可能调整；请导入国务院办公厅的通知。"
                )
                % {"year": year}
            )
    return warnings
