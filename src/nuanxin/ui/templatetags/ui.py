"""Tags and filters of the design system; a template builtin, so pages need no `{% load ui %}`.

Filters that speak of time take `now` as their argument: `{{ case.filed_at|ago:now }}`. `now` is in every context.
"""

import json
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.forms import BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_noop

from nuanxin.kernel.opening import State
from nuanxin.ui import phrases, slots
from nuanxin.ui.hours import state_words
from nuanxin.ui.packing import static_version

register = template.Library()

SPRITE = "vendor/tabler-icons/icons.svg"
CLOCK_ICONS = {
    "ok": "clock",
    "soon": "clock-exclamation",
    "overdue": "alert-triangle",
    "paused": "clock-pause",
    "met": "clock-check",
}

URGENCIES = {
    "U1": ("alert-octagon", gettext_noop("危及生命")),
    "U2": ("urgent", gettext_noop("紧急")),
    "U3": ("circle-dot", gettext_noop("一般")),
    "U4": ("circle-dashed", gettext_noop("日常")),
}


# --- Plain words ------------------------------------------------------------------------------------------------
@register.filter
def ago(at: datetime | None, now: datetime) -> str:
    return phrases.ago(at, now=now) if at else ""


@register.filter
def moment(at: datetime | None, now: datetime) -> str:
    return phrases.moment(at, now=now) if at else ""


@register.filter
def dated(day: date | None, now: datetime) -> str:
    return phrases.dated(day, now=now) if day else ""


@register.filter
def stamp(at: datetime | None, pattern: str) -> str:
    return phrases.stamp(at, pattern) if at else ""


@register.filter
def time_of_day(at: datetime | None) -> str:
    return phrases.time_of_day(at) if at else ""


@register.filter
def duration(length: timedelta | None) -> str:
    return phrases.duration_words(length) if length is not None else ""


@register.filter
def span(length: timedelta | None) -> str:
    return phrases.span_words(length) if length is not None else ""


@register.filter
def until(due: datetime, now: datetime) -> timedelta:
    return due - now


@register.filter
def remaining(due: datetime | None, now: datetime) -> str:
    return phrases.clock_words(due, now=now) if due else ""


@register.filter
def capped(count: int | str | None, limit: int = 999) -> str:
    return phrases.capped(int(count), limit=limit) if count not in (None, "") else ""


@register.filter
def figure(value: float | None) -> str:
    return phrases.figure(value) if value is not None else "—"


@register.filter
def distance(metres: float | None) -> str:
    return phrases.distance_words(metres) if metres is not None else ""


@register.filter
def hours(state: State | None, now: datetime) -> str:
    return state_words(state, now=now) if state else ""


# --- Icons ------------------------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """An icon of the sprite. Without a label it is decoration and hidden from screen readers."""
    href = f"{static(SPRITE)}#{name}"
    classes = f"icon {extra}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', classes, label, href
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', classes, href)


@register.simple_tag
def styles(shell: str) -> str:
    """The address of a shell's stylesheet: another one after each change of a file."""
    return f"{reverse('ui:styles', args=[shell])}?v={static_version()}"


# --- Pieces that components need -----------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def clock_facts(context: Context, **given: Any) -> dict[str, str]:
    """State, icon, words and exact moment of a clock; `now` from the arguments or the page."""
    now: datetime = given.get("now") or context["now"]
    due, left = given.get("due") or None, given.get("remaining")
    left = left if isinstance(left, timedelta) else None
    state = given.get("state") or _clock_state(due, left, now, given.get("start") or None)
    words = given.get("words") or _clock_words(state, due, left, now, short=bool(given.get("short")))
    exact = phrases.moment(due, now=now) if due else ""
    return {"state": state, "icon": CLOCK_ICONS[state], "words": words, "exact": exact}


def _clock_state(due: datetime | None, left: timedelta | None, now: datetime, start: datetime | None) -> str:
    if due is None:
        return "paused"
    if left is not None and left < timedelta(0):
        return "overdue"
    return str(phrases.clock_state(due, now=now, start=start))


