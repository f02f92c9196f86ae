"""Pictures are drawn and checked a little ahead, in a thread: most of that work is done outside Python's lock."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from types import TracebackType
from typing import Self

from nuanxin.cases.services import Photo
from nuanxin.demo.pictures import picture
from nuanxin.demo.place_days import Deed
from nuanxin.demo.planned import PlannedPhoto, PlannedReport, PlannedStep
from nuanxin.kernel.files.accept import AcceptedImage, accept_image


@lru_cache(maxsize=1024)
def _accepted(drawn: bytes) -> AcceptedImage:
    """The same drawing goes through the same checks and re-encoding as any upload, once."""
    return accept_image(drawn)


def develop(planned: PlannedPhoto) -> Photo:
    return Photo(planned.kind, _accepted(picture(planned.category, planned.kind, planned.seed)))


class Darkroom:
    """Develops what the script will need, in its order; a context manager."""

    def __init__(self, happenings: Iterable[tuple[object, PlannedReport | Deed, PlannedStep | None]]) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="darkroom")
        wanted = (photo for _, report, step in happenings for photo in (step or report).photos)
        self._photos: dict[PlannedPhoto, Future[Photo]] = {
            photo: self._pool.submit(develop, photo) for photo in dict.fromkeys(wanted)
        }

    def photos(self, planned: Iterable[PlannedPhoto]) -> tuple[Photo, ...]:
        return tuple(self._photos[photo].result() for photo in planned)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
