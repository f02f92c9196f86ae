"""A city's list of units from a spreadsheet."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, lies_in, scope_q
from nuanxin.kernel.audit import record
from nuanxin.kernel.events import publish
from nuanxin.kernel.sheets import Change, Column, Plan, Planned, Problem, Sheet, SheetRow, Verdict
from nuanxin.kernel.sheets.labels import chinese, value_of
from nuanxin.kernel.sheets.plan import refused
from nuanxin.kernel.sheets.read import Table
from nuanxin.people.enums import OrganisationKind, UnitType
from nuanxin.people.events import OrganisationCreated
from nuanxin.people.identifiers import is_uscc
from nuanxin.people.models import Organisation
from nuanxin.territories.queries import territories_by_code

Text = str | Promise
PERMISSION = "organisations.import"
TELEPHONE = re.compile(r"[0-9][0-9\-]{2,18}[0-9]")
MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
COLUMNS = (
    Column("name", "单位名称", _("全称，最多 80 个字。"), "暖阳区城市管理局", required=True, width=28),
    Column("short_name", "简称", _("最多 20 个字，界面上显示。"), "区城管局", width=14),
    Column("kind", "类别", _("从右边的清单里选一个。"), "城市管理", required=True, width=20),
    Column(
        "unit_type",
        "承办类型",
        _("接派单的单位要填，从右边的清单里选一个；空着不参加派单。"),
        "城管",
        width=10,
    ),
    Column("scope_code", "区划代码", _("服务范围：12 位区划代码。"), "990101000000", required=True, width=16),
    Column("uscc", "统一社会信用代码", _("18 位，全市只能登记一次；有它，名称可以改。"), "", width=22),
    Column("parent", "上级单位", _("上级单位的全称，要已经登记或在本表前面的行。"), "", width=24),
    Column("phone", "值班电话", _("单位的公开电话，不要填个人手机号。"), "0512-66660000", width=16),
)
HEADINGS = {column.key: column.heading for column in COLUMNS}
Key = tuple[str, str, str]


def current(actor: Actor) -> list[dict[str, str]]:
    return [
        _told(_shown(row))
        for row in _reachable(actor).select_related("parent").order_by("scope_code", "kind", "name")
    ]


def plan(actor: Actor, table: Table, lock: bool) -> Plan:  # noqa: FBT001  -- the signature that Sheet asks for
    rows = Organisation.objects.select_for_update(of=("self",)) if lock else Organisation.objects.all()
    known = list(rows.select_related("parent").order_by("pk"))
    areas = {each.code for each in territories_by_code({row.text("scope_code") for row in table.rows})}
    state = _State(
        by_key={(row.scope_code, row.kind, row.name): row for row in known},
        by_uscc={row.uscc: row for row in known if row.uscc},
        by_name={row.name: row for row in known if row.is_active},
        areas=areas,
        mine=None if _reaches_all(actor) else set(_reachable(actor).values_list("pk", flat=True)),
        actor=actor,
    )
    return Plan(tuple(_planned(row, table, state) for row in table.rows))


def apply(actor: Actor, plan: Plan, now: datetime) -> None:
    """Register and change them, in the order of the file. Publishes `OrganisationCreated` for each new one."""
    for row in plan.effective:
        values = dict(row.values)
        parent = values.pop("parent")
        values["parent"] = (
            Organisation.objects.filter(name=parent, is_active=True).order_by("pk").first()
            if parent
            else None
        )
        pk = values.pop("pk")
        if pk is None:
            organisation = Organisation.objects.create(**values, created_at=now)
            publish(
                OrganisationCreated(organisation.pk, organisation.kind),
                scope_code=organisation.scope_code,
                now=now,
            )
        else:
            Organisation.objects.filter(pk=pk).update(**values)
            organisation = Organisation.objects.get(pk=pk)
        record(
            actor=actor,
            action="people.import_organisation",
            object_type="people.organisation",
            object_id=organisation.pk,
            scope_code=organisation.scope_code,
            detail={"columns": [change.column for change in row.changes]},
            now=now,
        )


SHEET = Sheet(
    name="people.organisations",
    title=_("单位清单"),
    lead=_("机关、社区、物业和企业：名称、承办类型、服务范围。没写在表里的单位不变。"),
    permission=PERMISSION,
    columns=COLUMNS,
    lists=lambda: {
        "kind": list(chinese(OrganisationKind).values()),
        "unit_type": list(chinese(UnitType).values()),
    },
    current=current,
    plan=plan,
    apply=apply,
)


@dataclass(slots=True)
class _State:
    """What the rows are compared with. `mine` are the organisations in the actor's reach, `None` for all."""

    by_key: Mapping[Key, Organisation]
    by_uscc: Mapping[str, Organisation]
    by_name: dict[str, Organisation | None]  # `None` for one that an earlier row registers
    areas: set[str]
    mine: set[int] | None
    actor: Actor
    seen: dict[object, int] = field(default_factory=dict)


