"""What is written to a platform of the city, or about what it has answered; the platform's context checks the words."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.forms.steps import StepForm, words_field


class SendOutsideForm(StepForm):
    told = _("对方还会收到：案卷号、类别、位置、时限。没有上报人，没有照片。时限照走，对方办的时间也算。")
    opinion = words_field(
        _("给对方的说明"), help_text=_("对方会看到。写事情本身，不要写是谁报的、怎么称呼、电话多少。")
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        if self.page is not None:
            about = "，".join(filter(None, [self.page.kind.name_zh, self.page.address]))
            self.initial.setdefault("opinion", f"{about}，请派人处理。")


class TakeOutsideForm(StepForm):
    told = _("案件按“已转交”结案，上报人会看到您写的结果，不算“已解决”。")
    opinion = forms.CharField(
        label=_("结果"),
        max_length=300,
        help_text=_("上报人会看到：谁办的、办成什么样。结案方式是“已转交”。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class KeepOutsideForm(StepForm):
    told = _("对方会收到“还没办好”，两边接着办；我们的时限照走。")
    opinion = words_field(
        _("给对方的说明"), help_text=_("对方会看到。写事情本身，不要写是谁报的、怎么称呼、电话多少。")
    )


class TakeBackForm(KeepOutsideForm):
    told = _("告诉对方不用办了，由您自己派单；时限照走。")


OUTSIDE_FORMS: Mapping[str, type[StepForm]] = {
    "send_outside": SendOutsideForm,
    "take_outside": TakeOutsideForm,
    "keep_outside": KeepOutsideForm,
    "take_back": TakeBackForm,
}
