"""A city's own catalogue from a spreadsheet: what each row would change, and the reason where it may not."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import Urgency, Visibility
from nuanxin.cases.models import Category
from nuanxin.cases.queries.catalogue import CATALOGUE, MAJORS
from nuanxin.cases.services.categories import problems_of, spelling_of
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.sheets import Change, Column, Plan, Planned, Problem, Sheet, SheetRow, Verdict
from nuanxin.kernel.sheets.labels import chinese, value_of
from nuanxin.kernel.sheets.plan import refused
from nuanxin.kernel.sheets.read import Table
from nuanxin.kernel.worktime import Limit
from nuanxin.people.enums import UnitType

Text = str | Promise
YES, NO = "是", "否"
OPEN, CLOSED = "普通", "保密"
EVIDENCE = {"N": "近景", "F": "远景", "V": "视频", "T": "文字即可", "X": "不要靠近拍"}
LIMITS = ("respond_within", "make_safe_within", "finish_within")
LIMIT_HELP = _(
    "写 PT30M、PT24H（连续计时）、4wh（工作时）、3wd（工作日）、P15D（自然日），也可以写 30分钟、24小时、3个工作日。"
)
COLUMNS = (
    Column(
        "code",
        "编号",
        _("四位数字：前两位是大类 01–12，后两位自己编。已有的编号是修改，没有的是新增。"),
        "0401",
        required=True,
        width=8,
    ),
    Column(
        "name_zh",
        "名称",
        _("上报的人看到的名字，最多 40 个字。只能是地点、物和危险，不能是人。"),
        "道路破损坑洼",
        required=True,
        width=22,
    ),
    Column("name_en", "英文名称", _("最多 60 个字母；新增的类别要填。"), "pothole", width=22),
    Column("keywords", "检索词", _("人们还会怎么叫它，用空格隔开。"), "坑 路坏了 塌", width=22),
    Column(
        "urgency",
        "紧急程度",
        _("U1 危及生命，U2 紧急，U3 一般，U4 常规。U1 必须有先打的电话。"),
        "U3",
        required=True,
        choices=tuple(Urgency.values),
        width=10,
    ),
    Column("respond_within", "响应时限", LIMIT_HELP, "4wh", width=12),
    Column("make_safe_within", "控制险情时限", LIMIT_HELP, "", width=14),
    Column("finish_within", "办结时限", LIMIT_HELP, "3个工作日", required=True, width=12),
    Column(
        "lead",
        "主办",
        _("承办类型，几个候选用顿号隔开，按先后选：城管、住建。可写名称或代码 CG。"),
        "城管、住建",
        required=True,
        width=18,
    ),
    Column("assist", "协办", _("写法同主办，全部参加。"), "", width=18),
    Column("emergency_numbers", "先打的电话", _("110、119、120、122 一类的短号，用空格隔开。"), "", width=12),
    Column(
        "evidence",
        "取证",
        _("近景、远景、视频、文字即可、不要靠近拍，可写几个，用顿号隔开。"),
        "近景、远景",
        width=16,
    ),
    Column("gbt30428", "国标代码", _("GB/T 30428 的代码，没有就空着。"), "", width=12),
    Column(
        "visibility",
        "可见范围",
        _("普通或保密。保密的类别不能改成普通。"),
        OPEN,
        choices=(OPEN, CLOSED),
        width=10,
    ),
    Column("is_active", "启用", _("否：不能再报这一类，已有的案件照常办。"), YES, choices=(YES, NO), width=8),
)
HEADINGS = {column.key: column.heading for column in COLUMNS}
WORDS = (
    (re.compile(r"(\d{1,4})分钟?"), "PT{}M"),
    (re.compile(r"(\d{1,4})个?小时"), "PT{}H"),
    (re.compile(r"(\d{1,4})个?工作(?:小)?时"), "{}wh"),
    (re.compile(r"(\d{1,4})个?工作日"), "{}wd"),
    (re.compile(r"(\d{1,4})(?:个?自然日|天|日)"), "P{}D"),
)


def current(actor: Actor) -> list[dict[str, str]]:
    """The present catalogue as the columns say it."""
    return [
        {key: shown(key, getattr(row, key)) for key in HEADINGS} for row in Category.objects.order_by("code")
    ]


def plan(actor: Actor, table: Table, lock: bool) -> Plan:  # noqa: FBT001  -- the signature that Sheet asks for
    rows = Category.objects.select_for_update() if lock else Category.objects.all()
    known = {row.code: row for row in rows.order_by("code")}
    seen: dict[str, int] = {}
    return Plan(tuple(_planned(row, table, known, seen) for row in table.rows))


def apply(actor: Actor, plan: Plan, now: datetime) -> None:
    """Write the rows. What is under way keeps the limits with which it started."""
    for row in plan.effective:
        values = dict(row.values)
        values["spelling"] = spelling_of(values["name_zh"])
        code = values.pop("code")
        Category.objects.update_or_create(code=code, defaults=values)
        audit.record(
            actor=actor,
            action="cases.import_category",
            object_type="cases.category",
            object_id=code,
            detail={"changes": {change.column: change.after for change in row.changes}},
            now=now,
        )
    CATALOGUE.changed()


SHEET = Sheet(
    name="cases.categories",
    title=_("类别目录"),
    lead=_("每一类多快响应、多久办结、派给谁。改动只影响以后的上报，正在计时的不变。"),
    permission="cases.categories",
    columns=COLUMNS,
    current=current,
    plan=plan,
    apply=apply,
)


def _planned(row: SheetRow, table: Table, known: Mapping[str, Category], seen: dict[str, int]) -> Planned:
    problems: list[Problem] = []
    warnings: list[Problem] = []
    code = _code(row, problems, warnings)
    label = f"{code} {row.text('name_zh')}"
    if code in seen:
        problems.append(Problem(row.ref("code"), _("和第 %(row)s 行是同一个编号。") % {"row": seen[code]}))
    seen.setdefault(code, row.number)
    before = known.get(code)
    category = _with(row, table.keys, before, code, problems)
    if problems:
        return refused(row, label, problems, warnings)
    problems += _combined(row, category, before)
    if problems:
        return refused(row, label, problems, warnings)
    if category.urgency == Urgency.U1 and (before is None or before.urgency != Urgency.U1):
        warnings.append(Problem(row.ref("urgency"), _("危及生命的类别不经核实，收到就派单，请确认。")))
    changes = _changes(before, category)
    verdict = Verdict.NEW if before is None else Verdict.CHANGED if changes else Verdict.SAME
    values = {key: getattr(category, key) for key in HEADINGS} | {"major": code[:2]}
    return Planned(row.number, label, verdict, changes, warnings=tuple(warnings), values=values)


def _code(row: SheetRow, problems: list[Problem], warnings: list[Problem]) -> str:
    """Four digits; spreadsheets drop a leading nought."""
    text = row.text("code").replace("-", "")
    code = text.zfill(4)
    if not (code.isascii() and code.isdigit() and len(code) == 4 and code[:2] in MAJORS and code[2:] != "00"):
        problems.append(Problem(row.ref("code"), _("编号要四位数字，前两位是大类 01–12，例如 0401。")))
    elif text != code and len(text) == 3:
        warnings.append(Problem(row.ref("code"), _("编号少了前面的 0，按 %(code)s 理解。") % {"code": code}))
    return code


def _with(
    row: SheetRow, keys: frozenset[str], before: Category | None, code: str, problems: list[Problem]
) -> Category:
    """The category as it would be. A column that the file does not have leaves the field as it is."""
    category = Category(
        code=code, major=code[:2], evidence="N", about_party=before.about_party if before else ""
    )
    for key in HEADINGS:
        if before is not None:
            setattr(category, key, getattr(before, key))
    for column in COLUMNS[1:]:
        if column.key not in keys:
            continue
        text = row.text(column.key)
        if not text and (column.required or (column.key == "name_en" and before is None)):
            problems.append(
                Problem(row.ref(column.key), _("“%(name)s”不能空着。") % {"name": column.heading})
            )
            continue
        try:
            setattr(category, column.key, _read(column.key, text))
        except Invalid as error:
            problems.append(Problem(row.ref(column.key), error.hint))
    if before is None and not category.name_en and not problems:
        problems.append(Problem(row.ref("name_en"), _("新增的类别要有英文名称。")))
    return category


def _read(key: str, text: str) -> Any:  # noqa: PLR0911  -- one line for each kind of column
    """The value of a field. Raises `Invalid` with the reason as its hint."""
    if key in LIMITS:
        return limit_text(text)
    if key in {"lead", "assist"}:
        return "|".join(_units(text))
    if key == "urgency":
        return text.upper().split(" ")[0]
    if key == "evidence":
        return "|".join(_letters(text)) or "N"
    if key == "emergency_numbers":
        return _emergency(text)
    if key == "visibility":
        return _one_of(text or OPEN, {OPEN: Visibility.NORMAL.value, CLOSED: Visibility.CONFIDENTIAL.value})
    if key == "is_active":
        return _one_of(text or YES, {YES: True, NO: False})
    most = getattr(Category._meta.get_field(key), "max_length", 0) or 0
    if len(text) > most:
        raise Invalid(
            hint=_("最多 %(most)s 个字，现在是 %(count)s 个。") % {"most": most, "count": len(text)}
        )
    return text


def limit_text(text: str) -> str:
    """`3个工作日` → `3wd`; what is a limit already stays. Empty stays empty. Raises `InvalidLimit`."""
    compact = re.sub(r"\s+", "", text)
    for pattern, form in WORDS:
        if match := pattern.fullmatch(compact):
            compact = form.format(int(match[1]))
    if compact:
        Limit.parse(compact)
    return compact


def shown(key: str, value: Any) -> str:
    """A value as the spreadsheet has it."""
    if key in {"lead", "assist"}:
        return "、".join(chinese(UnitType).get(code, code) for code in value.split("|") if code)
    if key == "evidence":
        return "、".join(EVIDENCE.get(letter, letter) for letter in value.split("|") if letter)
    if key == "visibility":
        return CLOSED if value == Visibility.CONFIDENTIAL else OPEN
    if key == "is_active":
        return YES if value else NO
    return str(value)


def _units(text: str) -> list[str]:
    found = []
    for part in _parts(text):
        code = value_of(UnitType, part)
        if code is None:
            names = "、".join(chinese(UnitType).values())
            raise Invalid(
                hint=_("没有“%(name)s”这种承办类型；可以写：%(names)s。") % {"name": part, "names": names}
            )
        found.append(code)
    if len("|".join(found)) > 40:
        raise Invalid(hint=_("最多写十三种。"))
    return list(dict.fromkeys(found))


def _letters(text: str) -> list[str]:
    by_name = {name: letter for letter, name in EVIDENCE.items()} | {letter: letter for letter in EVIDENCE}
    wrong = [part for part in _parts(text) if part not in by_name and part.upper() not in by_name]
    if wrong:
        raise Invalid(
            hint=_("没有“%(name)s”这种取证；可以写：%(names)s。")
            % {"name": wrong[0], "names": "、".join(EVIDENCE.values())}
        )
    return list(dict.fromkeys(by_name.get(part) or by_name[part.upper()] for part in _parts(text)))


def _emergency(text: str) -> str:
    """Short numbers that answer day and night (110, 96333); never somebody's own."""
    numbers = _parts(text)
    if any(not re.fullmatch(r"[1-9]\d{2,5}", number) for number in numbers):
        raise Invalid(hint=_("先打的电话只能是短号，例如 110、119、120、122、96333，用空格隔开。"))
    return " ".join(dict.fromkeys(numbers))


def _one_of(text: str, values: Mapping[str, Any]) -> Any:
    if text not in values:
        raise Invalid(hint=_("只能填：%(names)s。") % {"names": "、".join(values)})
    return values[text]


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[、,，;；|/\s]+", text) if part]


def _combined(row: SheetRow, category: Category, before: Category | None) -> list[Problem]:
    """What goes together, and what the law refuses."""
    found = [Problem(row.ref(name), text) for name, text in problems_of(category).items()]
    if (
        before
        and before.visibility == Visibility.CONFIDENTIAL
        and category.visibility != Visibility.CONFIDENTIAL
    ):
        found.append(Problem(row.ref("visibility"), _("保密的类别不能改成普通：里面有需要帮助的人。")))
    return found


def _changes(before: Category | None, after: Category) -> tuple[Change, ...]:
    pairs = ((key, _told(key, before), _told(key, after)) for key in HEADINGS if key != "code")
    return tuple(Change(HEADINGS[key], old, new) for key, old, new in pairs if old != new)


def _told(key: str, category: Category | None) -> str:
    """For reading: a limit in words."""
    text = shown(key, getattr(category, key)) if category else ""
    return Limit.parse(text, urgency_natural=True).label if text and key in LIMITS else text
