"""What other sites' pages may read of ours: the headers of a public interface, the same for each of them."""

from django.http import HttpResponse

READS = ("GET", "HEAD", "OPTIONS")


def readable_elsewhere(
    response: HttpResponse, methods: tuple[str, ...] = (), *, refused: bool = False
) -> HttpResponse:
    """`methods` beside HEAD and OPTIONS; they are named where that was asked, or another was refused."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = ", ".join(READS)
    response["Access-Control-Max-Age"] = "86400"
    if refused or response.status_code == 204:
        response["Allow"] = ", ".join(("HEAD", "OPTIONS", *methods))
    return response
