"""What leaves by a webhook: which events, and of each only these fields. What is not listed here stays.

No subject, no person, no free text, no place below the community. Events that a reporter causes carry the hour, not
the minute, and are sent when the hour is over: otherwise the moment of sending would tell what the text does not.
Confidential kinds, and those that are about whoever runs a gate or a shop, do not leave at all.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuanxin.cases import events
from nuanxin.cases.enums import Urgency
from nuanxin.kernel.access.scope import LEVELS
from nuanxin.kernel.workflow import Text

HOUR = timedelta(hours=1)
TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class Published:
    """`fields` of the event that go out as they are; `by_reporter` is coarsened and held back."""

    event: type
    label: Text
    fields: tuple[str, ...]
    by_reporter: bool = False
    unit: bool = False  # whether it names the organisation, by its public id and kind

    @property
    def name(self) -> str:
        return f"cases.{self.event.__name__}"


_ALL = (
    Published(events.CaseReported, _("收到上报"), ("number", "category", "urgency"), by_reporter=True),
    Published(events.CaseFiled, _("已立案"), ("number", "category")),
    Published(events.CaseRejected, _("已不予受理"), ("number", "category", "reason")),
    Published(events.CaseRecategorised, _("改了类别"), ("number", "category_before", "category")),
    Published(events.TaskDispatched, _("派单给单位"), ("number", "category", "urgency", "role"), unit=True),
    Published(events.TaskClaimed, _("社区领单"), ("number",), unit=True),
    Published(events.TaskAccepted, _("单位接单"), ("number", "role"), unit=True),
    Published(events.TaskReturned, _("单位退回"), ("number", "reason"), unit=True),
    Published(events.HazardContained, _("险情已控制"), ("number",), unit=True),
    Published(events.ResultSubmitted, _("已提交结果"), ("number", "self_handled"), unit=True),
    Published(events.ReworkRequested, _("返工"), ("number", "rework_count"), unit=True),
    Published(events.ExtensionGranted, _("延期获准"), ("number", "until", "count"), unit=True),
    Published(events.CaseShelved, _("已挂账"), ("number", "target"), unit=True),
    Published(events.CaseUnshelved, _("已销账"), ("number",), unit=True),
    Published(events.ClockPassed, _("超过时限"), ("number", "clock", "level"), unit=True),
    Published(events.SupervisionOpened, _("被督办"), ("number", "level", "cause"), unit=True),
    Published(events.CaseClosed, _("已结案"), ("number", "category", "outcome", "on_time"), unit=True),
    Published(events.CaseReopened, _("重新打开"), ("number",), by_reporter=True),
)
PUBLISHED: Mapping[str, Published] = {each.name: each for each in _ALL}


@dataclass(frozen=True, slots=True)
class Unit:
    id: str
    type: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is said, and from when on it may be sent."""

    type: str
    topic: str
    body: Mapping[str, Any]
    not_before: datetime


def outgoing(
    published: Published,
    happened: Any,
    *,
    scope_code: str,
    occurred_at: datetime,
    unit: Unit | None,
    now: datetime,
) -> Outgoing:
    """The event as others may read it."""
    data: dict[str, Any] = {name: getattr(happened, name) for name in published.fields}
    data["area"] = scope_code[: LEVELS["community"]]
    if published.unit:
        data["unit"] = asdict(unit) if unit else None
    at, not_before = occurred_at, now
    if published.by_reporter:
        at = occurred_at.replace(minute=0, second=0, microsecond=0)
        if getattr(happened, "urgency", "") != Urgency.U1:  # nobody waits an hour to hear of a gas leak
            not_before = at + HOUR
    return Outgoing(published.name, happened.number, _envelope(published.name, at, data), not_before)


def trial_body(now: datetime) -> Mapping[str, Any]:
    return _envelope(TEST, now, {"message": "暖新：这是一条测试消息。This is a test message."})


def _envelope(name: str, at: datetime, data: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": name, "timestamp": at.astimezone(UTC).isoformat(timespec="seconds"), "data": data}
