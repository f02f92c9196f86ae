"""Pictures of a case: for its staff and its reporter, asked again each time, kept by nobody in between."""

from uuid import UUID

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from nuanxin.cases.queries import detail
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.files.http import picture_answer
from nuanxin.kernel.files.services import open_file


@require_safe
@requires("cases.view", "cases.view_own")
def file(request: ActorRequest, public_id: UUID) -> HttpResponseBase:
    return _picture(request, public_id, thumb=False)


@require_safe
@requires("cases.view", "cases.view_own")
def thumb(request: ActorRequest, public_id: UUID) -> HttpResponseBase:
    return _picture(request, public_id, thumb=True)


def _picture(request: ActorRequest, public_id: UUID, *, thumb: bool) -> HttpResponseBase:
    opened = open_file(public_id=detail.file_for(request.actor, public_id).public_id, thumb=thumb)
    # Kept by the browser, but shown again only after asking: a right that has ended ends here too.
    return picture_answer(request, opened, "private, no-cache")
