"""Hours, qualities and steps in templates: each is written in one place."""

from typing import Any

from django import template

from nuanxin.volunteering.queries.minutes import hours_shown
from nuanxin.volunteering.queries.records import step_name

register = template.Library()


@register.filter
def hours(minutes: int | None) -> str:
    return hours_shown(minutes or 0)


@register.filter
def quality(hundredths: int) -> str:
    return f"{hundredths / 100:.1f}"


@register.filter
def step_words(step: Any) -> str:
    return step_name(step.name)
