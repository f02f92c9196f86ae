"""Trees of teams from a spreadsheet and into one: 1+6+9, 1+7+N, the 164 teams of a city, as rows with their parent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, lies_in, permits, rule
from nuanxin.kernel.downloads import File, stamp, table_file
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.sheets import Change, Column, Plan, Planned, Problem, Sheet, SheetRow, Verdict
from nuanxin.kernel.sheets.plan import refused
from nuanxin.kernel.sheets.read import Table
from nuanxin.territories.queries import territories_by_code
from nuanxin.volunteering.enums import BadgeColour
from nuanxin.volunteering.models import DEEPEST, Team
from nuanxin.volunteering.queries.team_catalogue import team_catalogue
from nuanxin.volunteering.queries.teams import EXPORT_MOST, TeamFilters, TeamRow, teams_to_export
from nuanxin.volunteering.services.teams import TeamData, change_team, create_team

Text = str | Promise
PERMISSION = "volunteering.import_teams"
COLUMNS = (
    Column(
        "name",
        "队伍名称",
        _("全称，同一区划里不能重名，最多 80 个字。"),
        "枫林骑手志愿服务队",
        required=True,
        width=26,
    ),
    Column("level", "层级", _("你们怎么叫就怎么写：总队、分队、站、小组。"), "分队", width=10),
    Column("scope_code", "区划代码", _("服务范围：12 位区划代码。"), "990101001000", required=True, width=16),
    Column(
        "parent",
        "上级队伍",
        _("上级队伍的全称，要已经登记或在本表前面的行；空着就是一棵树的顶。"),
        "",
        width=26,
    ),
    Column("speciality", "专长", _("从右边的清单里选一个；可以不填。"), "", width=14),
    Column("sources", "队员来源", _("用顿号隔开；清单在右边。"), "居民志愿者、骑手和快递员", width=26),
    Column("colour", "徽章颜色", _("从右边的清单里选一个；空着是暖橙。"), "暖橙", width=10),
    Column("words", "做什么", _("一两句话，最多 200 个字。"), "", width=30),
    Column("takes_requests", "可以申请加入", _("是或否；空着是“是”。"), "是", width=12),
)
HEADINGS = {column.key: column.heading for column in COLUMNS}
YES, NO = "是", "否"


class TooManyTeams(Invalid):
    default_message = _("符合条件的超过 5,000 行，一次导不完。")
    default_hint = _("请选一个街道，分几次导出；没有导出任何内容。")


@dataclass(slots=True)
class _State:
    """What the rows are compared with; `depths` by name: how deep a team hangs, those of the file included."""

    actor: Actor
    known: Mapping[tuple[str, str], Team]
    areas: set[str]
    mine: set[int]
    depths: dict[str, int]
    seen: dict[tuple[str, str], int] = field(default_factory=dict)


def current(actor: Actor) -> list[dict[str, str]]:
    rows = Team.objects.filter(rule(PERMISSION, actor), closed_at=None).select_related("parent", "speciality")
    return [_shown(each) for each in rows.order_by("depth", "scope_code", "pk")]


def plan(actor: Actor, table: Table, lock: bool) -> Plan:  # noqa: FBT001  -- the signature that Sheet asks for
    rows = Team.objects.filter(closed_at=None).order_by("pk")
    held = list(
        (rows.select_for_update(of=("self",)) if lock else rows).select_related("parent", "speciality")
    )
    state = _State(
        actor=actor,
        known={(each.scope_code, each.name): each for each in held},
        areas={each.code for each in territories_by_code({row.text("scope_code") for row in table.rows})},
        mine=set(Team.objects.filter(rule(PERMISSION, actor)).values_list("pk", flat=True)),
        depths={each.name: each.depth for each in held},
    )
    return Plan(tuple(_planned(row, table, state) for row in table.rows))


def _planned(row: SheetRow, table: Table, state: _State) -> Planned:
    label = row.text("name")
    key = (row.text("scope_code"), label)
    before = state.known.get(key)
    if problems := _problems(row, before, state):
        return refused(row, label, problems)
    state.seen[key] = row.number
    state.depths[label] = state.depths.get(row.text("parent"), -1) + 1
    shown = _shown(before) if before else dict.fromkeys(HEADINGS, "")
    said = shown | {each: row.text(each) for each in HEADINGS if each in table.keys}
    said["colour"] = said["colour"] or str(BadgeColour.ORANGE.label)
    said["takes_requests"] = said["takes_requests"] or YES
    changes = tuple(
        Change(HEADINGS[each], shown[each], said[each]) for each in HEADINGS if shown[each] != said[each]
    )
    verdict = Verdict.NEW if before is None else Verdict.CHANGED if changes else Verdict.SAME
    return Planned(row.number, label, verdict, changes, values={**said, "pk": before.pk if before else None})


def _problems(row: SheetRow, before: Team | None, state: _State) -> list[Problem]:
    """Each cell by itself, then the tree."""
    words, code = team_catalogue(), row.text("scope_code")
    key, parent = (code, row.text("name")), row.text("parent")
    names = {each.name_zh for each in words.sources.values()}
    unknown = [each for each in _listed(row.text("sources")) if each not in names]
    said: dict[str, Text | None] = {
        "name": None if 0 < len(row.text("name")) <= 80 else _("队伍名称要有，最多 80 个字。"),
        "level": None if len(row.text("level")) <= 20 else _("最多 20 个字。"),
        "words": None if len(row.text("words")) <= 200 else _("最多 200 个字。"),
        "scope_code": _place(code, state),
        "speciality": None
        if not row.text("speciality")
        or row.text("speciality") in {each.name_zh for each in words.specialities.values()}
        else _("没有“%(name)s”这个专长；清单在模板的“填写说明”里。") % {"name": row.text("speciality")},
        "sources": _("没有“%(name)s”这个来源；清单在模板的“填写说明”里。") % {"name": unknown[0]}
        if unknown
        else None,
        "colour": None
        if not row.text("colour") or row.text("colour") in _colours()
        else _("颜色只有：%(names)s。") % {"names": "、".join(_colours())},
        "takes_requests": None if row.text("takes_requests") in ("", YES, NO) else _("只填“是”或“否”。"),
        "parent": _above(row.text("name"), parent, state),
    }
    if key in state.seen:
        said["name"] = _("和第 %(row)s 行是同一支队伍。") % {"row": state.seen[key]}
    if before is not None and before.pk not in state.mine:
        said["name"] = _("这支队伍不归您改。")
    return [Problem(row.ref(column), text) for column, text in said.items() if text]


def _place(code: str, state: _State) -> Text | None:
    if code not in state.areas:
        return _("没有区划 %(code)s，或者它已经撤销。") % {"code": code[:20] or "—"}
    if state.actor.role == SYSTEM.role or state.actor.extent(PERMISSION) == "all":
        return None
    inside = lies_in(code, state.actor.scope_code)
    return None if inside else _("这个区划不在您的辖区里。")


def _above(name: str, parent: str, state: _State) -> Text | None:
    if not parent:
        return None
    if parent == name:
        return _("上级队伍不能是它自己。")
    if parent not in state.depths:
        return _("没有这支上级队伍；把它放到前面的行，或先登记。")
    if state.depths[parent] >= DEEPEST:
        return _("队伍最多分五层，请挂到高一点的队伍下面。")
    return None


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.replace(",", "、").replace("，", "、").split("、") if each.strip()]


def _colours() -> dict[str, str]:
    return {str(each.label): each.value for each in BadgeColour}


def _shown(team: Team) -> dict[str, str]:
    words = team_catalogue()
    return {
        "name": team.name,
        "level": team.level,
        "scope_code": team.scope_code,
        "parent": team.parent.name if team.parent else "",
        "speciality": team.speciality.name_zh if team.speciality else "",
        "sources": "、".join(
            words.sources[code].name_zh for code in team.sources.split() if code in words.sources
        ),
        "colour": str(BadgeColour(team.colour).label),
        "words": team.words,
        "takes_requests": YES if team.takes_requests else NO,
    }


def apply(actor: Actor, plan: Plan, now: datetime) -> None:
    """New teams and changed ones, row by row, so that a parent of the file is there before what hangs from it."""
    known = {each.name: each for each in Team.objects.filter(closed_at=None)}
    for row in plan.effective:
        data = _data(row.values, known)
        if row.values["pk"] is None:
            team = create_team(actor=actor, data=data, now=now)
        else:
            before = Team.objects.get(pk=row.values["pk"])
            team = change_team(actor=actor, public_id=before.public_id, data=data, now=now)
        known[team.name] = team


def _data(values: Mapping[str, Any], known: Mapping[str, Team]) -> TeamData:
    words = team_catalogue()
    specialities = {each.name_zh: code for code, each in words.specialities.items()}
    sources = {each.name_zh: code for code, each in words.sources.items()}
    above = known.get(values["parent"])
    before = next((each for each in known.values() if each.pk == values["pk"]), None)
    return TeamData(
        name=values["name"],
        scope_code=values["scope_code"],
        level=values["level"],
        words=values["words"],
        colour=_colours()[values["colour"]],
        icon=before.icon if before else "heart-handshake",
        speciality=specialities.get(values["speciality"], ""),
        sources=tuple(sources[each] for each in _listed(values["sources"])),
        takes_requests=values["takes_requests"] == YES,
        parent=above.public_id if above else None,
    )


def export_teams(*, actor: Actor, filters: TeamFilters, form: str, now: datetime) -> File:
    """What the list shows, in the columns of the import; figures, never who is a member. Audited.

    Raises `NotAllowed`, `TooManyTeams`.
    """
    if not permits(actor, "volunteering.export_teams"):
        raise NotAllowed
    rows = teams_to_export(actor, filters, now=now)
    if len(rows) > EXPORT_MOST:
        raise TooManyTeams
    audit.record(
        actor=actor, action="volunteering.export_teams", object_type="volunteering.team",
        scope_code=actor.scope_code, detail={"rows": len(rows), "form": form}, now=now,
    )  # fmt: skip
    head = [*HEADINGS.values(), str(_("队员")), str(_("队长"))]
    table = [_cells(each) for each in rows]
    return table_file(f"teams-{stamp(now)}", head, table, title=_("志愿服务队"), form=form, now=now)


def _cells(row: TeamRow) -> list[str]:
    return [*_shown(row.team).values(), str(row.members), str(row.leaders)]


SHEET = Sheet(
    name="volunteering.teams",
    title=_("志愿服务队"),
    lead=_("一行一支队伍，“上级队伍”连成树；同一区划里同名的当作同一支，没写在表里的不变。"),
    permission=PERMISSION,
    columns=COLUMNS,
    lists=lambda: {
        "speciality": [each.name_zh for each in team_catalogue().specialities.values() if each.is_active],
        "sources": [each.name_zh for each in team_catalogue().sources.values() if each.is_active],
        "colour": list(_colours()),
    },
    current=current,
    plan=plan,
    apply=apply,
)
