"""A stored picture as an answer: under its neutral name, and nothing but its tag when the browser has it already."""

from django.http import FileResponse, HttpRequest, HttpResponseBase, HttpResponseNotModified

from nuanxin.kernel.files.services import OpenedFile


def picture_answer(request: HttpRequest, opened: OpenedFile, caching: str) -> HttpResponseBase:
    """`caching` is the whole Cache-Control. The response closes the file."""
    etag = f'"{opened.etag}"'
    response: HttpResponseBase
    if request.headers.get("If-None-Match") == etag:
        opened.content.close()
        response = HttpResponseNotModified()
    else:
        response = FileResponse(opened.content, content_type=opened.content_type)
        response["Content-Length"] = str(opened.size)
    response["ETag"] = etag
    response["Cache-Control"] = caching
    response["Content-Disposition"] = f'inline; filename="{opened.name}"'
    return response
