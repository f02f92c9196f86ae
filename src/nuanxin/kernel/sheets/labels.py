from functools import cache

from django.db.models import TextChoices
from django.utils import translation


@cache
def chinese(choices: type[TextChoices]) -> dict[str, str]:
    """Value → Chinese label, whatever the language of the page: a spreadsheet is read back by these words."""
    with translation.override("zh-hans"):
        return {str(value): str(label) for value, label in choices.choices}


def value_of(choices: type[TextChoices], text: str) -> str | None:
    """By label or by code, in capitals or not."""
    by_word = {label: value for value, label in chinese(choices).items()}
    by_code = {value.lower(): value for value in chinese(choices)}
    return by_word.get(text) or by_code.get(text.lower())
