"""What one fills in to book, what a keeper sets about a service, and what the street narrows the figures by."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.opening import Change
from nuanxin.kernel.opening.week import to_text
from nuanxin.places.enums import FigurePeriod
from nuanxin.places.models import Bookable, ServiceItem
from nuanxin.places.models.bookings import LENGTHS
from nuanxin.places.queries.booking_figures import FigureFilters
from nuanxin.places.services import BookingRules
from nuanxin.ui.forms import DIVISION_CODE, Refusing
from nuanxin.ui.opening import USUAL, Opening, OpeningField

WAIT = "wait:"


def _spans(*minutes: int, zero: Any = "") -> list[tuple[int, Any]]:
    """As words that a keeper understands."""
    words = {
        10: _("10 分钟"), 15: _("15 分钟"), 20: _("20 分钟"), 30: _("30 分钟"), 40: _("40 分钟"), 45: _("45 分钟"),
        60: _("1 小时"), 90: _("1 个半小时"), 120: _("2 小时"), 180: _("3 小时"), 240: _("4 小时"), 360: _("6 小时"),
        720: _("半天"), 1440: _("1 天"), 2880: _("2 天"),
    }  # fmt: skip
    return [(each, words[each] if each else zero) for each in minutes]


class BookForm(forms.Form):
    """`start` is an instant; `wait:` before it where one joins the queue."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    start = forms.CharField(max_length=60, error_messages={"required": _("先点一个时间。")})

    def clean_start(self) -> tuple[datetime, bool]:
        said = str(self.cleaned_data["start"])
        try:
            at = datetime.fromisoformat(said.removeprefix(WAIT))
        except ValueError as error:
            raise forms.ValidationError(_("这个时间看不懂，请从页面上点一个。")) from error
        return (at if timezone.is_aware(at) else timezone.make_aware(at)), said.startswith(WAIT)


class WalkInForm(forms.Form):
    """`slot`: the service and the instant, as the page offers them."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    slot = forms.ChoiceField(label=_("哪一段"))

    def __init__(self, *args: Any, slots: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["slot"]
        field.choices = list(slots)

    def chosen(self) -> tuple[str, datetime]:
        item, _bar, at = str(self.cleaned_data["slot"]).partition("|")
        return item, datetime.fromisoformat(at)


class CallOffForm(Refusing):
    reason = forms.CharField(
        label=_("原因"), max_length=120, help_text=_("约的人看得到，例如：师傅今天病了，对不住。")
    )


class RulesForm(Refusing):
    """How a service takes bookings. What a keeper seldom changes stands behind a fold."""

    is_active = forms.BooleanField(label=_("可以预约"), required=False)
    opening = OpeningField(
        label=_("哪几天、几点可以约"),
        with_changes=True,
        help_text=_("休息、加班的那几天，写在下面的单独几天里。"),
    )
    minutes = forms.TypedChoiceField(label=_("每次多长"), coerce=int, choices=_spans(*LENGTHS))
    capacity = forms.IntegerField(
        label=_("同时几位"), min_value=1, max_value=200, help_text=_("有几把椅子、几个车位、几间屋。")
    )
    days_ahead = forms.IntegerField(label=_("可以提前几天约"), min_value=1, max_value=60)
    is_confidential = forms.BooleanField(
        label=_("保密：工作人员只看到代号和时间，通知里不写是什么服务"), required=False
    )
    note = forms.CharField(
        label=_("来之前要知道的"),
        max_length=120,
        required=False,
        help_text=_("例如：带身份证和合同；从东门进，二楼左手。"),
    )
    book_before = forms.TypedChoiceField(
        label=_("最晚提前多久约"),
        coerce=int,
        choices=_spans(0, 10, 30, 60, 120, 720, 1440, zero=_("开始前都行")),
    )
    cancel_before = forms.TypedChoiceField(
        label=_("最晚提前多久取消"),
        coerce=int,
        choices=_spans(0, 30, 60, 120, 720, 1440, zero=_("开始前都行")),
    )
    hold_minutes = forms.TypedChoiceField(
        label=_("空出来的位子给排队的人留多久"), coerce=int, choices=_spans(15, 30, 60, 120, 240, 720, 1440)
    )
    remind_before = forms.TypedChoiceField(
        label=_("提前多久提醒"), coerce=int, choices=_spans(0, 30, 60, 120, 240, 1440, zero=_("不提醒"))
    )
    per_person = forms.IntegerField(label=_("一个人同时能约几个"), min_value=1, max_value=5)
    pause_after = forms.IntegerField(
        label=_("一个月里几次没来，就先停约"),
        min_value=0,
        max_value=20,
        help_text=_("0 是不停：没来只记个数，不影响谁。"),
    )
    pause_days = forms.IntegerField(label=_("停约几天"), min_value=1, max_value=90)
    fate = forms.ChoiceField(
        label=_("已经约好的怎么办"),
        required=False,
        choices=[("", _("先不改")), ("keep", _("照旧，到时候还来")), ("call_off", _("取消，通知他们另约"))],
        widget=forms.RadioSelect,
    )

    def rules(self) -> BookingRules:
        said = {name: value for name, value in self.cleaned_data.items() if name not in ("opening", "fate")}
        opening: Opening = self.cleaned_data["opening"]
        return BookingRules(hours=opening.text, changes=opening.changes, **said)

    def often(self) -> list[Any]:
        return [self[name] for name in ("minutes", "capacity", "days_ahead")]

    def seldom(self) -> list[Any]:
        names = (
            "book_before", "cancel_before", "hold_minutes", "remind_before", "per_person", "pause_after", "pause_days",
        )  # fmt: skip
        return [self[name] for name in names]


def rules_initial(
    bookable: Bookable | None, changes: Iterable[Change], *, confidential: bool
) -> dict[str, Any]:
    """What the form begins with: what is set, else what fits most."""
    if bookable is not None:
        plain = (
            "is_active", "minutes", "capacity", "days_ahead", "is_confidential", "note", "book_before",
            "cancel_before", "hold_minutes", "remind_before", "per_person", "pause_after", "pause_days",
        )  # fmt: skip
        return {
            **{name: getattr(bookable, name) for name in plain},
            "opening": Opening(bookable.hours, tuple(changes)),
        }
    fresh = BookingRules(hours=to_text(USUAL))
    return {
        **{name: getattr(fresh, name) for name in RulesForm.base_fields if hasattr(fresh, name)},
        "is_confidential": confidential,
        "opening": Opening(fresh.hours),
    }


class FigureForm(forms.Form):
    q = forms.CharField(label=_("地方的名称"), required=False, max_length=40)
    within = forms.RegexField(DIVISION_CODE, required=False)
    item = forms.ChoiceField(label=_("服务"), required=False)
    period = forms.ChoiceField(label=_("哪几天"), required=False, choices=FigurePeriod.choices)

    def __init__(self, data: QueryDict, *, within: str, items: Iterable[ServiceItem]) -> None:
        super().__init__(data if "within" in data else {**data.dict(), "within": within})
        field: Any = self.fields["item"]
        field.choices = [("", _("全部")), *((each.code, each.name) for each in items)]

    def filters(self) -> FigureFilters:
        """What cannot be understood does not narrow anything."""
        self.is_valid()
        said = self.cleaned_data
        period = said.get("period", "")
        return FigureFilters(
            text=said.get("q", "").strip(),
            within=said.get("within", ""),
            item=said.get("item", ""),
            period=period or FigurePeriod.WEEK.value,
        )
