"""Several pictures in one field, each checked and made anew before a service sees it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.files.accept import AcceptedImage, accept_image

MOST = 6


class PhotosInput(forms.ClearableFileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> "list[File[bytes]]":
        return list(files.getlist(name)) if hasattr(files, "getlist") else []

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files


class PhotosField(forms.FileField):
    """Cleans to a tuple of `AcceptedImage`; drawn with `<c-upload>`."""

    widget = PhotosInput

    def __init__(self, **given: Any) -> None:
        given.setdefault("label", _("照片"))
        given.setdefault("required", False)
        super().__init__(**given)

    def clean(self, data: "Sequence[File[bytes]] | None", initial: Any = None) -> Any:
        files = list(data or [])
        if len(files) > MOST:
            raise forms.ValidationError(_("最多 %(n)d 张照片。") % {"n": MOST})
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return tuple(_accepted(file) for file in files)


def _accepted(file: "File[bytes]") -> AcceptedImage:
    try:
        return accept_image(file, name=file.name or "")  # type: ignore[arg-type]  # an upload reads like a file
    except Invalid as error:
        raise forms.ValidationError([str(error.message), str(error.hint)]) from None
