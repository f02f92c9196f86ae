"""What the administrator fills in about other systems, and how lists are narrowed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.queries.catalogue import MAJORS, kinds_by_major
from nuanxin.gateway.enums import CodeKind, EndpointState, KeyState, Sending
from nuanxin.gateway.models import ExchangeLink, WebhookEndpoint
from nuanxin.gateway.queries.areas import area_choices
from nuanxin.gateway.queries.exchange import OrderFilters, code_lines
from nuanxin.gateway.queries.keys import KeyFilters
from nuanxin.gateway.queries.webhooks import EndpointFilters, LogFilters
from nuanxin.gateway.webhooks.catalogue import PUBLISHED
from nuanxin.kernel.errors import DomainError, Invalid

ALL: tuple[str, Any] = ("", _("全部"))
LIVES = [(30, _("30 天")), (90, _("90 天")), (180, _("180 天")), (366, _("一年"))]


def _lines(label: Any, help_text: Any, placeholder: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4, "placeholder": placeholder, "spellcheck": "false"})
    return forms.CharField(label=label, help_text=help_text, required=False, widget=widget, strip=False)


class EndpointForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("给谁的，例如“城市大脑”。"))
    url = forms.CharField(
        label=_("推送地址"),
        max_length=500,
        help_text=_("对方接收的 https 地址。不能指向内部网络，除非运维已经加进允许名单。"),
        widget=forms.TextInput(
            attrs={
                "placeholder": "https://",
                "autocomplete": "off",
                "spellcheck": "false",
                "inputmode": "url",
            }
        ),
    )
    scope_code = forms.ChoiceField(label=_("哪里的事"), help_text=_("只推送这个区划里的案件。"))
    event_types = forms.MultipleChoiceField(
        label=_("推送哪些事件"),
        help_text=_("每一种只带案卷号、类别、单位这些编码；没有人，没有原话，没有门牌。"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(name, each.label) for name, each in PUBLISHED.items()],
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["scope_code"].choices = area_choices()  # type: ignore[attr-defined]

    @classmethod
    def of(cls, row: WebhookEndpoint | None, data: Any = None) -> "EndpointForm":
        if row is None:
            return cls(data, initial={"event_types": list(PUBLISHED)})
        given = {
            "name": row.name,
            "url": row.url,
            "scope_code": row.scope_code,
            "event_types": row.event_types,
        }
        return cls(data, initial=given)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def _words(placeholder: Any, length: int = 40) -> forms.CharField:
    widget = forms.TextInput(attrs={"placeholder": placeholder, "type": "search"})
    return forms.CharField(label=_("关键字"), required=False, max_length=length, widget=widget)


class AreaListForm(forms.Form):
    """What is not understood narrows nothing."""

    area = forms.ChoiceField(label=_("区域"), required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["area"].choices = [("", _("全部区域")), *area_choices()]  # type: ignore[attr-defined]

    def chosen(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "").strip()


class KeyListForm(AreaListForm):
    show = forms.ChoiceField(
        label=_("看哪些"),
        required=False,
        choices=[
            ("", _("现在能用的")),
            *((state, state.label) for state in KeyState if state != KeyState.ACTIVE),
            ("all", _("全部状态")),
        ],
    )
    words = _words(_("名称，或末四位"))

    def filters(self) -> KeyFilters:
        return KeyFilters(self.chosen("show") or "force", self.chosen("area"), self.chosen("words"))


class EndpointListForm(AreaListForm):
    show = forms.ChoiceField(
        label=_("看哪些"),
        required=False,
        choices=[
            ("", _("全部状态")),
            (EndpointState.ACTIVE, _("启用中")),
            (EndpointState.PAUSED, _("已暂停")),
            ("failing", _("送不到的")),
        ],
    )
    words = _words(_("名称或地址"), 60)

    def filters(self) -> EndpointFilters:
        return EndpointFilters(self.chosen("show"), self.chosen("area"), self.chosen("words"))


class LogForm(forms.Form):
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[
            ("", _("全部状态")),
            *((value, label) for value, label in Sending.choices if value != "recorded"),
        ],
    )
    event = forms.ChoiceField(
        label=_("事件"),
        required=False,
        choices=[
            ("", _("全部事件")),
            ("webhook.test", _("测试消息")),
            *((name, each.label) for name, each in PUBLISHED.items()),
        ],
    )
    number = forms.CharField(
        label=_("案卷号"),
        required=False,
        max_length=19,
        widget=forms.TextInput(attrs={"placeholder": _("案卷号")}),
    )
    since = _day(_("产生日期从"))
    until = _day(_("到"))

    def filters(self) -> LogFilters:
        """What is not understood narrows nothing."""
        self.is_valid()
        given = self.cleaned_data
        return LogFilters(
            state=given.get("state", ""),
            event_type=given.get("event", ""),
            number=given.get("number", ""),
            since=given.get("since"),
            until=given.get("until"),
        )


class LinkForm(forms.Form):
    name = forms.CharField(
        label=_("平台名称"), max_length=40, help_text=_("案件页上这样称呼它，例如“12345 热线”。")
    )
    scope_code = forms.ChoiceField(label=_("哪里的事"), help_text=_("这个区划里的案件可以转给它。"))
    url = forms.CharField(
        label=_("接口地址"),
        max_length=500,
        required=False,
        help_text=_("对方的 https 地址，后面会接 /orders 和 /changes。"),
        widget=forms.TextInput(
            attrs={
                "placeholder": "https://",
                "autocomplete": "off",
                "spellcheck": "false",
                "inputmode": "url",
            }
        ),
    )
    is_active = forms.BooleanField(label=_("启用"), required=False, initial=True)
    pulls = forms.BooleanField(label=_("对方不能推送状态，由我们每 10 分钟去取"), required=False)
    field = _lines(
        _("字段名对照"), _("每行一个：本系统=对方。不写的用默认名称。"), "number=caseNo\nstate=status"
    )
    category = _lines(_("类别对照"), _("不写的用类别目录里的国标代码；两样都没有的，不能转。"), "0401=E0101")
    unit = _lines(_("单位类型对照"), _("例如 CG 是城管。"), "CG=cgj")
    state = _lines(
        _("状态对照"),
        _(
            "本系统只分四种：received 已受理、handling 办理中、closed 已办结、returned 已退回；一种可以对好几个。"
        ),
        "closed=30\nclosed=31",
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["scope_code"].choices = area_choices()  # type: ignore[attr-defined]

    @classmethod
    def of(cls, row: ExchangeLink | None, data: Any = None) -> "LinkForm":
        if row is None:
            return cls(data)
        names = ("name", "scope_code", "url", "is_active", "pulls")
        return cls(data, initial={**{name: getattr(row, name) for name in names}, **code_lines(row.pk)})

    def values(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        codes = {kind: given.pop(kind) for kind in CodeKind.values}
        return {**given, "codes": codes}


class OrderListForm(forms.Form):
    show = forms.ChoiceField(
        label=_("看哪些"),
        required=False,
        choices=[
            ("", _("等决定的")),
            ("open", _("没了结的")),
            ("unsent", _("没送到的")),
            ("over", _("已了结的")),
            ("all", _("全部")),
        ],
    )
    number = forms.CharField(
        label=_("编号"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("案卷号或对方编号")}),
    )
    link = forms.ChoiceField(label=_("平台"), required=False)
    kind = forms.ChoiceField(label=_("类别"), required=False)
    place = forms.ChoiceField(label=_("街道、社区"), required=False)
    since = _day(_("转出日期从"))
    until = _day(_("到"))

    def __init__(
        self, *args: Any, links: Sequence[tuple[str, str]] = (), places: Sequence[Any] = (), **given: Any
    ) -> None:
        super().__init__(*args, **given)
        narrowed = {
            "link": (_("全部平台"), links if len(links) > 1 else ()),
            "kind": (_("全部类别"), _kinds()),
            "place": (_("全部地方"), places),
        }
        for name, (every, choices) in narrowed.items():
            if choices:
                self.fields[name].choices = [("", every), *choices]  # type: ignore[attr-defined]
            else:
                del self.fields[name]

    def filters(self) -> OrderFilters:
        """What is not understood narrows nothing."""
        self.is_valid()
        given = self.cleaned_data
        kind = given.get("kind") or ""
        return OrderFilters(
            show=given.get("show") or "decide",
            number=given.get("number", "").strip(),
            link=given.get("link") or "",
            major=kind if len(kind) == 2 else "",
            category=kind if len(kind) == 4 else "",
            place=given.get("place") or "",
            since=given.get("since"),
            until=given.get("until"),
        )


def _kinds() -> list[Any]:
    """Majors as groups: all of the major first, then its kinds."""
    return [
        (
            MAJORS[major][0],
            [
                (major, _("%(name)s（全部）") % {"name": MAJORS[major][0]}),
                *((kind.code, kind.name) for kind in kinds),
            ],
        )
        for major, kinds in kinds_by_major()
    ]


class AreaForm(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["scope_code"].choices = [("", _("请选择")), *area_choices()]  # type: ignore[attr-defined]

    def refuse(self, error: DomainError) -> None:
        """Put a service's refusal beside the fields that it is about."""
        fields = error.fields if isinstance(error, Invalid) else {}
        for name, text in fields.items():
            self.add_error(name if name in self.fields else None, str(text))
        if not fields:
            self.add_error(None, error.told)