def _reaches_all(actor: Actor) -> bool:
    return actor.extent(PERMISSION) == "all" or actor.role == "system"


def _reachable(actor: Actor) -> QuerySet[Organisation]:
    rows = Organisation.objects.filter(is_active=True)
    return rows if _reaches_all(actor) else rows.filter(scope_q(actor.scope_code))


def _planned(row: SheetRow, table: Table, state: _State) -> Planned:
    given = {key: row.text(key) for key in HEADINGS}
    given["uscc"] = given["uscc"].upper().replace(" ", "")
    problems = _problems(row, given, state)
    given["kind"] = value_of(OrganisationKind, given["kind"]) or ""
    given["unit_type"] = value_of(UnitType, given["unit_type"]) or ""
    before = state.by_uscc.get(given["uscc"]) if given["uscc"] else None
    before = before or state.by_key.get((given["scope_code"], given["kind"], given["name"]))
    label = given["short_name"] or given["name"]
    problems += _identity(row, given, before, state)
    if problems:
        return refused(row, label, problems)
    state.by_name.setdefault(given["name"], before)
    after = (_shown(before) if before else dict.fromkeys(HEADINGS, "")) | {
        key: given[key] for key in HEADINGS if key in table.keys
    }
    shown = _shown(before) if before else dict.fromkeys(HEADINGS, "")
    said, says = _told(shown), _told(after)
    changes = tuple(Change(HEADINGS[key], said[key], says[key]) for key in HEADINGS if said[key] != says[key])
    verdict = Verdict.NEW if before is None else Verdict.CHANGED if changes else Verdict.SAME
    warnings = []
    if before and before.unit_type and not after["unit_type"]:
        warnings.append(Problem(row.ref("unit_type"), _("清空承办类型后，不会再有新的派单给它。")))
    if before and before.scope_code != after["scope_code"]:
        warnings.append(Problem(row.ref("scope_code"), _("服务范围变了：已经派给它的案件还由它办完。")))
    values = {**after, "pk": before.pk if before else None}
    return Planned(row.number, label, verdict, changes, warnings=tuple(warnings), values=values)


def _problems(row: SheetRow, given: Mapping[str, str], state: _State) -> list[Problem]:
    """Each cell by itself."""
    said = {
        "name": _too_long(given["name"], 80) or (None if given["name"] else _("单位名称不能空着。")),
        "short_name": _too_long(given["short_name"], 20),
        "kind": None
        if value_of(OrganisationKind, given["kind"])
        else _("没有“%(name)s”这个类别；清单在模板的“填写说明”里。") % {"name": given["kind"] or "—"},
        "unit_type": None
        if not given["unit_type"] or value_of(UnitType, given["unit_type"])
        else _("没有“%(name)s”这种承办类型；清单在模板的“填写说明”里。") % {"name": given["unit_type"]},
        "scope_code": _place(given["scope_code"], state),
        "uscc": None
        if not given["uscc"] or is_uscc(given["uscc"])
        else _("统一社会信用代码的校验位不对，请再核对一遍。"),
        "phone": _telephone(given["phone"]),
        "parent": _parent(given, state),
    }
    return [Problem(row.ref(key), text) for key, text in said.items() if text]