def _clock_words(
    state: str, due: datetime | None, left: timedelta | None, now: datetime, *, short: bool
) -> str:
    if state == "met":
        return gettext("按时完成")
    if due is None or state == "paused":
        return gettext("已暂停计时")
    speak = phrases.clock_words_short if short else phrases.clock_words
    return speak(due, now=now, remaining=left)


# No character that could end the element, or begin another; so it is in a string of JSON too.
_IN_A_SCRIPT = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


@register.simple_tag
def linked_data(about: dict[str, Any]) -> SafeString:
    """JSON-LD for search engines: data, which no browser runs, and so no script to the content security policy."""
    text = json.dumps(about, ensure_ascii=False, separators=(",", ":")).translate(_IN_A_SCRIPT)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308  -- escaped above


@register.simple_tag
def urgency_mark(level: str) -> SafeString:
    """`<c-urgency compact>` for long lists: one call instead of a component for each row."""
    icon_name, words = URGENCIES.get(level, URGENCIES["U3"])
    return format_html(
        '<span class="urgency urgency--{}" title="{}">{}<span class="visually-hidden">{}</span></span>',
        level.lower(),
        level,
        icon(icon_name),
        gettext(words),
    )


@register.simple_tag(takes_context=True)
def short_clock(context: Context, due: datetime, start: datetime) -> SafeString:
    """`<c-clock short>` for long lists."""
    now: datetime = context["now"]
    state = _clock_state(due, None, now, start)
    return format_html(
        '<span class="clock clock--{}" title="{}">{}<span class="clock__words">{}</span></span>',
        state,
        phrases.moment(due, now=now),
        icon(CLOCK_ICONS[state]),
        phrases.clock_words_short(due, now=now),
    )


@register.simple_tag
def tracker_steps(done: int, labels: list[str] | None = None, state: str = "") -> list[dict[str, str]]:
    """The five steps as the reporter sees them; the one after `done` is under way unless `state` says stopped."""
    names = labels or [gettext("上报"), gettext("派单"), gettext("领单"), gettext("接单"), gettext("反馈")]
    current = "stopped" if state == "stopped" else "now"
    words = {
        "done": gettext("已完成"),
        "now": gettext("进行中"),
        "todo": gettext("还没到"),
        "stopped": gettext("已停下"),
    }
    steps = []
    for index, name in enumerate(names):
        mark = "done" if index < int(done) else current if index == int(done) else "todo"
        steps.append({"label": name, "mark": mark, "words": words[mark]})
    return steps


@register.simple_tag
def split_words(text: str) -> list[str]:
    """Words separated by `|`, `,` or spaces: how components take short lists as plain attributes."""
    return [part for part in str(text).replace("|", " ").replace(",", " ").split() if part]


@register.filter
def control(field: BoundField) -> SafeString:
    """The widget with its help and error tied to it for screen readers."""
    ids = []
    if field.help_text:
        ids.append(f"{field.id_for_label or field.auto_id}_help")
    if field.errors:
        ids.append(f"{field.id_for_label or field.auto_id}_error")
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(ids)} if ids else {}
    return field.as_widget(attrs=attrs)


@register.filter
def widget_kind(field: BoundField) -> str:
    """`checkbox`, `radioselect`, `textarea`…: a class for the stylesheet."""
    return type(field.field.widget).__name__.lower().removesuffix("input")


# --- Slots ------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def slot_items(context: Context, slot: str) -> list[slots.Link]:
    request = context.get("request")
    return slots.links(slot, request) if request is not None else []


@register.simple_tag(takes_context=True)
def slot_sections(context: Context, slot: str) -> list[slots.Section]:
    request = context.get("request")
    return slots.sections(slot, request) if request is not None else []


@register.simple_tag(takes_context=True)
def slot_panels(context: Context, slot: str) -> SafeString:
    """Every panel registered for the slot, one below the other."""
    request = context["request"]
    panels = [item for item in slots.entries(slot, request) if isinstance(item, slots.Panel)]
    parts = [
        render_to_string(panel.template, {**panel.context(request)}, request=request) for panel in panels
    ]
    return SafeString("\n".join(parts))
