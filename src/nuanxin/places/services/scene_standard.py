"""The checklist: shipped as version 1, edited by publishing the next version. Old assessments keep theirs."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.downloads import BOM, safe
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.sheets.read import Column, SheetRow, read_rows
from nuanxin.places.models import FriendlyClass, SceneStandard, SceneType, StandardItem
from nuanxin.places.queries.scene_standard import items_of, standard_in_force
from nuanxin.places.services.catalogue import CODE

LIMITS = {
    "minimum": 100,
    "assess_days": 120,
    "publicity_days": 60,
    "recheck_months": 60,
    "recheck_days": 120,
    "appeal_days": 60,
    "judge_days": 60,
}
MOST_ITEMS = 100
MOST_WEIGHT = 100
SHIPPED_AT = datetime(2026, 1, 1, tzinfo=UTC)
YES = {"1", "是", "yes", "y", "true"}

COLUMNS = (
    Column("code", "代码", _("小写字母、数字和下划线。"), "water", required=True),
    Column("class", "类别", _("facility、relations 或 governance。"), "facility", required=True),
    Column("types", "适用场景", _("场景类型的代码，用空格隔开；空着就都适用。"), "mall park"),
    Column(
        "title_zh", "看什么", _("一句话，能看得出有没有。"), "能接热水，有地方坐", required=True, width=40
    ),
    Column("title_en", "英文", _("同一句话的英文。"), "There is hot water", required=True, width=40),
    Column("weight", "权重", _("1 到 100 的整数。"), "8", required=True),
    Column("is_must", "必须达到", _("1 是，0 不是。"), "0"),
    Column("needs_evidence", "要有依据", _("1 是：要写一句或拍一张。"), "1"),
)


class BadStandard(Invalid):
    default_message = _("这一版标准还不能发布。")
    default_hint = _("请按提示改好后再发布；现行的一版没有变。")


class StandardMoved(Conflict):
    default_message = _("别人刚发布了新的一版。")
    default_hint = _("请刷新页面，在新的一版上再改。")


@dataclass(frozen=True, slots=True)
class ItemData:
    code: str
    friendly_class: str
    title_zh: str
    title_en: str
    weight: int
    types: str = ""
    is_must: bool = False
    needs_evidence: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardData:
    """Per cent, working days and months, as in `SceneStandard`."""

    minimum: int
    assess_days: int
    publicity_days: int
    recheck_months: int
    recheck_days: int
    appeal_days: int
    judge_days: int
    note: str = ""


def load_standard() -> bool:
    """The shipped version, where there is none yet; returns whether it was put in."""
    with transaction.atomic():
        if SceneStandard.objects.exists():
            return False
        values = {row["name"]: int(row["value"]) for row in _shipped("scene_standard.csv")}
        standard = SceneStandard.objects.create(version=1, published_at=SHIPPED_AT, **values)
        _put_items(standard, [_item(row) for row in _shipped("scene_items.csv")])
    return True


def publish_standard(
    *, actor: Actor, base: int, data: StandardData, items: Sequence[ItemData], now: datetime
) -> SceneStandard:
    """The next version, from now on; what runs keeps its own. The same as the one in force is that one.

    `base`: the version that was edited. Raises `NotAllowed`, `BadStandard`, `StandardMoved`.
    """
    if not policy.permits(actor, "places.catalogue"):
        raise NotAllowed
    _check(data, items)
    with transaction.atomic():
        last = SceneStandard.objects.select_for_update().order_by("-version").first()
        if last is not None and _same(last, data, items):
            return last
        if last is not None and last.version != base:
            raise StandardMoved
        values = {name: getattr(data, name) for name in LIMITS}
        standard = SceneStandard.objects.create(
            version=last.version + 1 if last else 1, note=data.note.strip()[:120], published_at=now,
            published_by_id=actor.assignment_id, **values,
        )  # fmt: skip
        _put_items(standard, items)
        audit.record(
            actor=actor, action="places.publish_standard", object_type="places.standard",
            object_id=standard.version, detail={"items": len(items), **values}, now=now,
        )  # fmt: skip
    return standard


def import_standard(*, actor: Actor, content: bytes, note: str, now: datetime) -> SceneStandard:
    """A checklist from a spreadsheet; the limits stay as they are. Raises as above and `UnreadableSheet`."""
    table = read_rows(content, COLUMNS)
    wrong: dict[str, str] = {}
    items = [each for row in table.rows if (each := _read(row, wrong)) is not None]
    if wrong:
        places = "；".join(f"{ref} {text}" for ref, text in list(wrong.items())[:10])
        raise BadStandard(fields={"file": places})
    held = standard_in_force()
    data = StandardData(**{name: getattr(held, name) for name in LIMITS}, note=note)
    return publish_standard(actor=actor, base=held.version, data=data, items=items, now=now)


def standard_rows(standard: SceneStandard) -> Iterable[list[str]]:
    """A version as rows for a spreadsheet, which can be read back."""
    yield [column.heading for column in COLUMNS]
    for each in items_of(standard):
        yield [
            each.code, each.friendly_class_id, each.types, safe(each.title_zh), safe(each.title_en),
            str(each.weight), str(int(each.is_must)), str(int(each.needs_evidence)),
        ]  # fmt: skip


def _read(row: SheetRow, wrong: dict[str, str]) -> ItemData | None:
    weight = row.text("weight")
    if not (weight.isascii() and weight.isdigit()):
        wrong[row.ref("weight")] = str(_("权重要是 1 到 100 的整数"))
        return None
    return _item({column.key: row.text(column.key) for column in COLUMNS})


def _item(row: dict[str, str]) -> ItemData:
    return ItemData(
        row["code"].strip(), row["class"].strip(), row["title_zh"].strip(), row["title_en"].strip(),
        int(row["weight"]), " ".join(row["types"].split()), row["is_must"].strip().lower() in YES,
        row["needs_evidence"].strip().lower() in YES,
    )  # fmt: skip


def _shipped(name: str) -> list[dict[str, str]]:
    text = files("nuanxin.places").joinpath("reference", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.removeprefix(BOM).splitlines()))


def _put_items(standard: SceneStandard, items: Iterable[ItemData]) -> None:
    StandardItem.objects.bulk_create(
        StandardItem(
            standard=standard, code=each.code, friendly_class_id=each.friendly_class, types=each.types,
            title_zh=each.title_zh, title_en=each.title_en, weight=each.weight, is_must=each.is_must,
            needs_evidence=each.needs_evidence, sort=10 * number,
        )
        for number, each in enumerate(items, start=1)
    )  # fmt: skip


def _check(data: StandardData, items: Sequence[ItemData]) -> None:
    wrong = {
        name: _("要是 1 到 %d 的整数。") % most
        for name, most in LIMITS.items()
        if not _within(data, name, most)
    }
    if wrong:
        raise BadStandard(fields=wrong)
    if not 0 < len(items) <= MOST_ITEMS:
        raise BadStandard(_("清单要有 1 到 100 项。"))
    classes = set(FriendlyClass.objects.values_list("pk", flat=True))
    types = set(SceneType.objects.values_list("pk", flat=True))
    seen: set[str] = set()
    for each in items:
        problem = _problem(each, classes, types, seen)
        if problem:
            raise BadStandard(
                _("“%(code)s”：%(problem)s") % {"code": each.code or each.title_zh, "problem": problem}
            )
        seen.add(each.code)


def _within(data: StandardData, name: str, most: int) -> bool:
    return bool(0 < getattr(data, name) <= most)


def _problem(item: ItemData, classes: set[str], types: set[str], seen: set[str]) -> str:
    if not CODE.fullmatch(item.code):
        return str(_("代码只用小写字母、数字和下划线，以字母开头。"))
    if item.code in seen:
        return str(_("这个代码用了两次。"))
    if item.friendly_class not in classes:
        return str(_("没有这个友好类别。"))
    if set(item.types.split()) - types:
        return str(_("没有这个场景类型：%s") % " ".join(sorted(set(item.types.split()) - types)))
    if not (0 < len(item.title_zh) <= 80 and 0 < len(item.title_en) <= 160):
        return str(_("中文和英文都要写，中文最多 80 字，英文最多 160 个字母。"))
    return "" if 0 < item.weight <= MOST_WEIGHT else str(_("权重要是 1 到 100 的整数"))


def _same(standard: SceneStandard, data: StandardData, items: Sequence[ItemData]) -> bool:
    held = [
        ItemData(
            each.code, each.friendly_class_id, each.title_zh, each.title_en, each.weight, each.types, each.is_must,
            each.needs_evidence,
        )
        for each in items_of(standard)
    ]  # fmt: skip
    return held == list(items) and all(getattr(standard, name) == getattr(data, name) for name in LIMITS)
