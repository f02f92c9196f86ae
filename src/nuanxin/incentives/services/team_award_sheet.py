"""What leaders have given, as a file; audited. Names only for whoever may know who belongs to a team."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from nuanxin.incentives.queries.team_awards import (
    EXPORT_MOST,
    TeamAwardFilters,
    TeamAwardRow,
    listed_team_awards,
)
from nuanxin.incentives.services.honour_sheet import TooMany
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, permits
from nuanxin.kernel.downloads import File, stamp, table_file
from nuanxin.kernel.errors import NotAllowed

EXPORT = "incentives.team_award_export"


def export_team_awards(*, actor: Actor, filters: TeamAwardFilters, form: str, now: datetime) -> File:
    """Raises `NotAllowed`, `TooMany`."""
    if not permits(actor, EXPORT):
        raise NotAllowed
    rows, more = listed_team_awards(actor, filters, limit=EXPORT_MOST, permission=EXPORT)
    if more:
        raise TooMany
    audit.record(
        actor=actor, action="incentives.team_awards_export", object_type="incentives.team_award",
        scope_code=actor.scope_code, detail={"rows": len(rows), "form": form}, now=now,
    )  # fmt: skip
    head = [
        _("日期"),
        _("队伍"),
        _("谢谁"),
        _("分数"),
        _("谢什么"),
        _("哪一次活动"),
        _("状态"),
        _("为什么收回"),
    ]
    table = [_cells(row) for row in rows]
    return table_file(f"team-thanks-{stamp(now)}", head, table, title=_("队里的感谢"), form=form, now=now)


def _cells(row: TeamAwardRow) -> list[str]:
    award = row.award
    return [
        timezone.localdate(award.at).isoformat(), award.team.name, row.name, str(award.amount), award.reason,
        award.shift.activity.title if award.shift else "", str(award.get_state_display()), award.reversed_because,
    ]  # fmt: skip
