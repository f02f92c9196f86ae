"""What every form that is filled in has: whether it was sent, and where a refusal is told."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, QueryDict

from nuanxin.kernel.errors import DomainError, Invalid
from nuanxin.kernel.words import seen

DIVISION_CODE = r"^\d{12}$|^\d{15}$"


def posted(request: HttpRequest) -> QueryDict | None:
    """An empty form that was sent is sent all the same."""
    return request.POST if request.method == "POST" else None


class Refusing(forms.Form):
    """`called`: what the service calls a thing, and the field in which this form asks for it."""

    called: ClassVar[Mapping[str, str]] = {}

    def clean(self) -> dict[str, Any]:
        """Words are what can be seen of them: a required one that is only spaces of no width is missing."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        for name, value in list(told.items()):
            field = self.fields.get(name)
            if isinstance(field, forms.CharField) and field.strip and isinstance(value, str):
                told[name] = seen(value)
                if value and not told[name] and field.required:
                    self.add_error(name, field.error_messages["required"])
        return told

    def refuse(self, error: DomainError) -> None:
        show(self, error)

    def choose(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = list(choices)


def show(form: forms.Form, error: DomainError) -> None:
    """What a service did not accept: beside its field, else above the form, with what to do."""
    fields = error.fields if isinstance(error, Invalid) else {}
    called: Mapping[str, str] = getattr(form, "called", {})
    for of_service, text in fields.items():
        name = called.get(of_service, of_service)
        said = error.told if _is_all(error, text) else str(text)
        form.add_error(name if name in form.fields else None, said)
    if not fields:
        form.add_error(None, error.told)


def _is_all(error: DomainError, text: object) -> bool:
    """A field that is refused with the error's own sentence is told the error's own next step too."""
    return text is error.message and error.hint is not Invalid.default_hint
