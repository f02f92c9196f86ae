"""The keys of other systems: listed, made, shown once, taken back. For the system administrator."""

from django.http import HttpResponse

from nuanxin.kernel.access.http import ActorRequest, requires


@requires("gateway.keys")
def keys(request: ActorRequest) -> HttpResponse:
    return HttpResponse(status=204)
