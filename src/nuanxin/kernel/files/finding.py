"""Where faces and plates may be in a picture, looked for in a process of its own (`detector.py`)."""

import json
import subprocess
import sys
from typing import Any

from nuanxin.kernel.files import detector
from nuanxin.kernel.files.redact import MOST_AREAS, Area, AreaKind, AreaSource, WrongAreas, read_areas

SECONDS = 40.0


class ModelsAbsent(RuntimeError):
    """The extra `pictures` is not installed: a person looks at the picture alone."""


class LookFailed(RuntimeError):
    """The program came to no answer: out of time or memory, or a picture that it cannot read."""


def are_models_there() -> bool:
    return detector.models() is not None


def find_areas(jpeg: bytes) -> tuple[Area, ...]:
    """Takes a second or two, for the worker only. Raises `ModelsAbsent` and `LookFailed`."""
    if not are_models_there():
        raise ModelsAbsent
    command = [sys.executable, "-m", detector.__name__]
    try:
        done = subprocess.run(  # noqa: S603  -- our own program, the picture goes in by the pipe
            command, input=jpeg, capture_output=True, check=True, timeout=SECONDS
        )
        found = json.loads(done.stdout)[:MOST_AREAS]
        return tuple(_area(each) for each in found)
    except (subprocess.SubprocessError, ValueError, KeyError, TypeError, WrongAreas) as error:
        raise LookFailed(type(error).__name__) from None


def _area(given: dict[str, Any]) -> Area:
    area = read_areas([given | {"by": AreaSource.MODEL, "kind": AreaKind(given["kind"])}])
    return area[0]
