"""Pages and static files leave compressed: a first load over a slow line is mostly their size."""

import gzip
import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

PACKED = {".css", ".js", ".mjs", ".svg", ".json", ".webmanifest"}
TEXT = ("text/", "application/json", "application/geo+json", "application/manifest+json")
SMALLEST = 600  # bytes; below that a packed answer is hardly smaller than the plain one
SHELL_HEADER = "Nuanxin-Static"


@lru_cache(maxsize=1)
def static_version() -> str:
    """Changes when any static file does; what the service worker keeps belongs to one version."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: str(found[0])):
            digest.update(f"{name}\0".encode())
            digest.update(Path(storage.path(name)).read_bytes())
    return digest.hexdigest()[:16]


class PackedStaticMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # it brings no types
    """WhiteNoise with packed copies in `HOME/packed`: made once, by whichever process comes first.

    What the finders find is read once in a process, however many handlers it makes.
    """

    _found: ClassVar[dict[str, dict[str, StaticFile]]] = {}

    def add_files_from_finders(self) -> None:
        home = str(settings.HOME)
        if home not in self._found:
            before = dict(self.files)
            super().add_files_from_finders()
            self._found[home] = {url: file for url, file in self.files.items() if url not in before}
        self.files |= self._found[home]

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        packed = None if self.autorefresh else _packed(Path(path))
        if packed is None:
            return super().get_static_file(path, url, stat_cache=stat_cache)
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        return StaticFile(path, headers.items(), encodings={"gzip": str(packed)})


def _packed(path: Path) -> Path | None:
    """The packed copy of a file; none where it would not help, or where nothing can be written."""
    if path.suffix not in PACKED or path.stat().st_size < SMALLEST:
        return None
    content = path.read_bytes()
    packed = Path(settings.HOME) / "packed" / f"{hashlib.sha256(content).hexdigest()[:32]}.gz"
    if packed.exists():
        return packed
    try:
        packed.parent.mkdir(parents=True, exist_ok=True)
        fresh = packed.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(gzip.compress(content, 9, mtime=0))
        fresh.replace(packed)
    except OSError:
        return None
    return packed


class PackedPagesMiddleware(GZipMiddleware):
    """Only whole answers that are text. Django pads them by a random length, so that none tells what it holds."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.get("Content-Type", "")
        if kind.startswith("text/html"):
            response[SHELL_HEADER] = static_version()
        if response.streaming or not kind.startswith(TEXT):
            return response
        return super().process_response(request, response)
