"""Choosing what to hear; the services decide what goes together."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.notifications.enums import DigestAt, Group, Mail
from nuanxin.notifications.models import ChatRobot, NoticeSettings
from nuanxin.notifications.services.robots import OF_A_GROUP

EXAMPLES = {
    Group.OWN: _("收到了、派给谁、办好了、有人问您"),
    Group.WORK: _("新任务、被退回、待核查、要返工"),
    Group.LATE: _("时限过了、被督办、被催办"),
    Group.NEWS: _("会商结论、延期结果、每日快报"),
}


class PreferencesForm(forms.Form):
    """One choice for each group of notices; staff have three groups more."""

    digest_at = forms.ChoiceField(
        label=_("合成一封的时间"), choices=DigestAt.choices, widget=forms.RadioSelect
    )
    text_off_duty = forms.BooleanField(label=_("不值班的时候，危及生命的案件也发短信给我"), required=False)

    def __init__(self, data: Any, *, settings: NoticeSettings, is_staff: bool, is_reporter: bool) -> None:
        super().__init__(data)
        self.groups = [group for group in Group if (is_reporter if group == Group.OWN else is_staff)]
        if not is_staff:
            del self.fields["text_off_duty"]
        else:
            self.fields["text_off_duty"].initial = settings.text_off_duty
        self.fields["digest_at"].initial = settings.digest_at
        for group in self.groups:
            self.fields[group.value] = forms.ChoiceField(
                label=group.label,
                help_text=EXAMPLES[group],
                choices=Mail.choices,
                widget=forms.RadioSelect,
                initial=settings.by_group.get(group.value, Mail.OFF.value),
            )

    @property
    def choices(self) -> list[forms.BoundField]:
        return [self[group.value] for group in self.groups]

    @property
    def by_group(self) -> dict[str, str]:
        return {group.value: self.cleaned_data[group.value] for group in self.groups}


class MailForm(forms.Form):
    mail = forms.CharField(
        label=_("邮箱"),
        max_length=120,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("邮件里的六位数字"),
        max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class RobotForm(forms.Form):
    address = forms.CharField(
        label=_("机器人的 Webhook 地址"),
        max_length=400,
        required=False,
        help_text=_(
            "在群里添加机器人，关键词填“暖新”，把地址整个复制来。加签的钉钉机器人，在地址后面接 &secret=加签密钥。"
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    groups = forms.MultipleChoiceField(
        label=_("哪些提醒发到群里"),
        required=False,
        choices=[(group.value, group.label) for group in OF_A_GROUP],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("危及生命的案件总会发。"),
    )
    is_active = forms.BooleanField(label=_("现在就发"), required=False)

    @classmethod
    def of(cls, robot: ChatRobot | None, data: Any = None) -> "RobotForm":
        groups = robot.groups if robot else [Group.WORK.value, Group.LATE.value]
        return cls(data, initial={"groups": groups, "is_active": robot.is_active if robot else True})
