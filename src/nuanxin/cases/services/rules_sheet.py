"""A city's dispatch rules from a spreadsheet: which organisation takes a category in which area."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import TaskRole
from nuanxin.cases.models import DispatchRule
from nuanxin.cases.queries.catalogue import CATALOGUE
from nuanxin.cases.queries.parties import about_themselves, is_party
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, level_of
from nuanxin.kernel.access.scope import LEVELS
from nuanxin.kernel.sheets import Change, Column, Plan, Planned, Problem, Sheet, SheetRow, Verdict
from nuanxin.kernel.sheets.plan import refused
from nuanxin.kernel.sheets.read import Table
from nuanxin.people.models import Organisation
from nuanxin.people.queries import active_organisations, ancestor_codes
from nuanxin.territories.queries import territories_by_code

Text = str | Promise
LEAD, ASSIST = "主办", "协办"
PARTS = {LEAD: TaskRole.LEAD.value, ASSIST: TaskRole.ASSIST.value}
COLUMNS = (
    Column("category", "类别编号", _("四位数字，目录里要有。"), "0401", required=True, width=10),
    Column(
        "area",
        "区划代码",
        _("规则管到哪里：12 位区划代码，网格 15 位。最小的区划优先。"),
        "990101001000",
        required=True,
        width=16,
    ),
    Column(
        "organisation",
        "单位",
        _("单位的全称或统一社会信用代码；它的服务范围要包括这个区划。"),
        "城市管理局",
        required=True,
        width=26,
    ),
    Column("role", "分工", _("主办或协办，空着是主办。"), LEAD, choices=(LEAD, ASSIST), width=8),
    Column("note", "依据", _("文件名或权责清单条目，派单时显示给派单员。"), "权责清单第 12 条", width=30),
    Column("remove", "删除", _("填“是”删掉这条规则，空着是新增或修改。"), "", choices=("是",), width=8),
)
HEADINGS = {column.key: column.heading for column in COLUMNS}
Key = tuple[str, str, int]


def current(actor: Actor) -> list[dict[str, str]]:
    names = {value: name for name, value in PARTS.items()}
    rows = DispatchRule.objects.select_related("organisation").order_by(
        "category_id", "area_code", "role", "pk"
    )
    return [
        {
            "category": row.category_id,
            "area": row.area_code,
            "organisation": row.organisation.uscc or row.organisation.name,
            "role": names[row.role],
            "note": row.note,
        }
        for row in rows
        if row.role in names
    ]


def plan(actor: Actor, table: Table, lock: bool) -> Plan:  # noqa: FBT001  -- the signature that Sheet asks for
    rows = DispatchRule.objects.select_for_update() if lock else DispatchRule.objects.all()
    known = {(row.category_id, row.area_code, row.organisation_id): row for row in rows.order_by("pk")}
    units: dict[str, list[Organisation]] = defaultdict(list)
    for unit in active_organisations():
        for name in {unit.name, unit.short_name, unit.uscc} - {""}:
            units[name].append(unit)
    areas = {each.code for each in territories_by_code({row.text("area") for row in table.rows})}
    seen: dict[Key, int] = {}
    return Plan(tuple(_planned(row, known, units, areas, seen) for row in table.rows))


def apply(actor: Actor, plan: Plan, now: datetime) -> None:
    """Write the rules; cases that were dispatched already stay where they are."""
    for row in plan.effective:
        values = dict(row.values)
        rule = {name: values[name] for name in ("category_id", "area_code", "organisation_id")}
        if row.verdict == Verdict.REMOVED:
            DispatchRule.objects.filter(**rule).delete()
        else:
            DispatchRule.objects.update_or_create(
                **rule, defaults={"role": values["role"], "note": values["note"]}
            )
        audit.record(
            actor=actor,
            action="cases.import_dispatch_rule",
            object_type="cases.category",
            object_id=rule["category_id"],
            scope_code=rule["area_code"],
            detail={
                "organisation": rule["organisation_id"],
                "role": values["role"],
                "did": row.verdict.value,
            },
            now=now,
        )


SHEET = Sheet(
    name="cases.rules",
    title=_("派单规则"),
    lead=_("哪一类、在哪个区划、派给哪个单位。已经派出去的案件不变。"),
    permission="cases.categories",
    columns=COLUMNS,
    current=current,
    plan=plan,
    apply=apply,
)


def _planned(
    row: SheetRow,
    known: Mapping[Key, DispatchRule],
    units: Mapping[str, Sequence[Organisation]],
    areas: set[str],
    seen: dict[Key, int],
) -> Planned:
    problems: list[Problem] = []
    warnings: list[Problem] = []
    category = _category(row, problems)
    area = _area(row, areas, problems)
    unit = _unit(row, units, area, problems)
    role = PARTS.get(row.text("role") or LEAD, "")
    label = f"{category} {row.text('organisation')} {area}"
    if not role:
        problems.append(Problem(row.ref("role"), _("分工只能是主办或协办。")))
    if len(row.text("note")) > 200:
        problems.append(Problem(row.ref("note"), _("依据最多 200 个字。")))
    if row.text("remove") not in {"", "是"}:
        problems.append(Problem(row.ref("remove"), _("只能填“是”或空着。")))
    if not problems and unit is not None and not row.text("remove"):
        problems += _about_themselves(row, category, unit)
    if problems or unit is None:
        return refused(row, label, problems)
    key = (category, area, unit.pk)
    if key in seen:
        problem = Problem(row.ref("category"), _("和第 %(row)s 行是同一条规则。") % {"row": seen[key]})
        return refused(row, label, [problem])
    seen[key] = row.number
    kind = CATALOGUE.get()[category]
    if role == TaskRole.LEAD and unit.unit_type not in kind.lead:
        warnings.append(
            Problem(row.ref("organisation"), _("它的承办类型不在这一类的主办候选里，规则优先，请确认。"))
        )
    values = {
        "category_id": category,
        "area_code": area,
        "organisation_id": unit.pk,
        "role": role,
        "note": row.text("note"),
    }
    before = known.get(key)
    if row.text("remove"):
        return _removed(row, label, before, values)
    changes = _changes(before, role, row.text("note"))
    verdict = Verdict.NEW if before is None else Verdict.CHANGED if changes else Verdict.SAME
    return Planned(row.number, label, verdict, changes, warnings=tuple(warnings), values=values)


def _about_themselves(row: SheetRow, category: str, unit: Organisation) -> list[Problem]:
    """A complaint is never given to whom it is about, whatever the list of powers says."""
    kind = CATALOGUE.get()[category]
    if not is_party(kind, unit):
        return []
    return [Problem(row.ref("organisation"), about_themselves(kind, unit, "organisation").message)]


def _removed(row: SheetRow, label: str, before: DispatchRule | None, values: Mapping[str, object]) -> Planned:
    if before is None:
        return refused(row, label, [Problem(row.ref("remove"), _("没有这条规则，不用删。"))])
    return Planned(row.number, label, Verdict.REMOVED, values=values)


def _category(row: SheetRow, problems: list[Problem]) -> str:
    code = row.text("category").replace("-", "").zfill(4)
    if code not in CATALOGUE.get():
        problems.append(Problem(row.ref("category"), _("目录里没有编号 %(code)s。") % {"code": code[:20]}))
    return code


def _area(row: SheetRow, areas: set[str], problems: list[Problem]) -> str:
    code = row.text("area")
    if code not in areas:
        problems.append(
            Problem(row.ref("area"), _("没有区划 %(code)s，或者它已经撤销。") % {"code": code[:20] or "—"})
        )
    return code


def _unit(
    row: SheetRow, units: Mapping[str, Sequence[Organisation]], area: str, problems: list[Problem]
) -> Organisation | None:
    """The one organisation of that name whose area contains the rule's."""
    found = units.get(row.text("organisation"), [])
    covering = [unit for unit in found if _covers(unit.scope_code, area)]
    if len(covering) == 1:
        return covering[0]
    text: Text
    if not found:
        text = _("没有这个单位，或者已经停用；请先导入单位清单。")
    elif not covering:
        text = _("这个单位的服务范围不包括这个区划。")
    else:
        text = _("有 %(count)s 个同名的单位，请改写统一社会信用代码。") % {"count": len(covering)}
    problems.append(Problem(row.ref("organisation"), text))
    return None


def _covers(scope: str, area: str) -> bool:
    try:
        return scope[: LEVELS[level_of(scope)]] == area[: LEVELS[level_of(scope)]] or scope in ancestor_codes(
            area
        )
    except ValueError:
        return False


def _changes(before: DispatchRule | None, role: str, note: str) -> tuple[Change, ...]:
    names = {value: name for name, value in PARTS.items()}
    pairs = (
        ("role", names.get(before.role, "") if before else "", names[role]),
        ("note", before.note if before else "", note),
    )
    return tuple(Change(HEADINGS[key], old, new) for key, old, new in pairs if old != new)
