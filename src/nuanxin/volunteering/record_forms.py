"""What is filled in about service: claims, corrections, sweeps, spot-checks, certificates, helping."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.people.models import Organisation
from nuanxin.ui.forms import DIVISION_CODE, Refusing
from nuanxin.ui.pictures import PictureField
from nuanxin.volunteering.enums import QUALITIES, EntryKind, HelpKind, RecordSource, SpotResult
from nuanxin.volunteering.models import ServiceRecord
from nuanxin.volunteering.queries.matching import PARTS, post_kinds, skills
from nuanxin.volunteering.queries.records import LABELS, TABS, HourFilters, RecordFilters
from nuanxin.volunteering.services.matching import NeedData, ProfileData
from nuanxin.volunteering.services.record_confirming import Judged
from nuanxin.volunteering.services.records import Claim, Position

AREA = forms.Textarea(attrs={"rows": 3})
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
DAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
PART_NAMES = (_("上午"), _("下午"), _("晚上"))
QUALITY_NAMES = {0: "0", 80: "0.8", 100: "1.0", 120: "1.2"}


def _issuers(rows: Iterable[Organisation]) -> list[tuple[str, Any]]:
    return [("", _("请选择")), *((str(each.public_id), each.name) for each in rows)]


class CheckInForm(Refusing):
    """`lng`, `lat`, `accuracy` come from the phone where its owner has agreed to that."""

    code = forms.CharField(label=_("现场的码"), max_length=200)
    device = forms.CharField(required=False, max_length=64)
    lng = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    accuracy = forms.FloatField(required=False, min_value=0, max_value=100_000)

    def position(self) -> Position | None:
        told = self.cleaned_data
        if told["lng"] is None or told["lat"] is None:
            return None
        return Position(told["lng"], told["lat"], told["accuracy"] or 0.0)


class ClaimForm(Refusing):
    organisation = forms.ChoiceField(label=_("为谁做的"))
    source = forms.ChoiceField(
        label=_("哪一种"), choices=[(each.value, each.label) for each in RecordSource if each != RecordSource.SHIFT]
    )  # fmt: skip
    title = forms.CharField(label=_("做了什么"), max_length=60)
    starts_at = forms.DateTimeField(label=_("从"), widget=MOMENT)
    ends_at = forms.DateTimeField(label=_("到"), widget=MOMENT)
    proof = forms.CharField(
        label=_("凭什么能核实"),
        max_length=200,
        widget=AREA,
        help_text=_("在哪里、和谁一起、谁看见了。别写别人的手机号和门牌。"),
    )
    picture = PictureField(
        label=_("照片"),
        help_text=_("只给确认和抽查的人看，180 天后删；不存拍摄的地点和时间。别拍到别人的脸、门牌和证件。"),
    )

    def __init__(self, *args: Any, organisations: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.choices = _issuers(organisations)

    def claim(self) -> Claim:
        told = self.cleaned_data
        return Claim(**{**told, "organisation": UUID(told["organisation"])})


class AskForm(Refusing):
    words = forms.CharField(label=_("哪里不对，应该是怎样"), max_length=200, widget=AREA)
    wanted_minutes = forms.IntegerField(label=_("应该是多少分钟"), required=False, min_value=0, max_value=720)


class HourFilterForm(forms.Form):
    year = forms.TypedChoiceField(label=_("年份"), required=False, coerce=int, empty_value=None)
    organisation = forms.ChoiceField(label=_("谁记录的"), required=False)
    tab = forms.ChoiceField(
        label=_("只看"),
        required=False,
        choices=[
            ("", _("全部")),
            ("counted", _("算数的")),
            ("pending", _("等确认的")),
            ("not", _("没有算的")),
        ],
    )

    def __init__(
        self, data: QueryDict, *, years: Iterable[int], organisations: Iterable[Organisation]
    ) -> None:
        super().__init__(data)
        choices: dict[str, list[tuple[Any, Any]]] = {
            "year": [("", _("全部")), *((each, str(each)) for each in years)],
            "organisation": [("", _("全部")), *((str(each.public_id), each.name) for each in organisations)],
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered

    def filters(self) -> HourFilters:
        """What cannot be understood does not narrow anything."""
        self.is_valid()
        told = self.cleaned_data
        return HourFilters(
            year=told.get("year") or 0, organisation=told.get("organisation", ""), tab=told.get("tab", "")
        )


class RecordFilterForm(forms.Form):
    tab = forms.CharField(required=False)
    within = forms.RegexField(DIVISION_CODE, required=False)
    label = forms.ChoiceField(
        label=_("只看"),
        required=False,
        choices=[
            ("", _("全部")), ("late", _("补签的")), ("manual", _("人工录入的")), ("held", _("要先看一看的")),
            ("device", _("同一台手机的")),
        ],
    )  # fmt: skip
    since = forms.DateField(label=_("从"), required=False, widget=DAY)
    until = forms.DateField(label=_("到"), required=False, widget=DAY)

    def __init__(self, data: QueryDict, *, within: str) -> None:
        super().__init__(data if "within" in data else {**data.dict(), "within": within})

    def filters(self) -> RecordFilters:
        """What cannot be understood does not narrow anything."""
        self.is_valid()
        told = self.cleaned_data
        tab, label = told.get("tab", ""), told.get("label", "")
        return RecordFilters(
            tab=tab if tab in {*TABS, "all"} else "pending",
            within=told.get("within", ""),
            label=label if label in LABELS else "",
            since=told.get("since"),
            until=told.get("until"),
        )


def marks_of(data: QueryDict, rows: Iterable[UUID]) -> dict[UUID, Judged]:
    """What the leader chose beside each name; an unreadable quality is refused by the service."""
    found = {}
    for each in rows:
        text = data.get(f"quality-{each}", "100")
        quality = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1
        found[each] = Judged(quality, data.get(f"reason-{each}", ""))
    return found


class ReasonForm(Refusing):
    reason = forms.CharField(label=_("为什么"), max_length=120, widget=AREA)


class NoteForm(Refusing):
    note = forms.CharField(label=_("怎么核实的"), max_length=200, widget=AREA)


class AnswerForm(Refusing):
    """`minutes` and `quality` count where the correction is granted."""

    minutes = forms.IntegerField(label=_("改成多少分钟"), min_value=0, max_value=720)
    quality = forms.TypedChoiceField(
        label=_("质量系数"), coerce=int, choices=[(each, QUALITY_NAMES[each]) for each in QUALITIES]
    )
    answer = forms.CharField(label=_("答复"), max_length=120, widget=AREA)

    @classmethod
    def of(cls, record: ServiceRecord, wanted: int | None, data: QueryDict | None = None) -> "AnswerForm":
        minutes = record.minutes if wanted is None else wanted
        return cls(data, initial={"minutes": minutes, "quality": record.quality})


class EntryForm(Refusing):
    kind = forms.ChoiceField(label=_("哪一类"), choices=EntryKind.choices)
    title = forms.CharField(label=_("内容"), max_length=80)
    on = forms.DateField(label=_("日期"), widget=DAY)


class DrawForm(Refusing):
    since = forms.DateField(label=_("服务日期从"), widget=DAY)
    until = forms.DateField(label=_("到"), widget=DAY)
    count = forms.IntegerField(label=_("抽几条"), min_value=1, max_value=100, initial=10)
    seed = forms.CharField(
        label=_("抽签种子"),
        required=False,
        max_length=40,
        help_text=_("写一个当众定的数，别人照着能抽出同样的；不写由系统定，都会记下来。"),
    )

    @classmethod
    def for_month(cls, today: date) -> "DrawForm":
        return cls(initial={"since": today - timedelta(days=30), "until": today, "count": 10})


class JudgeForm(Refusing):
    result = forms.ChoiceField(label=_("结果"), choices=SpotResult.choices)
    note = forms.CharField(label=_("看到了什么"), required=False, max_length=200)
    minutes = forms.IntegerField(label=_("实际几分钟"), required=False, min_value=0, max_value=720)


class CertificateForm(Refusing):
    organisation = forms.ChoiceField(label=_("由谁来开"))
    period_from = forms.DateField(label=_("从哪天"), widget=DAY)
    period_to = forms.DateField(label=_("到哪天"), widget=DAY)

    def __init__(self, *args: Any, issuers: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.choices = _issuers(issuers)


class VerifyForm(forms.Form):
    number = forms.CharField(label=_("证明编号"), max_length=24)
    code = forms.CharField(label=_("验证码"), max_length=10)


class ProfileForm(Refusing):
    """`free`: values `day-part`; `areas`: codes of one's own street and its communities."""

    is_open = forms.BooleanField(label=_("愿意被问：有事缺人时，可以来问我"), required=False)
    areas = forms.MultipleChoiceField(
        label=_("愿意在哪里"), required=False, widget=forms.CheckboxSelectMultiple
    )
    skills = forms.MultipleChoiceField(label=_("会什么"), required=False, widget=forms.CheckboxSelectMultiple)
    free = forms.MultipleChoiceField(label=_("平时什么时候有空"), required=False)

    def __init__(self, *args: Any, areas: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[str, Any]]] = {
            "areas": list(areas),
            "skills": [(each.code, each.name) for each in skills()],
            "free": [
                (str(day * len(PARTS) + part), f"{day_name} {part_name}")
                for day, day_name in enumerate(DAYS)
                for part, part_name in enumerate(PART_NAMES)
            ],
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered

    def data_of(self) -> ProfileData:
        told = self.cleaned_data
        return ProfileData(
            is_open=told["is_open"], areas=tuple(told["areas"]), skills=tuple(told["skills"]),
            free=sum(1 << int(each) for each in set(told["free"])),
        )  # fmt: skip


def week_of(free: int) -> list[tuple[Any, list[tuple[int, Any, bool]]]]:
    """Day by day: bit, name of the part, chosen."""
    return [
        (
            day_name,
            [
                (day * len(PARTS) + part, name, bool(free >> (day * len(PARTS) + part) & 1))
                for part, name in enumerate(PART_NAMES)
            ],
        )
        for day, day_name in enumerate(DAYS)
    ]


class NeedForm(Refusing):
    kind = forms.ChoiceField(label=_("哪一类"), choices=HelpKind.choices)
    title = forms.CharField(label=_("要做什么"), max_length=60)
    note = forms.CharField(
        label=_("要知道的"), required=False, max_length=200, widget=AREA,
        help_text=_("带什么、在哪里集合。别写居民的姓名和门牌。"),
    )  # fmt: skip
    scope_code = forms.ChoiceField(label=_("在哪里"))
    starts_at = forms.DateTimeField(label=_("从"), widget=MOMENT)
    ends_at = forms.DateTimeField(label=_("到"), widget=MOMENT)
    wanted = forms.IntegerField(label=_("要几个人"), min_value=1, max_value=50, initial=2)
    skill = forms.ChoiceField(label=_("要会什么"), required=False)
    post = forms.ChoiceField(label=_("什么岗位的人"), required=False)

    def __init__(self, *args: Any, territories: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[str, Any]]] = {
            "scope_code": list(territories),
            "skill": [("", _("都行")), *((each.code, each.name) for each in skills())],
            "post": [("", _("都行")), *((each.code, each.name) for each in post_kinds())],
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered

    def need(self) -> NeedData:
        return NeedData(**self.cleaned_data)


def first_days(now: datetime) -> dict[str, date]:
    """What a certificate is mostly asked of: this year."""
    today = timezone.localdate(now)
    return {"period_from": today.replace(month=1, day=1), "period_to": today}
