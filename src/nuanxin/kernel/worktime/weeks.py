"""The week as people count it: from Monday's midnight in Shanghai."""

from datetime import datetime, time, timedelta

from nuanxin.kernel.worktime import SHANGHAI


def week_begins(now: datetime) -> datetime:
    day = now.astimezone(SHANGHAI).date()
    return datetime.combine(day - timedelta(days=day.weekday()), time.min, tzinfo=SHANGHAI)
