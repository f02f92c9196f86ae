"""Areas in the process's memory, read again when their edition changes (decision 0015).

The hot path asks the database nothing: only after `CHECK_SECONDS` does it look whether the edition is still
the same.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from nuanxin.kernel.geo.areas import Area, AreaIndex
from nuanxin.kernel.geo.coordinates import checked
from nuanxin.territories.models import SpatialStamp

CHECK_SECONDS = 2.0
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class _Edition(Generic[K]):
    """What was read at one moment; replaced as a whole, so that readers need no lock."""

    stamp: UUID | None
    areas: AreaIndex[K]


_indexes: list["SpatialIndex[Any]"] = []


def expire_all(name: str = "") -> None:
    """Look at the editions again at the next question, in this process (others do within `CHECK_SECONDS`)."""
    for index in _indexes:
        if name in ("", index.name):
            index.expire()


class SpatialIndex(Generic[K]):
    """`read` yields (key, geometry in WGS-84); `services.touch(name)` makes every process read again."""

    def __init__(self, name: str, read: Callable[[], Iterable[tuple[K, Area]]]) -> None:
        self.name = name
        self._read = read
        self._edition: _Edition[K] | None = None
        self._checked_at = float("-inf")
        self._lock = threading.Lock()
        _indexes.append(self)

    def expire(self) -> None:
        self._checked_at = float("-inf")

    def covering(self, lng: float, lat: float) -> list[K]:
        """Keys of the shapes that contain the point or have it on their edge. Raises `NotACoordinate`."""
        point = checked(lng, lat)
        return self._current().areas.covering(point.lng, point.lat)

    def __len__(self) -> int:
        return len(self._current().areas)

    def _current(self) -> _Edition[K]:
        edition = self._edition
        if edition is not None and time.monotonic() - self._checked_at < CHECK_SECONDS:
            return edition
        with self._lock:
            stamp = SpatialStamp.objects.filter(name=self.name).values_list("edition", flat=True).first()
            if self._edition is None or self._edition.stamp != stamp:
                self._edition = self._load(stamp)
            self._checked_at = time.monotonic()
            return self._edition

    def _load(self, stamp: UUID | None) -> _Edition[K]:
        return _Edition(stamp, AreaIndex(self._read() if stamp else []))
