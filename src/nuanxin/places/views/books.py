"""Book corners: the shelf for everybody, one's own loans, and the corner for whoever keeps the place."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, public, requires
from nuanxin.kernel.errors import Conflict, DomainError
from nuanxin.places import queries, services
from nuanxin.places.stock_forms import BookForm
from nuanxin.ui.forms import posted


@public("which books stand in a public place; who has one is read by nobody")
@require_safe
def books(request: ActorRequest, public_id: UUID) -> HttpResponse:
    place = queries.public_place(public_id)
    context = {
        "place": place,
        "books": queries.books_at(place, person_id=request.actor.person_id, now=request.now),
        "may_borrow": request.actor.is_authenticated and permits(request.actor, "places.borrow"),
    }
    return render(request, "places/books.html", context)


@require_POST
@requires("places.borrow")
def borrow(request: ActorRequest, public_id: UUID, book_id: UUID) -> HttpResponse:
    try:
        services.borrow_book(actor=request.actor, public_id=public_id, book_id=book_id, now=request.now)
        messages.success(request, _("借好了，看完还回来就行。"))
    except Conflict as error:
        messages.warning(request, f"{error.message}{error.hint}")
    return redirect("places:books", public_id=public_id)


@require_POST
@requires("places.borrow")
def renew(request: ActorRequest, public_id: UUID, book_id: UUID) -> HttpResponse:
    try:
        loan = services.renew_book(actor=request.actor, public_id=public_id, book_id=book_id, now=request.now)
        messages.success(request, _("续好了，%s 前还就行。") % date_format(loan.due_on, "n-j"))
    except Conflict as error:
        messages.warning(request, f"{error.message}{error.hint}")
    return redirect("places:own_books")


@require_POST
@requires("places.borrow", "places.stock")
def give_back(request: ActorRequest, public_id: UUID, book_id: UUID) -> HttpResponse:
    """By its borrower, or by the keeper who sees it on the shelf again."""
    services.return_book(actor=request.actor, public_id=public_id, book_id=book_id, now=request.now)
    messages.success(request, _("还好了，谢谢。"))
    if permits(request.actor, "places.stock"):
        return redirect("places:book_corner", public_id=public_id)
    return redirect("places:own_books")


@require_safe
@requires("places.borrow")
def own_books(request: ActorRequest) -> HttpResponse:
    loans = queries.own_loans(request.actor)
    return render(request, "places/own_books.html", {"loans": loans, "today": localdate(request.now)})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.stock")
def book_corner(request: ActorRequest, public_id: UUID) -> HttpResponse:
    place = queries.changeable_place(request.actor, "places.stock", public_id)
    form = BookForm(posted(request), initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            services.add_book(actor=request.actor, public_id=public_id, now=request.now, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("上架了。"))
            return redirect("places:book_corner", public_id=public_id)
    shelf = queries.books_at(place, person_id=None, now=request.now)
    context = {"place": place, "form": form, "books": shelf}
    return render(request, "places/book_corner.html", context, status=422 if form.errors else 200)


@require_POST
@requires("places.stock")
def remove_book(request: ActorRequest, public_id: UUID, book_id: UUID) -> HttpResponse:
    try:
        services.remove_book(actor=request.actor, public_id=public_id, book_id=book_id, now=request.now)
        messages.success(request, _("下架了。"))
    except services.StillOut as error:
        messages.warning(request, f"{error.message}{error.hint}")
    return redirect("places:book_corner", public_id=public_id)
