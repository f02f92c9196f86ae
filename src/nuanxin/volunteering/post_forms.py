"""What is filled in about posts, programmes and prevention notices."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.queries.catalogue import kinds
from nuanxin.compounds.models import Compound
from nuanxin.kernel.access import Actor
from nuanxin.people.models import Assignment
from nuanxin.ui.forms import DIVISION_CODE, Refusing
from nuanxin.volunteering.enums import NoticeTopic, PostArea
from nuanxin.volunteering.models import Post, PostKind, Team
from nuanxin.volunteering.queries.areas import areas_of
from nuanxin.volunteering.queries.posts import TABS, PostFilters
from nuanxin.volunteering.queries.team_catalogue import team_catalogue
from nuanxin.volunteering.services.posts import PostData
from nuanxin.volunteering.services.programmes import NoticeData, ProgrammeData
from nuanxin.volunteering.services.team_catalogue import KindData
from nuanxin.volunteering.team_forms import AREA, InviteForm, WordsForm

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _kinds(first: str) -> list[tuple[str, Any]]:
    return [
        ("", first),
        *((each.code, each.name) for each in team_catalogue().kinds.values() if each.is_active),
    ]


class PostFilterForm(Refusing):
    within = forms.RegexField(DIVISION_CODE, required=False)
    kind = forms.ChoiceField(label=_("岗位"), required=False)
    only = forms.ChoiceField(
        label=_("名额"),
        required=False,
        choices=(("", _("全部")), ("vacant", _("有空位的")), ("filled", _("满员的"))),
    )
    tab = forms.CharField(required=False)
    q = forms.CharField(label=_("证号"), required=False, max_length=32)

    def __init__(self, data: QueryDict, *, within: str) -> None:
        super().__init__(data if "within" in data else {**data.dict(), "within": within})
        self.choose("kind", _kinds(str(_("全部"))))

    def filters(self) -> PostFilters:
        """What cannot be understood does not narrow anything."""
        self.is_valid()
        told = self.cleaned_data
        tab = told.get("tab", "")
        return PostFilters(
            tab=tab if tab in {*TABS, "all"} else "review",
            within=told.get("within", ""),
            kind=told.get("kind", ""),
            only=told.get("only", ""),
            text=told.get("q", "").strip(),
        )


class PostForm(Refusing):
    kind = forms.ChoiceField(label=_("岗位"))
    scope_code = forms.ChoiceField(
        label=_("管哪一片"), help_text=_("网格类的岗位定到网格，楼栋类的定到社区再选小区。")
    )
    compound = forms.ChoiceField(label=_("小区"), required=False)
    building = forms.CharField(label=_("楼栋"), max_length=30, required=False, help_text=_("例如：3 号楼"))
    team = forms.ChoiceField(label=_("属于哪支队伍"), required=False)
    headcount = forms.IntegerField(label=_("人数"), min_value=1, max_value=500, initial=1)
    term_months = forms.IntegerField(label=_("任期（月）"), min_value=1, max_value=60, initial=12)
    training = forms.CharField(
        label=_("要先参加的培训"),
        max_length=80,
        required=False,
        help_text=_("写明是哪一门；由组织的人确认。空着就不要求。"),
    )
    setting = forms.CharField(
        label=_("设置办法"),
        max_length=300,
        widget=AREA,
        help_text=_("为什么设、怎么选、做什么、有什么保障；大家看得到。"),
    )
    takes_applications = forms.BooleanField(label=_("可以自己报名"), required=False, initial=True)

    def __init__(
        self, *args: Any, actor: Actor, teams: Iterable[Team], compounds: Iterable[Compound],
        post: Post | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **{"initial": _post_initial(post), **kwargs})
        areas = areas_of(actor, with_grids=True)
        if post is not None and post.scope_code not in dict(areas):
            areas.append((post.scope_code, post.scope_code))
        self.choose("kind", _kinds(str(_("请选择"))))
        self.choose("scope_code", areas)
        self.choose("team", [("", _("不属于队伍")), *((str(each.public_id), each.name) for each in teams)])
        self.choose(
            "compound", [("", _("不定到小区")), *((str(each.public_id), each.name) for each in compounds)]
        )

    def data_of(self) -> PostData:
        told = dict(self.cleaned_data)
        team, compound = told.pop("team"), told.pop("compound")
        return PostData(
            **told, team=UUID(team) if team else None, compound=UUID(compound) if compound else None
        )


def _post_initial(post: Post | None) -> dict[str, Any]:
    if post is None:
        return {}
    plain = (
        "scope_code",
        "building",
        "headcount",
        "term_months",
        "training",
        "setting",
        "takes_applications",
    )
    return {
        **{name: getattr(post, name) for name in plain},
        "kind": post.kind_id,
        "team": str(post.team.public_id) if post.team else "",
        "compound": str(post.compound.public_id) if post.compound else "",
    }


class ApplyForm(Refusing):
    why = forms.CharField(
        label=_("为什么想来、什么时候有空"), max_length=300, widget=AREA,
        help_text=_("社区看得到。公示和证件上只写姓氏、岗位和片区；随时可以不去了。"),
    )  # fmt: skip


class NominateForm(InviteForm):
    why = forms.CharField(
        label=_("为什么推荐"), max_length=300, widget=AREA, help_text=_("对方看得到，本人同意了才往下走。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].help_text = _("对方要先注册；本人同意了才往下走。")


class RemoveForm(WordsForm):
    successor = forms.ChoiceField(label=_("手上的事交给"), required=False)

    def __init__(self, *args: Any, successors: Iterable[Assignment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(each.public_id), each.person.name) for each in successors]
        self.choose("successor", [("", _("退回原来的队列")), *people])


class VerdictForm(Refusing):
    is_upheld = forms.TypedChoiceField(
        label=_("结果"), coerce=lambda value: value == "yes", widget=forms.RadioSelect,
        choices=(("yes", _("成立")), ("no", _("不成立"))),
    )  # fmt: skip
    answer = forms.CharField(label=_("核实了什么"), max_length=200, widget=AREA, help_text=_("大家看得到。"))


class ObjectionForm(Refusing):
    key = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("哪里不合适"),
        max_length=300,
        widget=AREA,
        help_text=_("不用登录，不记是谁。请不要写人名和电话。"),
    )


class KindForm(Refusing):
    code = forms.SlugField(label=_("代码"), max_length=32)
    name_zh = forms.CharField(label=_("名称"), max_length=40)
    name_en = forms.CharField(label=_("英文名称"), max_length=60)
    icon = forms.CharField(label=_("图标"), max_length=40, help_text=_("图标的名字，例如 id-badge-2。"))
    family = forms.CharField(label=_("归在"), max_length=40, required=False, help_text=_("例如：八大员。"))
    tasks = forms.CharField(label=_("做什么"), max_length=200, required=False, help_text=_("用顿号隔开。"))
    area = forms.ChoiceField(label=_("范围"), choices=PostArea.choices)
    role = forms.ChoiceField(
        label=_("系统里的岗位"), required=False, help_text=_("在任期间给这个身份，卸任就收回。"),
        choices=(("", _("没有")), ("grid_part", _("兼职网格员"))),
    )  # fmt: skip
    training = forms.CharField(label=_("要先参加的培训"), max_length=80, required=False)
    term_months = forms.IntegerField(label=_("任期（月）"), min_value=1, max_value=60, initial=12)
    sort = forms.IntegerField(label=_("排序"), min_value=0, max_value=30000, initial=0)
    is_active = forms.BooleanField(label=_("启用"), required=False, initial=True)

    def __init__(self, *args: Any, row: PostKind | None = None, **kwargs: Any) -> None:
        initial = {name: getattr(row, name) for name in self.base_fields} if row else {}
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.fields["code"].disabled = row is not None

    def data_of(self) -> KindData:
        return KindData(**{name: value for name, value in self.cleaned_data.items() if name != "code"})


class ProgrammeForm(Refusing):
    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("例如：隐患随手拍。"))
    words = forms.CharField(
        label=_("看什么、怎么看"), max_length=300, widget=AREA, help_text=_("只看地方、东西和危险，不看人。")
    )
    categories = forms.MultipleChoiceField(label=_("哪几类"), widget=forms.SelectMultiple(attrs={"size": 8}))
    scope_code = forms.ChoiceField(label=_("在哪里"))
    starts_on = forms.DateField(label=_("从"), widget=DAY)
    ends_on = forms.DateField(label=_("到"), widget=DAY)
    team = forms.ChoiceField(label=_("面向哪支队伍"), required=False)
    post_kind = forms.ChoiceField(label=_("面向哪种岗位"), required=False)

    def __init__(self, *args: Any, actor: Actor, teams: Iterable[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose(
            "categories", [(code, each.name) for code, each in kinds().items() if not each.is_confidential]
        )
        self.choose("scope_code", areas_of(actor))
        self.choose("team", [("", _("谁都可以")), *((str(each.public_id), each.name) for each in teams)])
        self.choose("post_kind", _kinds(str(_("谁都可以"))))

    def data_of(self) -> ProgrammeData:
        told = dict(self.cleaned_data)
        team = told.pop("team")
        return ProgrammeData(
            **{**told, "categories": tuple(told["categories"])}, team=UUID(team) if team else None
        )


class NoticeForm(Refusing):
    key = forms.UUIDField(widget=forms.HiddenInput)
    topic = forms.ChoiceField(label=_("关于"), choices=NoticeTopic.choices)
    title = forms.CharField(label=_("标题"), max_length=40)
    text = forms.CharField(
        label=_("内容"),
        max_length=300,
        widget=AREA,
        help_text=_("什么东西、在哪一带、看到了怎么办。只写东西和危险，不写人。"),
    )
    scope_code = forms.ChoiceField(label=_("发给哪里的人"))
    post_kind = forms.ChoiceField(label=_("只发给哪种岗位"), required=False)
    until = forms.DateField(label=_("有效到"), widget=DAY, help_text=_("含当天，最长 30 天；过期自动收起。"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("scope_code", areas_of(actor))
        self.choose("post_kind", _kinds(str(_("不限岗位"))))

    def data_of(self) -> NoticeData:
        told = dict(self.cleaned_data)
        until = timezone.make_aware(datetime.combine(told.pop("until"), time(23, 59)))
        return NoticeData(**told, expires_at=until)
