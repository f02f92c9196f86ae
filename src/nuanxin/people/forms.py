"""What is typed into the pages of this context. Rules live in the services; forms say what is asked."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuanxin.people.enums import DeclaredAs, IdentityCheck, Language, RoleKind, WorkerType
from nuanxin.people.models import Assignment, ConsentPurpose, Organisation, Role, Site
from nuanxin.people.queries import is_community, purpose_words
from nuanxin.people.services import ConsentMissing


class PlainForm(forms.Form):
    use_required_attribute = False

    def offer(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        """What a select may choose from, known only for this request."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  -- a slip of the form's author, not of its user
        field.choices = list(choices)


class PhoneForm(PlainForm):
    phone = forms.CharField(
        label=_("手机号"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "type": "tel"}),
    )


class CodeForm(PlainForm):
    code = forms.CharField(
        label=_("短信里的 6 位数字"),
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
    code_id = forms.UUIDField(widget=forms.HiddenInput)


class StaffSignInForm(PlainForm):
    login_name = forms.CharField(
        label=_("登录名"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("密码"), max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    code = forms.CharField(
        label=_("动态码"),
        max_length=10,
        required=False,
        help_text=_("手机验证器里的 6 位数字；第一次登录先空着。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class NewPasswordForm(PlainForm):
    password = forms.CharField(
        label=_("新密码"),
        max_length=128,
        strip=False,
        help_text=_("至少 10 个字符，大写、小写、数字、符号四种里有三种；90 天换一次，最近 5 次的不能再用。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一遍"), max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean_again(self) -> str:
        if self.cleaned_data["again"] != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("两次输入的不一样。"))
        return self.cleaned_data["again"]


class DynamicCodeForm(PlainForm):
    code = forms.CharField(
        label=_("验证器上的 6 位数字"),
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class InvitedForm(NewPasswordForm):
    field_order = ["login_name", "password", "again"]
    login_name = forms.CharField(
        label=_("登录名"), max_length=40, help_text=_("4 到 40 个字，自己好记就行。"),
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )  # fmt: skip


class NameForm(PlainForm):
    name = forms.CharField(
        label=_("怎么称呼您"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("真名、小名都行；处理问题的单位看不到。"),
    )  # fmt: skip
    nickname = forms.CharField(label=_("昵称"), max_length=30, required=False)
    language = forms.ChoiceField(label=_("语言"), choices=Language.choices)


class WorkForm(PlainForm):
    """For each trade whether, and on which platform; the community is chosen in the picker beside it."""

    community = forms.CharField(
        label=_("您的社区"), max_length=15, widget=forms.HiddenInput,
        error_messages={"required": _("请找到您住的或主要跑的社区，点一下它。")},
    )  # fmt: skip
    declared_as = forms.ChoiceField(
        label=_("这个社区是您"), choices=DeclaredAs.choices, widget=forms.RadioSelect
    )
    worker_types = forms.CharField(
        required=False, widget=forms.HiddenInput
    )  # where errors about trades are shown

    def __init__(self, *args: Any, platforms: Iterable[Organisation] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.platforms = {str(platform.public_id): platform for platform in platforms}
        choices = [("", _("自己干，不挂平台")), *((key, row.label) for key, row in self.platforms.items())]
        for code, label in WorkerType.choices:
            self.fields[f"does_{code}"] = forms.BooleanField(label=label, required=False)
            if self.platforms:
                self.fields[f"platform_{code}"] = forms.ChoiceField(
                    label=_("%(work)s在哪个平台") % {"work": label}, choices=choices, required=False,
                )  # fmt: skip

    def clean_community(self) -> str:
        if not is_community(self.cleaned_data["community"]):
            raise forms.ValidationError(_("没有这个社区，请从列表里点一个。"))
        return self.cleaned_data["community"]

    @property
    def trades(self) -> list[tuple[forms.BoundField, forms.BoundField | None]]:
        """Pairs of fields for the page: whether, and on which platform."""
        names = [field.name for field in self]
        return [
            (self[f"does_{code}"], self[f"platform_{code}"] if f"platform_{code}" in names else None)
            for code in WorkerType.values
        ]

    @property
    def works(self) -> list[tuple[str, Organisation | None]]:
        """What was ticked, as (worker type, platform or nothing)."""
        given = self.cleaned_data
        return [
            (code, self.platforms.get(given.get(f"platform_{code}", "")))
            for code in WorkerType.values
            if given.get(f"does_{code}")
        ]


class RegisterForm(WorkForm):
    field_order = ("name",)

    name = forms.CharField(
        label=_("怎么称呼您"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("真名、小名都行；处理问题的单位看不到。"),
    )  # fmt: skip

    def __init__(self, *args: Any, purposes: Iterable[ConsentPurpose] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purposes = list(purposes)
        for purpose in self.purposes:
            title, text = purpose_words(purpose)
            self.fields[f"consent_{purpose.code}"] = forms.BooleanField(
                label=title, help_text=text, required=False
            )

    def clean(self) -> dict[str, Any]:
        """What is missing is said at once, the agreement without which there is no account included."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for purpose in self.purposes:
            if purpose.is_required and not given.get(f"consent_{purpose.code}"):
                self.add_error(f"consent_{purpose.code}", ConsentMissing().told)
        return given

    @property
    def consent_fields(self) -> list[forms.BoundField]:
        return [self[f"consent_{purpose.code}"] for purpose in self.purposes]

    @property
    def consents(self) -> list[str]:
        return [purpose.code for purpose in self.purposes if self.cleaned_data.get(f"consent_{purpose.code}")]


class RecoverForm(PlainForm):
    recovery_code = forms.CharField(
        label=_("找回码"), max_length=30, help_text=_("16 位字母数字，不分大小写，横线可以不输。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


class TokenForm(PlainForm):
    name = forms.CharField(label=_("给谁用"), max_length=40, help_text=_("比如“社区大屏”“我的脚本”。"))
    days = forms.TypedChoiceField(
        label=_("有效期"), coerce=int, initial=90,
        choices=[(30, _("30 天")), (90, _("90 天")), (365, _("一年"))],
    )  # fmt: skip


class PeopleFilterForm(PlainForm):
    q = forms.CharField(label=_("查找"), max_length=40, required=False)
    role = forms.ChoiceField(label=_("岗位"), required=False)
    ended = forms.BooleanField(label=_("包括已结束的"), required=False)

    def __init__(self, *args: Any, roles: Iterable[Role] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        appointed = [role for role in roles if role.kind != RoleKind.SELF]
        self.offer(
            "role",
            [
                ("", _("全部岗位")),
                *((role.code, role_name(role)) for role in appointed),
            ],
        )


class InviteForm(PlainForm):
    """A role at a territory, an organisation or a site: what the role needs is checked by the service."""

    name = forms.CharField(label=_("姓名"), max_length=50)
    role = forms.ChoiceField(label=_("岗位"))
    scope_code = forms.ChoiceField(
        label=_("辖区"), required=False, help_text=_("在单位、场所任职的不用选。"),
    )  # fmt: skip
    organisation = forms.ChoiceField(label=_("单位"), required=False)
    site = forms.ChoiceField(label=_("场所"), required=False)
    phone = forms.CharField(
        label=_("手机号"), max_length=20, required=False, help_text=_("填了就把链接发过去；不保存。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    reason = forms.CharField(label=_("事由"), max_length=120, required=False)

    def __init__(
        self,
        *args: Any,
        roles: Iterable[Role] = (),
        territories: Iterable[tuple[str, str]] = (),
        organisations: Iterable[Organisation] = (),
        sites: Iterable[Site] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organisations: dict[str, Organisation] = {str(row.public_id): row for row in organisations}
        self.sites: dict[str, Site] = {str(row.public_id): row for row in sites}
        empty = ("", "—")
        self.offer("role", [(role.code, role_name(role)) for role in roles])
        self.offer("scope_code", [empty, *territories])
        self.offer(
            "organisation",
            [
                empty,
                *((key, row.name) for key, row in self.organisations.items()),
            ],
        )
        self.offer("site", [empty, *((key, row.name) for key, row in self.sites.items())])

    @property
    def place(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "scope_code": given["scope_code"],
            "organisation": self.organisations.get(given["organisation"]),
            "site": self.sites.get(given["site"]),
        }


class AssignForm(InviteForm):
    """For somebody who is here already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["name"], self.fields["phone"]


class EndAssignmentForm(PlainForm):
    successor = forms.ChoiceField(
        label=_("手上的事交给"), required=False, help_text=_("不选就退回队列，由别人领。"),
    )  # fmt: skip
    reason = forms.CharField(label=_("事由"), max_length=120, required=False)

    def __init__(self, *args: Any, successors: Iterable[Assignment] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.successors: dict[str, Assignment] = {str(row.public_id): row for row in successors}
        names = [(key, row.person.name) for key, row in self.successors.items()]
        self.offer("successor", [("", _("退回队列")), *names])


class ShiftForm(PlainForm):
    assignment = forms.ChoiceField(label=_("谁"))
    day = forms.DateField(label=_("日期"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    start = forms.TimeField(
        label=_("上岗"), initial=time(8, 30), widget=forms.TimeInput(attrs={"type": "time"})
    )
    end = forms.TimeField(
        label=_("下岗"), initial=time(17, 30), help_text=_("比上岗早就算第二天。"),
        widget=forms.TimeInput(attrs={"type": "time"}),
    )  # fmt: skip
    note = forms.CharField(label=_("备注"), max_length=60, required=False)

    def __init__(
        self, *args: Any, assignments: Iterable[tuple[UUID, Assignment, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.assignments = {str(key): (row, label) for key, row, label in assignments}
        self.offer("assignment", [(key, label) for key, (_row, label) in self.assignments.items()])

    @property
    def period(self) -> tuple[datetime, datetime]:
        given = self.cleaned_data
        starts_at = timezone.make_aware(datetime.combine(given["day"], given["start"]))
        ends_at = timezone.make_aware(datetime.combine(given["day"], given["end"]))
        return starts_at, ends_at if ends_at > starts_at else ends_at + timedelta(days=1)


class StaffRecoverForm(PlainForm):
    old_phone = forms.CharField(
        label=_("原来的手机号"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("新手机号"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    identity_check = forms.ChoiceField(
        label=_("看了什么证件"), choices=IdentityCheck.choices, widget=forms.RadioSelect
    )


def role_name(role: Role) -> str:
    """Reference data carries both languages itself."""
    return role.name_en if _is_english() else role.name


def _is_english() -> bool:
    return (get_language() or "").startswith("en")
