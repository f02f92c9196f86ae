"""Who keeps a supermarket: its shelf, what comes and is counted, what runs out, which things it has."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.incentives.queries import shop as queries
from nuanxin.incentives.queries import shop_reports as reports
from nuanxin.incentives.services import shop as services
from nuanxin.incentives.services import shop_stock as stock
from nuanxin.incentives.shop_forms import (
    ArrivalForm,
    ItemForm,
    NewShopForm,
    ReasonForm,
    ShelfCountForm,
    ShelfFilterForm,
    ShopStateForm,
)
from nuanxin.incentives.workflow import REFILL
from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import DomainError
from nuanxin.ui.forms import Refusing

WAYS = ["GET", "HEAD", "POST"]
KEEPS = "incentives.shop_stock"
MANAGES = "incentives.shop_manage"


@require_safe
@requires(KEEPS, "incentives.shop_view")
def shop_list(request: ActorRequest) -> HttpResponse:
    """The shops of the area; who keeps just one comes straight to its shelf."""
    shops = queries.kept_shops(request.actor)
    if len(shops) == 1 and not permits(request.actor, MANAGES):
        return redirect("incentives:shop_shelf", shops[0].public_id)
    context = {"shops": shops, "may_open": permits(request.actor, MANAGES)}
    return render(request, "incentives/shop_list.html", context)


@require_http_methods(WAYS)
@requires(MANAGES)
def shop_new(request: ActorRequest) -> HttpResponse:
    form = NewShopForm(
        request.POST if request.method == "POST" else None, places=queries.places_without_shop(request.actor)
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.open_shop(
                actor=request.actor, place_id=form.cleaned_data["place"], run_by_id=None, now=request.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("开起来了。先加几样东西，到货以后小哥就能换。"))
            return redirect("incentives:shop_shelf", made.public_id)
    return _form(request, "incentives/shop_new.html", {"form": form})


@require_safe
@requires(KEEPS, "incentives.shop_view")
def shop_shelf(request: ActorRequest, public_id: UUID) -> HttpResponse:
    shop = queries.kept_shop(request.actor, public_id)
    form = ShelfFilterForm(request.GET)
    show, text = form.narrowed()
    context = {
        "shop": shop,
        "form": form,
        "is_narrowed": bool(show or text),
        "show": show,
        "text": text,
        "rows": reports.shelf(shop, show=show, text=text, now=request.now),
        "may_keep": permits(request.actor, KEEPS),
        "may_manage": permits(request.actor, MANAGES),
        "may_view": permits(request.actor, "incentives.shop_view"),
        "may_export": permits(request.actor, "incentives.shop_export"),
    }
    template = "incentives/partials/shop_shelf_rows.html" if request.htmx else "incentives/shop_shelf.html"
    return render(request, template, context)


@require_http_methods(WAYS)
@requires(MANAGES)
def shop_state(request: ActorRequest, public_id: UUID) -> HttpResponse:
    shop = queries.shop_for(request.actor, public_id, MANAGES)
    given = {"state": shop.state, "reason": shop.reason}
    form = ShopStateForm(request.POST if request.method == "POST" else None, initial=given)
    if _done(
        request,
        form,
        lambda said: services.set_shop_state(
            actor=request.actor,
            shop_id=public_id,
            state=said["state"],
            reason=said["reason"],
            now=request.now,
        ),
    ):
        return redirect("incentives:shop_shelf", public_id)
    return _form(request, "incentives/shop_state.html", {"form": form, "shop": shop})


@require_http_methods(WAYS)
@requires(MANAGES)
def shop_item_new(request: ActorRequest, public_id: UUID) -> HttpResponse:
    shop = queries.shop_for(request.actor, public_id, MANAGES)
    form = ItemForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        offers=queries.offers_nearby(shop),
        initial={"key": uuid4()},
    )
    if _done(
        request,
        form,
        lambda said: services.add_item(
            actor=request.actor, shop_id=public_id, data=form.data_for_service(), key=said["key"] or uuid4(),
            now=request.now,
        ),
    ):  # fmt: skip
        messages.success(request, _("加好了。到货以后点“到货”，小哥就能换。"))
        return redirect("incentives:shop_shelf", public_id)
    return _form(request, "incentives/shop_item_form.html", {"form": form, "shop": shop, "item": None})


@require_http_methods(WAYS)
@requires(MANAGES)
def shop_item_edit(request: ActorRequest, public_id: UUID) -> HttpResponse:
    item = queries.item_for(request.actor, public_id)
    posted = request.POST if request.method == "POST" else None
    sent = request.FILES if request.method == "POST" else None
    form = ItemForm(posted, sent, offers=queries.offers_nearby(item.shop), item=item)
    if _done(
        request,
        form,
        lambda said: services.edit_item(
            actor=request.actor, item_id=public_id, data=form.data_for_service(), now=request.now
        ),
    ):
        messages.success(request, _("改好了。已经换好的，还按原来的积分。"))
        return redirect("incentives:shop_shelf", item.shop.public_id)
    return _form(request, "incentives/shop_item_form.html", {"form": form, "shop": item.shop, "item": item})


@require_http_methods(WAYS)
@requires(KEEPS)
def shop_receive(request: ActorRequest, public_id: UUID) -> HttpResponse:
    item = queries.item_for(request.actor, public_id, KEEPS)
    posted = request.POST if request.method == "POST" else None
    form = ArrivalForm(
        posted, has_expiry=item.has_expiry, initial={"key": uuid4(), "source": item.supplier.name}
    )
    if _done(
        request,
        form,
        lambda said: stock.receive_goods(
            actor=request.actor, item_id=public_id, arrival=form.arrival(), key=said["key"], now=request.now
        ),
    ):
        messages.success(request, _("上架了，小哥现在就能换。"))
        return redirect("incentives:shop_shelf", item.shop.public_id)
    return _form(request, "incentives/shop_receive.html", {"form": form, "item": item})


@require_http_methods(WAYS)
@requires(KEEPS)
def shop_count(request: ActorRequest, public_id: UUID) -> HttpResponse:
    item = queries.item_for(request.actor, public_id, KEEPS)
    lots = reports.lots_of(item)
    form = ShelfCountForm(
        request.POST if request.method == "POST" else None, lots=lots, initial={"key": uuid4()}
    )
    if _done(
        request,
        form,
        lambda said: stock.count_goods(
            actor=request.actor, item_id=public_id, counted=form.counted(), key=said["key"], now=request.now
        ),
    ):
        messages.success(request, _("数改好了。"))
        return redirect("incentives:shop_shelf", item.shop.public_id)
    context = {
        "form": form,
        "item": item,
        "lots": [(each, uuid4()) for each in reports.gone_bad(lots, now=request.now)],
        "has_lots": bool(lots),
        "movements": reports.movements_of(item),
    }
    return _form(request, "incentives/shop_count.html", context)


@require_POST
@requires(KEEPS)
def shop_spoil(request: ActorRequest, public_id: UUID, lot_id: int) -> HttpResponse:
    """What of a lot nobody waits for is thrown away."""
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        queries.item_for(request.actor, public_id, KEEPS)  # of another one's there is no page to go back to
        return redirect("incentives:shop_count", public_id)
    stock.spoil_lot(actor=request.actor, item_id=public_id, lot_id=lot_id, key=key, now=request.now)
    messages.success(request, _("清理了这一批，记在盘点里。"))
    return redirect("incentives:shop_count", public_id)


@require_POST
@requires(KEEPS)
def shop_ask(request: ActorRequest, public_id: UUID) -> HttpResponse:
    task = stock.ask_for_refill(actor=request.actor, item_id=public_id, now=request.now)
    messages.success(request, _("记下了，要补 %s 件。") % task.wanted)
    return redirect("incentives:shop_shelf", task.shop.public_id)


@require_http_methods(WAYS)
@requires("incentives.shop_keep")
def shop_refill_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """One step of a refill: at once where nothing has to be said, else by its form."""
    if name not in REFILL.transitions or REFILL[name].permission == "system":
        raise Http404
    task = stock.refill_for(request.actor, public_id)
    posted = request.POST if request.method == "POST" else None
    form: Refusing = Refusing(posted)
    if name == "take_in":
        given = {"key": uuid4(), "quantity": task.wanted, "source": task.item.supplier.name}
        form = ArrivalForm(posted, has_expiry=task.item.has_expiry, initial=given)
    elif name == "drop":
        form = ReasonForm(posted)
    if _done(
        request,
        form,
        lambda said: stock.perform_refill(
            actor=request.actor, public_id=public_id, name=name, reason=said.get("reason", ""), key=said.get("key"),
            arrival=form.arrival() if isinstance(form, ArrivalForm) else None, now=request.now,
        ),
    ):  # fmt: skip
        messages.success(request, _("%s：已办好。") % REFILL[name].label)
        return redirect("incentives:shop_shelf", task.shop.public_id)
    context = {"form": form, "task": task, "item": task.item, "move": REFILL[name]}
    return _form(request, "incentives/shop_refill.html", context)


def _done(request: ActorRequest, form: Refusing, act: Callable[[dict[str, Any]], object]) -> bool:
    """Whether it was sent and has worked; what was refused stands in the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except DomainError as error:
        form.refuse(error)
        return False
    return True


def _form(request: ActorRequest, template: str, context: dict[str, object]) -> HttpResponse:
    form = context["form"]
    return render(request, template, context, status=422 if getattr(form, "errors", None) else 200)
