"""What keepers fill in about their shelves, and what staff narrow the list of stock by."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from nuanxin.places.enums import StockKind
from nuanxin.places.models import StockItem, StockLine, StockLot
from nuanxin.places.queries import StockFilters, catalogue
from nuanxin.places.services import Delivery, NoExpiry
from nuanxin.ui.forms import DIVISION_CODE, Refusing

SHOWN = ("low", "expiring", "expired", "tasks", "done")


class DeliveryForm(Refusing):
    """What arrives together: of one date."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(
        label=_("收到几件"),
        min_value=1,
        max_value=9999,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    expires_on = forms.DateField(
        label=_("有效期至"),
        error_messages={"required": NoExpiry.default_hint},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("看包装上印的日期；日期不一样的分几次收。"),
    )
    source = forms.CharField(
        label=_("哪里来的"), required=False, max_length=60, help_text=_("只写单位，例如：街道总工会。")
    )

    def __init__(self, *args: Any, has_expiry: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_expiry:
            del self.fields["expires_on"]

    def delivery(self) -> Delivery:
        said = self.cleaned_data
        return Delivery(said["quantity"], said.get("expires_on"), said["source"])


class CountForm(Refusing):
    """How many of each lot lie on the shelf."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, lots: Iterable[StockLot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for lot in lots:
            until = _("有效期至 %s") % lot.expires_on.isoformat() if lot.expires_on else _("没有有效期")
            self.fields[f"lot_{lot.pk}"] = forms.IntegerField(
                label=until, min_value=0, max_value=9999, initial=lot.balance,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip

    def counted(self) -> dict[int, int]:
        said = self.cleaned_data
        return {int(name[4:]): number for name, number in said.items() if name.startswith("lot_")}


class KeptForm(Refusing):
    """Which items are kept, and the least there should be; empty is not kept."""

    def __init__(self, *args: Any, held: Iterable[StockLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        least = {each.item_id: each.minimum for each in held}
        self.items = [each for each in catalogue().stock.values() if each.is_active or each.code in least]
        for item in self.items:
            self.fields[f"m_{item.code}"] = forms.IntegerField(
                label=item.name, min_value=0, max_value=9999, required=False, initial=least.get(item.code),
                widget=forms.NumberInput(
                    attrs={"inputmode": "numeric", "placeholder": _("不备"), "class": "input"}
                ),
            )  # fmt: skip

    def groups(self) -> list[tuple[str, list[tuple[Any, StockItem]]]]:
        """By kind, with the item beside its field."""
        return [
            (str(kind.label), [(self[f"m_{each.code}"], each) for each in self.items if each.kind == kind])
            for kind in StockKind
        ]

    def minimums(self) -> dict[str, int]:
        said = self.cleaned_data
        return {name[2:]: number for name, number in said.items() if number is not None}


class StockFilterForm(forms.Form):
    show = forms.CharField(required=False)
    q = forms.CharField(label=_("地方的名称"), required=False, max_length=40)
    within = forms.RegexField(DIVISION_CODE, required=False)
    kind = forms.ChoiceField(label=_("类别"), required=False)
    item = forms.ChoiceField(label=_("哪一样"), required=False)

    def __init__(self, data: QueryDict, *, within: str) -> None:
        super().__init__(data if "within" in data else {**data.dict(), "within": within})
        every = ("", _("全部"))
        choices: dict[str, list[tuple[str, Any]]] = {
            "kind": [every, *StockKind.choices],
            "item": [every, *((each.code, each.name) for each in catalogue().stock.values())],
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered

    def filters(self) -> StockFilters:
        """What cannot be understood does not narrow anything."""
        self.is_valid()
        said = self.cleaned_data
        show = said.get("show", "")
        return StockFilters(
            show=show if show in SHOWN else "low",
            within=said.get("within", ""),
            kind=said.get("kind", ""),
            item=said.get("item", ""),
            text=said.get("q", "").strip(),
        )


class RestockForm(Refusing):
    """For the steps that need a word."""

    reason = forms.CharField(label=_("原因"), max_length=120, help_text=_("例如：今天车坏了，请别的单位去。"))


class BookForm(Refusing):
    """One copy more."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("书名"), max_length=80)
    author = forms.CharField(label=_("作者"), max_length=60, required=False)
