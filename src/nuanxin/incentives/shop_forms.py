"""What a community fills in about its supermarket, what a counter sends, what lists are narrowed by."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import Brings, ItemKind, ShopState
from nuanxin.incentives.models import ShopItem, ShopLot
from nuanxin.incentives.queries.shop_orders import TABS, OrderFilters
from nuanxin.incentives.services.shop import ItemData
from nuanxin.incentives.services.shop_stock import Arrival, NoBestBefore
from nuanxin.places.models import Offer, Place
from nuanxin.ui.forms import Refusing
from nuanxin.ui.pictures import PictureField

NUMERIC = {"inputmode": "numeric"}


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=False, help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


class NewShopForm(Refusing):
    place = forms.TypedChoiceField(
        label=_("在哪里"), coerce=UUID, help_text=_("社区超市、驿站或者商户，已经对外开放的。")
    )

    def __init__(self, *args: Any, places: Iterable[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["place"]
        field.choices = [("", _("请选")), *((str(each.public_id), each.name) for each in places)]


class ShopStateForm(Refusing):
    state = forms.ChoiceField(label=_("状态"), choices=ShopState.choices)
    reason = forms.CharField(
        label=_("原因"), required=False, max_length=120,
        help_text=_("暂停、撤销要写，来的人看得到。例如：盘点两天，五号恢复。"),
    )  # fmt: skip


class ItemForm(Refusing):
    """One thing for points. The settlement price is for the books only: no worker's page shows it."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("类别"), choices=ItemKind.choices)
    name_zh = forms.CharField(label=_("名称"), max_length=40, help_text=_("例如：保温杯 500 毫升。"))
    name_en = forms.CharField(label=_("英文名称"), max_length=80, required=False)
    about_zh = forms.CharField(
        label=_("说明"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("规格、怎么用；服务写清楚要不要先约。"),
    )  # fmt: skip
    about_en = forms.CharField(label=_("英文说明"), max_length=400, required=False)
    points = forms.IntegerField(
        label=_("多少积分"), min_value=1, max_value=100_000, widget=forms.NumberInput(attrs=NUMERIC)
    )
    supplier = forms.CharField(
        label=_("供应方"), max_length=60, help_text=_("单位名称，月底按它结算；捐赠的写捐赠单位。")
    )
    settlement = forms.DecimalField(
        label=_("结算价（元）"), min_value=0, max_value=100_000, decimal_places=2, required=False,
        help_text=_("每件付给供应方多少；捐赠的不填。小哥看不到。"),
        widget=forms.NumberInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    brings = forms.ChoiceField(label=_("谁来补货"), choices=Brings.choices)
    per_month = forms.IntegerField(
        label=_("每人每月几件"), min_value=1, max_value=99, required=False, help_text=_("不限就空着。"),
        widget=forms.NumberInput(attrs=NUMERIC),
    )  # fmt: skip
    minimum = forms.IntegerField(
        label=_("最少放几件"), min_value=0, max_value=9999, required=False,
        help_text=_("少于这个数，自动提醒补货。"), widget=forms.NumberInput(attrs=NUMERIC),
    )  # fmt: skip
    has_expiry = forms.BooleanField(label=_("有有效期，到货时要填"), required=False)
    valid_from = _day(_("从哪天起"), _("只在一个季节给的，写上起止。"))
    valid_to = _day(_("到哪天"))
    offer = forms.ChoiceField(
        label=_("用在哪个优惠"), required=False, help_text=_("商户的券才选：换了以后到那家去用。")
    )
    is_offered = forms.BooleanField(label=_("在架，小哥看得到"), required=False, initial=True)
    picture = PictureField(help_text=_("只拍东西，不拍人、不拍单据；存下来的是重新生成的，不带拍摄地点。"))
    drops_picture = forms.BooleanField(label=_("去掉现在这张照片"), required=False)

    def __init__(
        self, *args: Any, offers: Iterable[Offer], item: ShopItem | None = None, **kwargs: Any
    ) -> None:
        if item is not None:
            kwargs["initial"] = _initial(item)
        super().__init__(*args, **kwargs)
        if item is None or item.picture is None:
            del self.fields["drops_picture"]
        field: Any = self.fields["offer"]
        listed = [(str(each.public_id), f"{each.place.name} · {each.name}") for each in offers]
        field.choices = [("", _("不用")), *listed]

    def data_for_service(self) -> ItemData:
        said = self.cleaned_data
        plain = (
            "kind", "name_zh", "name_en", "about_zh", "about_en", "points", "supplier", "brings", "per_month",
            "has_expiry", "valid_from", "valid_to", "is_offered", "picture",
        )  # fmt: skip
        return ItemData(
            **{name: said[name] for name in plain},
            drops_picture=said.get("drops_picture", False),
            settlement_fen=int((said["settlement"] or Decimal(0)) * 100),
            minimum=said["minimum"] or 0,
            offer=UUID(said["offer"]) if said["offer"] else None,
        )


def _initial(item: ShopItem) -> dict[str, Any]:
    plain = (
        "kind", "name_zh", "name_en", "about_zh", "about_en", "points", "per_month", "minimum", "has_expiry",
        "valid_from", "valid_to", "is_offered",
    )  # fmt: skip
    return {
        **{name: getattr(item, name) for name in plain},
        "supplier": item.supplier.name,
        "brings": item.supplier.brings,
        "settlement": Decimal(item.settlement_fen) / 100,
        "offer": str(item.offer.public_id) if item.offer else "",
    }


class ArrivalForm(Refusing):
    """What arrives together: of one date."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    quantity = forms.IntegerField(
        label=_("收到几件"), min_value=1, max_value=9999, widget=forms.NumberInput(attrs=NUMERIC)
    )
    expires_on = forms.DateField(
        label=_("有效期至"), error_messages={"required": NoBestBefore.default_hint},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("看包装上印的日期；日期不一样的分几次收。"),
    )  # fmt: skip
    source = forms.CharField(
        label=_("哪里来的"), required=False, max_length=60, help_text=_("只写单位，例如：街道总工会。")
    )

    def __init__(self, *args: Any, has_expiry: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_expiry:
            del self.fields["expires_on"]

    def arrival(self) -> Arrival:
        said = self.cleaned_data
        return Arrival(said["quantity"], said.get("expires_on"), said["source"])


class ShelfCountForm(Refusing):
    """How many of each lot lie there, what is promised included."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, lots: Iterable[ShopLot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for lot in lots:
            until = _("有效期至 %s") % lot.expires_on.isoformat() if lot.expires_on else _("没有有效期")
            waiting = _("其中 %s 件换好了还没取。") % lot.reserved if lot.reserved else ""
            self.fields[f"lot_{lot.pk}"] = forms.IntegerField(
                label=until, min_value=0, max_value=9999, initial=lot.balance, help_text=waiting,
                widget=forms.NumberInput(attrs=NUMERIC),
            )  # fmt: skip

    def counted(self) -> dict[int, int]:
        said = self.cleaned_data
        return {int(name[4:]): value for name, value in said.items() if name.startswith("lot_")}


class ReasonForm(Refusing):
    """For the steps that need a word."""

    reason = forms.CharField(label=_("原因"), max_length=120)


class OrderFilterForm(forms.Form):
    show = forms.CharField(required=False)
    q = forms.CharField(label=_("取货码"), required=False, max_length=20)
    item = forms.ChoiceField(label=_("换的是什么"), required=False)

    def __init__(self, data: QueryDict, *, items: Iterable[ShopItem]) -> None:
        super().__init__(data)
        field: Any = self.fields["item"]
        field.choices = [("", _("全部")), *((str(each.public_id), each.name) for each in items)]

    def filters(self) -> OrderFilters:
        """What cannot be understood does not narrow anything."""
        self.is_valid()
        said = self.cleaned_data
        show = said.get("show", "")
        item = said.get("item", "")
        return OrderFilters(
            show=show if show in TABS else "waiting",
            number=said.get("q", "").strip(),
            item=UUID(item) if item else None,
        )


class NearShopsForm(forms.Form):
    """Where somebody stands, for one answer. Nothing here is refused: what cannot be understood is no position."""

    lng = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)

    def point(self) -> tuple[float, float] | None:
        self.is_valid()
        lng, lat = (self.cleaned_data.get(name) for name in ("lng", "lat"))
        return None if lng is None or lat is None else (lng, lat)


class ShelfFilterForm(forms.Form):
    q = forms.CharField(label=_("名称"), required=False, max_length=40)
    show = forms.ChoiceField(
        label=_("只看"),
        required=False,
        choices=[("", _("在架的")), ("low", _("少于最少数")), ("expiring", _("快过期、过期")), ("hidden", _("下架的"))],
    )  # fmt: skip

    def narrowed(self) -> tuple[str, str]:
        self.is_valid()
        return self.cleaned_data.get("show", ""), self.cleaned_data.get("q", "").strip()
