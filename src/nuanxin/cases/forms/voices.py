"""A recording in a form, checked by its content; and what somebody writes down of it."""

from typing import Any

from django import forms
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import PhotoKind
from nuanxin.cases.forms.photos import PhotosField
from nuanxin.cases.models import SPOKEN_LENGTH
from nuanxin.cases.services import Photo
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.files.sounds.accept import accept_sound

WORDS_LENGTH = 500


class VoiceField(forms.FileField):
    """Cleans to an `AcceptedSound`, or to none."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"label": _("说一句"), "required": False, **given})

    def clean(self, data: "File[bytes] | None", initial: Any = None) -> Any:
        if not data:
            return None
        try:
            return accept_sound(data)  # type: ignore[arg-type]  # an upload reads like a file
        except Invalid as error:
            raise forms.ValidationError([str(error.message), str(error.hint)]) from None


class AddForm(forms.Form):
    """What the reporter adds later."""

    key = forms.CharField(
        max_length=64, widget=forms.HiddenInput, error_messages={"required": _("页面过期了，请再点一次。")}
    )
    photos = PhotosField(label=_("照片"))
    voice = VoiceField()
    text = forms.CharField(
        label=_("写一句"), required=False, max_length=WORDS_LENGTH, widget=forms.Textarea(attrs={"rows": 2})
    )

    def given(self) -> dict[str, Any]:
        """As `services.supplement_case` takes it."""
        photos = tuple(Photo(PhotoKind.NEAR, image) for image in self.cleaned_data["photos"])
        return {name: self.cleaned_data[name] for name in ("key", "text", "voice")} | {"photos": photos}


class WriteDownForm(forms.Form):
    """`unclear` is a second button: nothing need be written then."""

    words = forms.CharField(
        label=_("听到的话"),
        required=False,
        max_length=SPOKEN_LENGTH,
        widget=forms.Textarea(
            attrs={"rows": 3, "placeholder": _("照原话写。人名、电话不要写进来。"), "autocomplete": "off"}
        ),
    )
    unclear = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def given(self) -> dict[str, Any]:
        """As `services.transcribe_voice` takes it."""
        return {"words": self.cleaned_data["words"], "is_unclear": self.cleaned_data["unclear"]}
