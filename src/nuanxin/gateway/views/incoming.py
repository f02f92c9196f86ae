"""What a platform of the city tells us: JSON, signed (docs/exchange.md)."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nuanxin.gateway.services import taking
from nuanxin.kernel.access.http import ActorRequest, public
from nuanxin.kernel.access.limits import caller_of, spend
from nuanxin.kernel.errors import DomainError, Invalid
from nuanxin.ui.middleware import with_headers

MAX_BODY = 64 * 1024


@csrf_exempt
@require_POST
@public("another system, which no session knows: who it is stands in the signature")
def incoming(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """One change of state. A repeated event id changes nothing and is answered like the first time."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MAX_BODY:
        return JsonResponse({"code": "TooLong", "message": "at most 64 KB"}, status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        spend("api", caller_of(request), now=request.now)
        result = taking.receive(
            public_id=public_id,
            headers=headers,
            # A form's body has been taken apart before it gets here.
            body=request.body if request.content_type == "application/json" else None,
            now=request.now,
        )
    except DomainError as error:
        problem = {"code": error.code, "message": str(error.message), "hint": str(error.hint)}
        if isinstance(error, Invalid):
            problem["fields"] = {name: str(text) for name, text in error.fields.items()}  # type: ignore[assignment]
        return with_headers(JsonResponse(problem, status=error.status), error)
    return JsonResponse({"result": result})
