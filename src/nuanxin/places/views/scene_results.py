"""An assessment explained item by item, for pages and API."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nuanxin.places.models import SceneAssessment, SceneMark, SceneStep
from nuanxin.places.queries.scene_standard import FULL, title_of
from nuanxin.places.workflow import SCENE

# What is in the ledger without being a step of the table.
ACTIONS = {
    "assess": _("评估交上来"),
    "confirm": _("复核同意"),
    "return": _("复核退回"),
    "object": _("有人提意见"),
    "answer": _("答复意见"),
    "publicity_over": _("公示期满"),
    "appeal": _("提出申诉"),
    "uphold": _("申诉成立"),
    "reject": _("维持原决定"),
    "late": _("超时"),
}


def happened(step: SceneStep) -> str:
    """A line of the ledger in words."""
    move = SCENE.transitions.get(step.action)
    return str(move.label if move else ACTIONS.get(step.action, step.action))


@dataclass(frozen=True, slots=True)
class Line:
    """`points` of `most`; None where it does not apply."""

    mark: SceneMark
    title: str
    points: float | None
    most: int

    @property
    def is_missed(self) -> bool:
        return self.mark.item.is_must and self.mark.grade != FULL


@dataclass(frozen=True, slots=True)
class Group:
    """One friendly class; `percent` None where nothing of it applies."""

    name: str
    code: str
    percent: int | None
    is_friendly: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    assessment: SceneAssessment
    groups: tuple[Group, ...]

    @property
    def missed(self) -> list[Line]:
        return [line for group in self.groups for line in group.lines if line.is_missed]


def explained(assessment: SceneAssessment, marks: Iterable[SceneMark]) -> Explained:
    lines: dict[str, list[Line]] = {}
    names = {}
    for mark in marks:
        item = mark.item
        points = None if mark.grade is None else item.weight * mark.grade / FULL
        names[item.friendly_class_id] = item.friendly_class.name
        lines.setdefault(item.friendly_class_id, []).append(Line(mark, title_of(item), points, item.weight))
    friendly = assessment.classes.split()
    groups = [
        Group(names[code], code, _percent(found), code in friendly, tuple(found))
        for code, found in lines.items()
    ]
    return Explained(assessment, tuple(groups))


def _percent(lines: Iterable[Line]) -> int | None:
    counted = [(each.points, each.most) for each in lines if each.points is not None]
    most = sum(each for _points, each in counted)
    return int(100 * sum(points for points, _most in counted) / most) if most else None
