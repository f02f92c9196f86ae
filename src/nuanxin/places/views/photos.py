"""Pictures of a place: for staff all of them, for everybody those that are released."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanxin.kernel.access.http import ActorRequest, public, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.files.http import picture_answer
from nuanxin.kernel.files.services import open_file
from nuanxin.places import queries, services


@require_POST
@requires("places.edit")
@limited("uploads")
def add_photo(request: Any, public_id: UUID) -> HttpResponse:
    """One picture; what is wrong with it is said on the place's page."""
    queries.changeable_place(request.actor, "places.edit", public_id)
    file = request.FILES.get("photo")
    try:
        if file is None:
            messages.warning(request, _("还没有选照片。"))
        else:
            accepted = accept_image(file, name=file.name or "")
            services.add_photo(actor=request.actor, public_id=public_id, accepted=accepted, now=request.now)
            messages.success(request, _("照片加上了；另一位同事看过以后，大家才看得到。"))
    except DomainError as error:
        if error.status == services.PhotoGone.status:
            raise
        messages.warning(request, f"{error.message}{error.hint}")
    return redirect("places:detail", public_id=public_id)


@require_POST
@requires("places.open")
def release_photo(request: ActorRequest, public_id: UUID, photo_id: int) -> HttpResponse:
    try:
        services.release_photo(actor=request.actor, public_id=public_id, photo_id=photo_id, now=request.now)
    except services.OwnPhoto as error:
        messages.warning(request, f"{error.message}{error.hint}")
    return redirect("places:detail", public_id=public_id)


@require_POST
@requires("places.edit")
def remove_photo(request: ActorRequest, public_id: UUID, photo_id: int) -> HttpResponse:
    services.remove_photo(actor=request.actor, public_id=public_id, photo_id=photo_id, now=request.now)
    return redirect("places:detail", public_id=public_id)


@require_safe
@public("pictures of public places that somebody has looked at; others are found by their staff only")
def photo(request: ActorRequest, file_id: UUID) -> HttpResponseBase:
    found = queries.photo_file(request.actor, file_id)
    opened = open_file(public_id=found, thumb=bool(request.GET.get("thumb")))
    return picture_answer(request, opened, "private, no-cache")