class KeyForm(AreaForm):
    name = forms.CharField(
        label=_("给谁用"),
        max_length=40,
        help_text=_("写系统的名称，不写人名。"),
        error_messages={"required": _("写一下给谁用，日后好认。")},
    )
    scope_code = forms.ChoiceField(
        label=_("区域"),
        help_text=_("只能上报这里面的事情。"),
        error_messages={"required": _("请选择区域；够用就好，越小越稳妥。")},
    )
    may_report = forms.BooleanField(label=_("可以上报"), required=False, initial=True)
    may_update = forms.BooleanField(
        label=_("可以补充说明"), required=False, help_text=_("只能补充它自己提交的案卷，改不了办理状态。")
    )
    days = forms.TypedChoiceField(label=_("有效期"), choices=LIVES, coerce=int, initial=90)


class JurisdictionForm(AreaForm):
    identifier = forms.CharField(
        label="jurisdiction_id",
        max_length=64,
        error_messages={"required": _("用小写字母、数字、点和短横线，例如 fenglin.example。")},
        help_text=_("对方在请求里写的代号：小写字母、数字、点和短横线，例如 fenglin.example。"),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("名称"), max_length=60, error_messages={"required": _("写一下这个区域的名称，对方会看到。")}
    )
    scope_code = forms.ChoiceField(
        label=_("区域"), error_messages={"required": _("请选择区域；够用就好，越小越稳妥。")}
    )
