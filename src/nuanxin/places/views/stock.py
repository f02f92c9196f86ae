"""A place's shelf: hand out with one thumb, receive, count, clear away. And which items it keeps."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import DomainError
from nuanxin.places import queries, services
from nuanxin.places.enums import StockKind
from nuanxin.places.models import Place
from nuanxin.places.queries.stock import Held, movements_of
from nuanxin.places.stock_forms import CountForm, DeliveryForm, KeptForm
from nuanxin.ui.forms import posted


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_safe
@requires("places.stock")
def stock(request: ActorRequest, public_id: UUID) -> HttpResponse:
    place = queries.changeable_place(request.actor, "places.stock", public_id)
    key = _key(request.GET.get("taken", ""))
    held = queries.stock_of(place, now=request.now)
    groups = [
        (StockKind(kind).label, [(each, uuid4()) for each in held if each.line.item.kind == kind])
        for kind in StockKind.values
    ]
    tasks = queries.tasks_at(place)
    context = {
        "place": place,
        "groups": [(label, rows) for label, rows in groups if rows],
        "held": held,
        "taken": queries.just_taken(place, key, now=request.now) if key else None,
        "tasks": tasks,
        "asked": {each.line_id for each in tasks},
        "may_take_in": permits(request.actor, "places.take_in"),
    }
    return render(request, "places/stock.html", context)


@require_POST
@requires("places.stock")
def take(request: ActorRequest, public_id: UUID, item: str) -> HttpResponse:
    """One, with one tap; the page offers to undo it for a minute."""
    key = _key(request.POST.get("key", "")) or uuid4()
    try:
        services.take_out(actor=request.actor, public_id=public_id, item=item, key=key, now=request.now)
    except (services.NothingLeft, services.OnlyExpired) as error:
        messages.warning(request, f"{error.message}{error.hint}")
        return redirect("places:stock", public_id=public_id)
    return redirect(f"{reverse('places:stock', args=[public_id])}?taken={key}")


@require_POST
@requires("places.stock")
def undo_take(request: ActorRequest, public_id: UUID, key: UUID) -> HttpResponse:
    try:
        services.undo_taking(actor=request.actor, public_id=public_id, key=key, now=request.now)
        messages.success(request, _("撤销了，数加回来了。"))
    except services.TooLateToUndo as error:
        messages.warning(request, f"{error.message}{error.hint}")
    return redirect("places:stock", public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.stock")
def receive(request: ActorRequest, public_id: UUID, item: str) -> HttpResponse:
    place, held = _held(request, public_id, item)
    form = DeliveryForm(posted(request), has_expiry=held.line.item.has_expiry, initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {"item": item, "delivery": form.delivery(), "key": form.cleaned_data["key"]}
        try:
            services.receive_stock(actor=request.actor, public_id=public_id, now=request.now, **given)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%s上架了。") % held.line.item.name)
            return redirect("places:stock", public_id=public_id)
    context = {"place": place, "held": held, "form": form}
    return render(request, "places/stock_receive.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.stock")
def count(request: ActorRequest, public_id: UUID, item: str) -> HttpResponse:
    """By lot; what is out of date is cleared away here."""
    place, held = _held(request, public_id, item)
    form = CountForm(posted(request), lots=held.lots, initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {"item": item, "counted": form.counted(), "key": form.cleaned_data["key"]}
        try:
            services.count_stock(actor=request.actor, public_id=public_id, now=request.now, **given)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("数对上了。"))
            return redirect("places:stock", public_id=public_id)
    context = {
        "place": place,
        "held": held,
        "form": form,
        "lots": [(each, uuid4()) for each in held.lots],
        "movements": movements_of(place, item),
    }
    return render(request, "places/stock_count.html", context, status=422 if form.errors else 200)


@require_POST
@requires("places.stock")
def discard(request: ActorRequest, public_id: UUID, lot_id: int) -> HttpResponse:
    key = _key(request.POST.get("key", "")) or uuid4()
    services.discard_lot(actor=request.actor, public_id=public_id, lot_id=lot_id, key=key, now=request.now)
    messages.success(request, _("清理掉了。"))
    return redirect("places:stock", public_id=public_id)


@require_POST
@requires("places.stock")
def ask(request: ActorRequest, public_id: UUID, item: str) -> HttpResponse:
    services.ask_for_restock(actor=request.actor, public_id=public_id, item=item, now=request.now)
    messages.success(request, _("告诉他们了，有人去补会通知您。"))
    return redirect("places:stock", public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.stock")
def stock_kept(request: ActorRequest, public_id: UUID) -> HttpResponse:
    place = queries.changeable_place(request.actor, "places.stock", public_id)
    lines = [each.line for each in queries.stock_of(place, now=request.now)]
    form = KeptForm(posted(request), held=lines)
    if request.method == "POST" and form.is_valid():
        try:
            services.keep_stock(
                actor=request.actor, public_id=public_id, minimums=form.minimums(), now=request.now
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("记好了。"))
            return redirect("places:stock", public_id=public_id)
    context = {"place": place, "form": form, "groups": form.groups()}
    return render(request, "places/stock_kept.html", context, status=422 if form.errors else 200)


def _held(request: ActorRequest, public_id: UUID, item: str) -> tuple[Place, Held]:
    """Raises `PlaceNotFound`, `NotKept`."""
    place = queries.changeable_place(request.actor, "places.stock", public_id)
    found = queries.stock_of(place, now=request.now, items=[item])
    if not found:
        raise services.NotKept
    return place, found[0]
