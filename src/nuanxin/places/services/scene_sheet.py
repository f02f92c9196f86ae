"""The list of friendly scenes, and score cards, as a file: CSV or a workbook. Audited."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.downloads import File, stamp, table_file
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.places.models import Scene
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.scenes import EXPORT_MOST, SceneFilters, scenes_to_export
from nuanxin.places.queries.score_cards import card_columns, classes_in_words, score_cards


class TooManyScenes(Invalid):
    default_message = gettext_lazy("符合条件的超过 5,000 行，一次导不完。")
    default_hint = gettext_lazy("请选一个街道或一类场景，分几次导出；没有导出任何内容。")


def export_scenes(*, actor: Actor, filters: SceneFilters, form: str, now: datetime) -> File:
    """What the list shows, as far as the actor may take it out. Raises `NotAllowed`, `TooManyScenes`."""
    if not policy.permits(actor, "places.scene_export"):
        raise NotAllowed
    found = scenes_to_export(actor, filters, now=now)
    if len(found) > EXPORT_MOST:
        raise TooManyScenes
    _audited(actor, "scene_export", len(found), form, now)
    head = [
        _("名称"), _("区划"), _("场景类型"), _("状态"), _("状态起"), _("友好类别"), _("得分"), _("牌号"), _("认定日"),
        _("复查日"), _("这一步的期限"), _("原因"),
    ]  # fmt: skip
    return _file("scenes", head, (_row(each) for each in found), form, now)


def export_cards(*, actor: Actor, within: str, form: str, now: datetime) -> File:
    """The score cards of a territory and what lies below it, with their day. Raises `NotAllowed`."""
    if not policy.permits(actor, "places.score_cards"):
        raise NotAllowed
    cards = score_cards(actor, now=now, within=within)
    _audited(actor, "score_export", len(cards), form, now)
    classes = [each.name for each in catalogue().classes.values()]
    head = [_("区划"), _("名称"), _("日期"), _("得分"), *card_columns(), _("牌子"), *classes, _("开放日")]
    rows = [
        [
            card.code, card.name, card.on.isoformat(), _number(card.points),
            *(f"{_number(each.percent, '%')} ({each.part}/{each.of})" for each in card.shares),
            str(card.all_plates), *(str(number) for _name, number in classes_in_words(card)), str(card.open_days),
        ]
        for card in cards
    ]  # fmt: skip
    return _file("score-cards", head, rows, form, now)


def _row(scene: Scene) -> list[str]:
    known = catalogue().classes
    return [
        scene.site_name,
        scene.scope_code,
        scene.type.name_zh,
        str(scene.get_state_display()),
        _day(scene.state_since),
        "、".join(known[code].name_zh for code in scene.classes.split() if code in known),
        _number(scene.score),
        scene.number,
        _day(scene.accredited_at),
        scene.recheck_on.isoformat() if scene.recheck_on else "",
        _day(scene.due_at),
        scene.state_reason,
    ]


def _day(at: datetime | None) -> str:
    return timezone.localdate(at).isoformat() if at else ""


def _number(value: int | None, unit: str = "") -> str:
    return "—" if value is None else f"{value}{unit}"


def _audited(actor: Actor, action: str, rows: int, form: str, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"places.{action}", object_type="scene", scope_code=actor.scope_code,
        detail={"rows": rows, "form": form}, now=now,
    )  # fmt: skip


def _file(name: str, head: list[str], rows: Iterable[list[str]], form: str, now: datetime) -> File:
    return table_file(f"{name}-{stamp(now)}", head, rows, title=_("友好场景"), form=form, now=now)
