"""One picture in a form: checked and made anew before a service sees it."""

from typing import Any

from django import forms
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.files.accept import accept_image


class PictureField(forms.FileField):
    """Cleans to an `AcceptedImage`, or to None. Drawn with `<c-field>`; its form needs `multipart/form-data`."""

    widget = forms.FileInput

    def __init__(self, **given: Any) -> None:
        given.setdefault("label", _("照片"))
        given.setdefault("required", False)
        given.setdefault("widget", forms.FileInput(attrs={"accept": "image/*"}))
        super().__init__(**given)
        self.error_messages["empty"] = _("这个文件是空的，请换一张照片。")

    def clean(self, data: "File[bytes] | None", initial: Any = None) -> Any:
        file = super().clean(data, None)
        if not file:
            return None
        try:
            return accept_image(file, name=file.name or "")
        except Invalid as error:
            raise forms.ValidationError([str(error.message), str(error.hint)]) from None