def _too_long(text: str, most: int) -> Text | None:
    if len(text) <= most:
        return None
    return _("最多 %(most)s 个字，现在是 %(count)s 个。") % {"most": most, "count": len(text)}


def _place(code: str, state: _State) -> Text | None:
    if code not in state.areas:
        return _("没有区划 %(code)s，或者它已经撤销。") % {"code": code[:20] or "—"}
    return None if _within(state.actor, code) else _("这个区划不在您的辖区里。")


def _telephone(number: str) -> Text | None:
    """An office's; a person's own number is not public."""
    if MOBILE.fullmatch(number.replace("-", "")):
        return _("这像是个人手机号；请填单位的值班电话。")
    if number and not TELEPHONE.fullmatch(number):
        return _("电话只能有数字和短横，例如 0512-66660000。")
    return None


def _parent(given: Mapping[str, str], state: _State) -> Text | None:
    if given["parent"] and given["parent"] == given["name"]:
        return _("上级单位不能是它自己。")
    if given["parent"] and given["parent"] not in state.by_name:
        return _("没有这个上级单位；把它放到前面的行，或先登记。")
    return None


def _identity(
    row: SheetRow, given: Mapping[str, str], before: Organisation | None, state: _State
) -> list[Problem]:
    """Is it the one that it seems to be, is it ours to change, is it said once?"""
    found = []
    key = (given["scope_code"], given["kind"], given["name"])
    for mark, column in ((key, "name"), (given["uscc"], "uscc")):
        if not mark:
            continue
        if mark in state.seen:
            found.append(
                Problem(row.ref(column), _("和第 %(row)s 行是同一个单位。") % {"row": state.seen[mark]})
            )
        state.seen.setdefault(mark, row.number)
    if before is None:
        return found
    if not before.is_active:
        found.append(Problem(row.ref("name"), _("这个单位已经停用，不能从表里改。")))
    if state.mine is not None and before.pk not in state.mine:
        found.append(Problem(row.ref("name"), _("这个单位不在您的辖区里。")))
    same = state.by_key.get(key)
    if same is not None and same.pk != before.pk:
        found.append(Problem(row.ref("name"), _("同一辖区里已经有同类别、同名称的另一个单位。")))
    if _is_above(before, state.by_name.get(given["parent"])):
        found.append(Problem(row.ref("parent"), _("它是这个单位的下级，不能又作上级。")))
    if before.uscc and given["uscc"] and before.uscc != given["uscc"]:
        found.append(
            Problem(
                row.ref("uscc"),
                _("信用代码和登记的不一样：是另一个单位，就换个名称；登记错了，请先更正登记。"),
            )
        )
    return found


def _is_above(organisation: Organisation, other: Organisation | None) -> bool:
    """Whether the other one hangs below the organisation."""
    passed: set[int] = set()
    while other is not None and other.pk not in passed:
        if other.pk == organisation.pk:
            return True
        passed.add(other.pk)
        other = other.parent
    return False


def _within(actor: Actor, code: str) -> bool:
    if _reaches_all(actor):
        return True
    return lies_in(code, actor.scope_code)


def _told(values: Mapping[str, str]) -> dict[str, str]:
    """Codes in the words of the spreadsheet."""
    kinds, types = chinese(OrganisationKind), chinese(UnitType)
    words = {"kind": kinds.get(values["kind"], ""), "unit_type": types.get(values["unit_type"], "")}
    return {**values, **words}


def _shown(row: Organisation) -> dict[str, str]:
    return {key: getattr(row, key) for key in HEADINGS if key != "parent"} | {
        "parent": row.parent.name if row.parent else ""
    }
