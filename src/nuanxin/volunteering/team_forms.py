"""What is filled in about teams, their members, and the reserve."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import DomainError, Invalid
from nuanxin.ui.forms import DIVISION_CODE, Refusing
from nuanxin.volunteering.enums import BadgeColour
from nuanxin.volunteering.models import Team
from nuanxin.volunteering.queries.areas import areas_of
from nuanxin.volunteering.queries.team_catalogue import team_catalogue
from nuanxin.volunteering.queries.teams import TeamFilters
from nuanxin.volunteering.services.teams import TeamData

AREA = forms.Textarea(attrs={"rows": 3})
BADGES = (
    "heart-handshake", "motorbike", "shield-check", "flame", "leaf", "star", "book", "stethoscope", "directions",
    "home-heart", "truck", "users-group",
)  # fmt: skip


class TeamFilterForm(Refusing):
    q = forms.CharField(label=_("队伍名称"), required=False, max_length=40)
    within = forms.RegexField(DIVISION_CODE, required=False)
    speciality = forms.ChoiceField(label=_("专长"), required=False)
    level = forms.CharField(label=_("层级"), required=False, max_length=20)
    leaderless = forms.BooleanField(label=_("只看没有队长的"), required=False)

    def __init__(self, data: QueryDict, *, within: str) -> None:
        super().__init__(data if "within" in data else {**data.dict(), "within": within})
        self.choose("speciality", [("", _("全部")), *_active("specialities")])

    def filters(self) -> TeamFilters:
        """What cannot be understood does not narrow anything."""
        self.is_valid()
        told = self.cleaned_data
        return TeamFilters(
            within=told.get("within", ""),
            text=told.get("q", "").strip(),
            speciality=told.get("speciality", ""),
            level=told.get("level", "").strip(),
            without_leader=bool(told.get("leaderless")),
        )


def _active(kind: str) -> list[tuple[str, Any]]:
    return [(each.code, each.name) for each in getattr(team_catalogue(), kind).values() if each.is_active]


class TeamForm(Refusing):
    name = forms.CharField(label=_("队伍名称"), max_length=80)
    scope_code = forms.ChoiceField(label=_("服务范围"))
    parent = forms.ChoiceField(label=_("上级队伍"), required=False, help_text=_("不选就是一棵树的顶。"))
    level = forms.CharField(
        label=_("层级"),
        max_length=20,
        required=False,
        help_text=_("你们怎么叫就怎么写：总队、分队、站、小组。"),
    )
    speciality = forms.ChoiceField(label=_("专长"), required=False)
    sources = forms.MultipleChoiceField(
        label=_("队员来源"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("说的是整支队伍，不记在哪一个人身上。"),
    )  # fmt: skip
    words = forms.CharField(label=_("做什么"), max_length=200, required=False, widget=AREA)
    colour = forms.ChoiceField(label=_("徽章颜色"), choices=BadgeColour.choices)
    icon = forms.ChoiceField(label=_("徽章图案"), choices=[(each, each) for each in BADGES])
    takes_requests = forms.BooleanField(label=_("大家可以申请加入"), required=False, initial=True)

    def __init__(
        self, *args: Any, actor: Actor, parents: Iterable[Team], team: Team | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"initial": _team_initial(team), **kwargs})
        areas = areas_of(actor)
        if team is not None and team.scope_code not in dict(areas):
            areas.append((team.scope_code, team.scope_code))
        self.choose("scope_code", areas)
        self.choose(
            "parent", [("", _("没有，这是顶")), *((str(each.public_id), each.name) for each in parents)]
        )
        self.choose("speciality", [("", _("不填")), *_active("specialities")])
        self.choose("sources", _active("sources"))
        if team is not None and team.icon not in BADGES:
            self.choose("icon", [(team.icon, team.icon), *((each, each) for each in BADGES)])

    def data_of(self) -> TeamData:
        told = dict(self.cleaned_data)
        parent = told.pop("parent")
        return TeamData(
            **{**told, "sources": tuple(told["sources"])}, parent=UUID(parent) if parent else None
        )


def _team_initial(team: Team | None) -> dict[str, Any]:
    if team is None:
        return {"colour": BadgeColour.ORANGE, "icon": BADGES[0], "takes_requests": True}
    plain = ("name", "scope_code", "level", "words", "colour", "icon", "takes_requests")
    return {
        **{name: getattr(team, name) for name in plain},
        "parent": str(team.parent.public_id) if team.parent else "",
        "speciality": team.speciality_id or "",
        "sources": team.sources.split(),
    }


class JoinForm(Refusing):
    shown_as = forms.CharField(
        label=_("在队里叫什么"),
        max_length=30,
        help_text=_("昵称就行，不用写真名；平台企业看不到您加入了哪支队伍。"),
    )


class ShownForm(JoinForm):
    is_shown = forms.BooleanField(label=_("让队友看到我的称呼"), required=False)


class InviteForm(Refusing):
    phone = forms.CharField(
        label=_("对方的手机号"), max_length=20,
        help_text=_("有账号的会收到邀请，由对方决定；这里不会告诉您有没有账号。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip


class WordsForm(Refusing):
    """For a step that needs a word."""

    words = forms.CharField(label=_("原因"), max_length=300, widget=AREA, help_text=_("对方看得到。"))

    LABELS = {
        "handover": (_("交接"), _("手上还有什么、钥匙和资料交给谁；没有就写“没有”。")),
        "training": (_("培训"), _("哪一门、什么时候。")),
        "outcome": (_("结果"), _("到哪里、做什么岗位。")),
    }

    def __init__(self, *args: Any, field: str = "reason", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = field
        if field in self.LABELS:
            self.fields["words"].label, self.fields["words"].help_text = self.LABELS[field]

    def refuse(self, error: DomainError) -> None:
        """The service knows the field by its own name."""
        fields = error.fields if isinstance(error, Invalid) else {}
        for text in fields.values():
            self.add_error("words", str(text))
        if not fields:
            self.add_error(None, f"{error.message} {error.hint}")


class ReserveForm(Refusing):
    criteria = forms.MultipleChoiceField(
        label=_("符合哪几条"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("自己填，不用交材料；不符合也可以申请。"),
    )  # fmt: skip
    words = forms.CharField(label=_("想做什么、做过什么"), max_length=400, widget=AREA)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("criteria", _active("criteria"))


class RecommendForm(InviteForm):
    words = forms.CharField(
        label=_("为什么推荐"), max_length=400, widget=AREA, help_text=_("对方看得到，同意了才往下走。")
    )
