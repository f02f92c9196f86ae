"""What was sent, and a service's refusal told beside the fields of the form, with what was typed still there."""

from collections.abc import Mapping

from django.forms import Form

from nuanxin.kernel.errors import Invalid


def tell(form: Form, error: Invalid, renamed: Mapping[str, str] | None = None) -> None:
    """`renamed`: a service's word for a field → the form's."""
    names = renamed or {}
    told = False
    for said, text in error.fields.items():
        name = names.get(said, said)
        if name in form.fields:
            form.add_error(name, str(text))
            told = True
        else:
            form.add_error(None, str(text))
    if not told:
        form.add_error(None, f"{error.message} {error.hint}")
