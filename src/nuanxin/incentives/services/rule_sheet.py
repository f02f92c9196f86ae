"""The rules in force as a file; audited. There is nobody in it."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from nuanxin.incentives.queries.rule_pages import (
    RULE_STATES,
    RuleFilters,
    RuleRow,
    conditions_shown,
    narrowed,
    rules_now,
)
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, permits
from nuanxin.kernel.downloads import File, stamp, table_file
from nuanxin.kernel.errors import NotAllowed


def export_rules(*, actor: Actor, filters: RuleFilters, form: str, now: datetime) -> File:
    """`form`: csv or xlsx. Raises `NotAllowed`."""
    if not permits(actor, "incentives.rules_view"):
        raise NotAllowed
    rows = narrowed(rules_now(now), filters)
    audit.record(
        actor=actor, action="incentives.rules_export", object_type="incentives.rule", scope_code=actor.scope_code,
        detail={"rows": len(rows), "form": form}, now=now,
    )  # fmt: skip
    head = [
        _("代码"),
        _("规则"),
        _("归在哪一类"),
        _("听哪件事"),
        _("附加条件"),
        _("给多少"),
        _("上限"),
        _("多少个月有效"),
        _("版本"),
        _("从什么时候起"),
        _("状态"),
    ]
    table = [_cells(row) for row in rows]
    return table_file(f"point-rules-{stamp(now)}", head, table, title=_("积分规则"), form=form, now=now)


def _cells(row: RuleRow) -> list[str]:
    version = row.version
    states = [str(label) for name, label in RULE_STATES if name in row.states]
    return [
        version.code, version.name, str(version.get_group_display()), str(row.event), conditions_shown(version),
        str(row.worth), "\n".join(row.caps), str(version.months), str(version.number),
        timezone.localdate(version.effective_from).isoformat(), " / ".join(states),
    ]  # fmt: skip
