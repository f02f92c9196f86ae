"""The catalogue is a city's own to edit; the file shipped is only where it starts (`domain.md` §3)."""

import csv
from datetime import datetime
from importlib.resources import files

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import Urgency
from nuanxin.cases.models import Category
from nuanxin.cases.queries.catalogue import CATALOGUE
from nuanxin.cases.queries.parties import barred_types
from nuanxin.cases.services.lawful import refusal_of
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from nuanxin.kernel.search.spelling import spelled
from nuanxin.kernel.worktime import Limit

EDITABLE = (
    "name_zh",
    "name_en",
    "keywords",
    "respond_within",
    "make_safe_within",
    "finish_within",
    "urgency",
    "notice_within",
    "notice_words",
    "is_active",
)
COLUMNS = {
    "code",
    "major",
    "name_zh",
    "name_en",
    "lead",
    "assist",
    "emergency_numbers",
    "respond_within",
    "make_safe_within",
    "finish_within",
    "urgency",
    "evidence",
    "gbt30428",
    "visibility",
    "difficulty",
    "handoff",
    "about_party",
    "notice_within",
    "notice_words",
}


def load_categories() -> int:
    """Put the shipped catalogue in; what a city has edited stays. Returns how many were new."""
    text = files("nuanxin.cases").joinpath("reference/categories.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    with transaction.atomic():
        known = set(Category.objects.values_list("code", flat=True))
        new = [
            Category(**{column: row[column] for column in COLUMNS}, spelling=spelling_of(row["name_zh"]))
            for row in rows
            if row["code"] not in known
        ]
        Category.objects.bulk_create(new)
        if new:
            CATALOGUE.changed()
    return len(new)


def update_category(*, actor: Actor, code: str, changes: dict[str, str | bool], now: datetime) -> Category:
    """Change limits, names, urgency or switch a category off. Clocks that run keep the limit they started with."""
    if not policy.permits(actor, "cases.categories"):
        raise NotAllowed
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise Invalid(fields={name: _("这一项不能在这里改。") for name in unknown})
    with transaction.atomic():
        category = Category.objects.select_for_update().filter(pk=code).first()
        if category is None:
            raise NotFound
        for name, value in changes.items():
            setattr(category, name, value)
        _check(category)
        category.spelling = spelling_of(category.name_zh)
        category.save(update_fields=[*changes, "spelling"])
        CATALOGUE.changed()
        audit.record(
            actor=actor,
            action="cases.update_category",
            object_type="cases.category",
            object_id=code,
            detail={"changes": {name: str(value) for name, value in changes.items()}},
            now=now,
        )
    return category


def spelling_of(name: str) -> str:
    return " ".join(spelled(name))


def _check(category: Category) -> None:
    problems = problems_of(category)
    if problems:
        raise Invalid(fields=problems)


def problems_of(category: Category) -> dict[str, str | Promise]:
    """What does not go together, field by field; of a page's form and of a spreadsheet's row alike."""
    problems: dict[str, str | Promise] = {}
    if category.urgency not in Urgency.values:
        problems["urgency"] = _("紧急程度只能是 U1、U2、U3、U4。")
    if category.urgency == Urgency.U1 and not category.emergency_numbers:
        problems["urgency"] = _("危及生命的类别必须有先打的电话。")
    for name in ("lead", "assist"):
        if barred_types(category.about_party) & set(getattr(category, name).split("|")):
            problems[name] = _("这类上报说的就是它，不能由它承办；请写社区或街道。")
    if reason := refusal_of(category.code, category.name_zh, category.name_en, category.keywords):
        problems["name_zh"] = reason
    for name in ("respond_within", "make_safe_within", "finish_within", "notice_within"):
        value = getattr(category, name)
        if not value and name != "finish_within":
            continue
        try:
            Limit.parse(value)
        except Invalid as error:
            problems[name] = error.hint
    return problems
