"""What is filled in about activities: by who organises them, and by who comes."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.people.enums import WorkerType
from nuanxin.people.models import Organisation
from nuanxin.places.models import Place
from nuanxin.ui.forms import DIVISION_CODE, Refusing
from nuanxin.volunteering.enums import SignUpMode, TagGroup
from nuanxin.volunteering.models import Activity, ActivityKind, ActivityTag, Shift
from nuanxin.volunteering.queries.activities import Wanted
from nuanxin.volunteering.queries.matching import post_kinds
from nuanxin.volunteering.queries.organising import TABS, ActivityFilters
from nuanxin.volunteering.queries.taxonomy import taxonomy
from nuanxin.volunteering.services.activity_rules import ActivityData
from nuanxin.volunteering.services.shifts import Weekly
from nuanxin.volunteering.services.signing_up import MOST_CHILDREN, ChildData
from nuanxin.volunteering.services.taxonomy import TermData

AREA = forms.Textarea(attrs={"rows": 4})
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
DAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
WEEK = list(enumerate(DAYS, 1))
NONE = ("", _("不选"))
PARTNERS = ("partner_1", "partner_2", "partner_3")


def _kinds() -> list[tuple[Any, Any]]:
    """By line, so that the long list reads."""
    known = taxonomy()
    kinds = [each for each in known.kinds.values() if each.is_active]
    groups = [
        (line.name, [(each.code, each.name) for each in kinds if each.line_id == line.code])
        for line in known.lines
    ]
    return [("", _("请选择")), *((name, rows) for name, rows in groups if rows)]


class ActivityForm(Refusing):
    """What, where, for whom, and how one signs up. The times come afterwards."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("叫什么"), max_length=60, min_length=2)
    kind = forms.ChoiceField(label=_("哪一种"))
    words = forms.CharField(
        label=_("做什么"), max_length=1000, required=False, widget=AREA,
        help_text=_("来了做什么、穿什么、带什么，写给第一次来的人看。"),
    )  # fmt: skip
    organiser = forms.TypedChoiceField(label=_("主办"), coerce=UUID)
    partner_1 = forms.TypedChoiceField(label=_("联合主办"), coerce=UUID, required=False, empty_value=None)
    partner_2 = forms.TypedChoiceField(
        label=_("联合主办（二）"), coerce=UUID, required=False, empty_value=None
    )
    partner_3 = forms.TypedChoiceField(
        label=_("联合主办（三）"), coerce=UUID, required=False, empty_value=None
    )
    tags = forms.MultipleChoiceField(label=_("标签"), required=False, widget=forms.CheckboxSelectMultiple)
    place = forms.TypedChoiceField(label=_("在哪个点位"), coerce=UUID, required=False, empty_value=None)
    where = forms.CharField(
        label=_("具体在哪里集合"), max_length=120, required=False, help_text=_("例如：驿站门口；北门岗亭旁。")
    )
    link = forms.URLField(label=_("直播链接"), required=False, assume_scheme="https")
    is_outdoor = forms.BooleanField(label=_("在户外：有暴雨、高温、寒潮提示时，会提醒您改期"), required=False)
    is_risky = forms.BooleanField(label=_("有风险：夜间、上路、登高、应急一类，要先有保险"), required=False)
    insurer = forms.CharField(label=_("保险公司"), max_length=60, required=False)
    policy_number = forms.CharField(label=_("保单号"), max_length=60, required=False)
    insured_from = forms.DateField(label=_("保险从"), required=False, widget=DAY)
    insured_until = forms.DateField(label=_("保险到"), required=False, widget=DAY)
    audience_types = forms.MultipleChoiceField(
        label=_("只给这些从业类型"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=WorkerType.choices, help_text=_("都不选，就是谁都可以来。只在报名时核一下，不记录。"),
    )  # fmt: skip
    own_team_only = forms.BooleanField(label=_("只给本队队员"), required=False)
    area_only = forms.BooleanField(label=_("只给这个社区或街道的人"), required=False)
    for_women = forms.BooleanField(label=_("女性专场（由本人说，不记录）"), required=False)
    for_families = forms.BooleanField(label=_("可以带家人"), required=False)
    required_post = forms.ChoiceField(
        label=_("只给在任的岗位"), required=False, help_text=_("选了，不在任的报不上，页面会告诉他怎么办。")
    )
    required = forms.CharField(
        label=_("要会什么"), max_length=60, required=False,
        help_text=_("例如：急救培训。平台上有培训、岗位记录的自动认；没有的，到场看一眼，勾上“看过了”。"),
    )  # fmt: skip
    with_children = forms.BooleanField(label=_("孩子的活动：由监护人报名"), required=False)
    min_age = forms.IntegerField(label=_("孩子最小几岁"), required=False, min_value=3, max_value=17)
    max_age = forms.IntegerField(label=_("孩子最大几岁"), required=False, min_value=3, max_value=17)
    mode = forms.ChoiceField(
        label=_("怎么报名"), choices=SignUpMode.choices, widget=forms.RadioSelect,
        help_text=_("名额少的用抽签：一段时间里都能登记，早晚一样；最近没轮到过的先抽。"),
    )  # fmt: skip
    opens_at = forms.DateTimeField(
        label=_("几时开始报名"), required=False, widget=MOMENT,
        help_text=_("不填是发布就开始。不能在 11–13 点、17–20 点：大家都在送单。"),
    )  # fmt: skip
    collect_minutes = forms.TypedChoiceField(
        label=_("登记多久后抽签"), coerce=int,
        choices=[(60, _("1 小时")), (120, _("2 小时")), (720, _("半天")), (1440, _("1 天")), (2880, _("2 天"))],
    )  # fmt: skip
    call_off_hours = forms.TypedChoiceField(
        label=_("提前多久可以自己取消"), coerce=int,
        choices=[(2, _("2 小时")), (6, _("6 小时")), (12, _("12 小时")), (24, _("1 天")), (48, _("2 天"))],
        help_text=_("再晚也能取消，但负责人会收到通知，好找人顶。"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, organisers: Iterable[Organisation], partners: Iterable[Organisation],
        places: Iterable[Place], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = _kinds()
        fields["organiser"].choices = [(str(each.public_id), each.name) for each in organisers]
        fields["required_post"].choices = [NONE, *((each.code, each.name) for each in post_kinds())]
        others = [NONE, *((str(each.public_id), each.name) for each in partners)]
        for name in PARTNERS:
            fields[name].choices = others
        fields["place"].choices = [
            ("", _("不在点位上")), *((str(each.public_id), each.name) for each in places)
        ]  # fmt: skip
        fields["tags"].choices = [
            (label, [(each.code, each.name) for each in taxonomy().of_group(group)])
            for group, label in TagGroup.choices
            if group != TagGroup.LINE
        ]

    def activity(self, scope_code: str, *, is_new: bool) -> ActivityData:
        """Of a new one whether it is outdoors goes by its kind until somebody says otherwise."""
        said: dict[str, Any] = dict(self.cleaned_data)
        said.pop("key")
        if is_new and not said["is_outdoor"]:
            said["is_outdoor"] = None
        partners = [said.pop(name) for name in PARTNERS]
        area = scope_code if said.pop("area_only") else ""
        return ActivityData(
            **said, audience_area=area, co_organisers=[each for each in partners if each is not None]
        )

    def part(self, *names: str) -> list[Any]:
        return [self[name] for name in names]


def activity_initial(activity: Activity, partners: Iterable[Organisation]) -> dict[str, Any]:
    plain = (
        "key", "title", "words", "where", "link", "is_outdoor", "is_risky", "insurer", "policy_number", "insured_from",
        "insured_until", "own_team_only", "for_women", "for_families", "required", "with_children", "min_age",
        "max_age", "mode", "opens_at", "collect_minutes", "call_off_hours",
    )  # fmt: skip
    held = {name: getattr(activity, name) for name in plain}
    others = dict(zip(PARTNERS, (str(each.public_id) for each in partners), strict=False))
    return {
        **held, **others, "kind": activity.kind_id, "organiser": str(activity.organiser.public_id),
        "place": str(activity.place.public_id) if activity.place else "",
        "required_post": activity.required_post_id or "",
        "tags": [each.code for each in activity.tags.all()], "audience_types": list(activity.worker_types),
        "area_only": bool(activity.audience_area),
    }  # fmt: skip


class ShiftForm(Refusing):
    """One time."""

    called: ClassVar[Mapping[str, str]] = {"starts_at": "on", "ends_at": "end"}
    on = forms.DateField(label=_("哪一天"), widget=DAY)
    start = forms.TimeField(label=_("几点开始"), widget=CLOCK)
    end = forms.TimeField(label=_("几点结束"), widget=CLOCK, help_text=_("比开始早，就是第二天。"))
    capacity = forms.IntegerField(label=_("几人"), min_value=1, max_value=2000)

    def span(self) -> tuple[datetime, datetime]:
        on, start, end = (self.cleaned_data[name] for name in ("on", "start", "end"))
        begins = timezone.make_aware(datetime.combine(on, start))
        ends = timezone.make_aware(datetime.combine(on, end))
        return begins, ends if ends > begins else ends + timedelta(days=1)


def shift_initial(shift: Shift) -> dict[str, Any]:
    begins, ends = timezone.localtime(shift.starts_at), timezone.localtime(shift.ends_at)
    return {"on": begins.date(), "start": begins.time(), "end": ends.time(), "capacity": shift.capacity}


class WeeklyForm(Refusing):
    """The same every week; the public holidays left out."""

    days = forms.TypedMultipleChoiceField(
        label=_("每周哪几天"), coerce=int, choices=WEEK, widget=forms.CheckboxSelectMultiple
    )
    first = forms.DateField(label=_("从哪天起"), widget=DAY)
    last = forms.DateField(label=_("到哪天止"), widget=DAY, help_text=_("先排出八周以内的，以后自动接着排。"))
    start = forms.TimeField(label=_("几点开始"), widget=CLOCK)
    minutes = forms.TypedChoiceField(
        label=_("多长"), coerce=int,
        choices=[(60, _("1 小时")), (90, _("1 个半小时")), (120, _("2 小时")), (180, _("3 小时")), (240, _("4 小时"))],
    )  # fmt: skip
    capacity = forms.IntegerField(label=_("每次几人"), min_value=1, max_value=2000)
    skip_holidays = forms.BooleanField(label=_("法定节假日不办"), required=False, initial=True)

    def rule(self) -> Weekly:
        said: dict[str, Any] = dict(self.cleaned_data)
        return Weekly(**{**said, "days": tuple(said["days"])})


class ReasonForm(Refusing):
    reason = forms.CharField(
        label=_("为什么"), max_length=120, widget=AREA, help_text=_("报了名的人看得到，例如：明天有暴雨。")
    )


class CountForm(Refusing):
    beneficiaries = forms.IntegerField(
        label=_("受益多少人次"), min_value=0, max_value=1_000_000,
        help_text=_("来听的、来看的、得到帮助的，按人次估；志愿者自己不算。没有就填 0。"),
    )  # fmt: skip


class WordForm(Refusing):
    words = forms.CharField(
        label=_("说什么"), max_length=200, widget=AREA,
        help_text=_("报上名的人会收到一条通知，写着来看这句话。例如：明天改在北门集合。"),
    )  # fmt: skip


class SignUpForm(Refusing):
    """Only where a tap is not enough: a guardian for children, or one's own word."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    belongs = forms.BooleanField(label=_("我符合（女性专场；这一项不保存）"), required=False)
    agreed = forms.CharField(required=False, max_length=24)
    wait = forms.BooleanField(required=False)

    def __init__(self, *args: Any, activity: Activity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not activity.for_women:
            del self.fields["belongs"]
        self.rows = range(1, MOST_CHILDREN + 1) if activity.with_children else range(0)
        for number in self.rows:
            self.fields[f"name_{number}"] = forms.CharField(
                label=_("孩子怎么称呼"),
                max_length=6,
                required=number == 1,
                help_text=_("小名就行，不用全名。"),
            )
            self.fields[f"age_{number}"] = forms.IntegerField(
                label=_("几岁"), min_value=activity.min_age, max_value=activity.max_age, required=number == 1
            )

    def children(self) -> list[ChildData]:
        said = self.cleaned_data
        return [
            ChildData(said[f"name_{number}"], said[f"age_{number}"] or 0)
            for number in self.rows
            if said.get(f"name_{number}")
        ]

    def child_rows(self) -> list[tuple[int, Any, Any]]:
        return [(number, self[f"name_{number}"], self[f"age_{number}"]) for number in self.rows]


class FindForm(forms.Form):
    """What a worker narrows the list by; everything by links and one select."""

    line = forms.CharField(required=False, max_length=32)
    on = forms.DateField(required=False)
    within = forms.RegexField(DIVISION_CODE, required=False)
    near = forms.UUIDField(required=False)
    children = forms.BooleanField(required=False)

    def wanted(self, points: dict[UUID, tuple[float, float]]) -> Wanted:
        """What cannot be understood does not narrow anything."""
        self.is_valid()
        said = self.cleaned_data
        on: date | None = said.get("on")
        return Wanted(
            line=said.get("line", "") if said.get("line", "") in taxonomy().tags else "",
            on=on,
            within=said.get("within", ""),
            with_children=bool(said.get("children")),
            near=points.get(said["near"]) if said.get("near") else None,
        )


class ActivityFilterForm(forms.Form):
    tab = forms.CharField(required=False)
    q = forms.CharField(label=_("名称、主办"), required=False, max_length=40)
    within = forms.RegexField(DIVISION_CODE, required=False)
    line = forms.ChoiceField(label=_("活动线"), required=False)
    tag = forms.ChoiceField(label=_("维度、四联"), required=False)
    weather = forms.BooleanField(label=_("只看遇上天气的"), required=False)

    def __init__(self, data: QueryDict, *, within: str) -> None:
        super().__init__(data if "within" in data else {**data.dict(), "within": within})
        every = ("", _("全部"))
        known = taxonomy()
        fields: dict[str, Any] = self.fields
        fields["line"].choices = [every, *((each.code, each.name) for each in known.lines)]
        tags = [each for group in (TagGroup.DIMENSION, TagGroup.LINK) for each in known.of_group(group)]
        fields["tag"].choices = [every, *((each.code, each.name) for each in tags)]

    def filters(self) -> ActivityFilters:
        """What cannot be understood does not narrow anything."""
        self.is_valid()
        said = self.cleaned_data
        tab = said.get("tab", "")
        return ActivityFilters(
            tab=tab if tab in {*TABS, "all"} else "coming",
            within=said.get("within", ""),
            line=said.get("line", ""),
            tag=said.get("tag", ""),
            text=said.get("q", "").strip(),
            weather=bool(said.get("weather")),
        )


class TermForm(Refusing):
    """A kind or a tag."""

    code = forms.CharField(
        label=_("代码"), max_length=32, help_text=_("小写字母、数字和下划线，以后不能改。")
    )
    name_zh = forms.CharField(label=_("名称"), max_length=40)
    name_en = forms.CharField(label=_("英文名称"), max_length=60)
    icon = forms.CharField(label=_("图标"), max_length=40, widget=forms.TextInput(attrs={"list": "icons"}))
    sort = forms.IntegerField(label=_("排序"), min_value=0, max_value=30_000, required=False)
    is_active = forms.BooleanField(label=_("可以选"), required=False)
    group = forms.ChoiceField(label=_("哪一类"), choices=TagGroup.choices)
    line = forms.ChoiceField(label=_("活动线"))
    is_volunteering = forms.BooleanField(label=_("算志愿服务，记时长"), required=False)
    is_outdoor = forms.BooleanField(label=_("一般在户外"), required=False)
    is_risky = forms.BooleanField(label=_("一般有风险，要保险"), required=False)

    def __init__(self, data: QueryDict | None, *, kind: str, row: ActivityKind | ActivityTag | None) -> None:
        names = ("name_zh", "name_en", "icon", "sort", "is_active")
        initial: dict[str, Any] = {"is_active": True, "sort": 500}
        if row is not None:
            initial = {name: getattr(row, name) for name in names}
        if isinstance(row, ActivityKind):
            initial |= {"line": row.line_id, **{name: getattr(row, name) for name in FLAGS}}
        elif isinstance(row, ActivityTag):
            initial["group"] = row.group
        super().__init__(data, initial=initial)
        fields: dict[str, Any] = self.fields
        if row is not None:
            del fields["code"]
        for name in (*FLAGS, "line") if kind == "tags" else ("group",):
            del fields[name]
        if kind == "kinds":
            fields["line"].choices = [(each.code, each.name) for each in taxonomy().lines]

    def term(self) -> TermData:
        said: dict[str, Any] = dict(self.cleaned_data)
        said.pop("code", None)
        return TermData(**{**said, "sort": said.get("sort") or 0})


FLAGS = ("is_volunteering", "is_outdoor", "is_risky")
