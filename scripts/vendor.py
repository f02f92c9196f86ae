"""Re-fetch the vendored front-end libraries and rebuild the icon sprite.

    python scripts/vendor.py fetch    # npm pack, keep the needed files, write vendor.json
    python scripts/vendor.py icons    # rebuild the sprite after editing scripts/icons.txt

Needs npm, which installing and running the project does not. Versions are pinned in LIBRARIES.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src" / "nuanxin" / "ui" / "static" / "vendor"
ICON_NAMES = ROOT / "scripts" / "icons.txt"
ICON_LIBRARY = "tabler-icons"
SPRITE = "icons.svg"

MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction, including
without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the
following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO
EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR
THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


@dataclass(frozen=True)
class Library:
    """One npm package; `files` maps a path in the package to the name it is kept under."""

    name: str
    package: str
    version: str
    licence: str
    files: dict[str, str] = field(default_factory=dict)
    licence_file: str = ""
    licence_text: str = ""


LIBRARIES = (
    Library(
        "htmx",
        "htmx.org",
        "2.0.11",
        "0BSD",
        {"dist/htmx.min.js": "htmx.min.js"},
        licence_file="LICENSE",
    ),
    Library(
        "alpine",
        "@alpinejs/csp",
        "3.17.4",
        "MIT",
        {"dist/module.esm.min.js": "alpine-csp.esm.min.js"},
        licence_text=(  # the package ships no licence file
            "MIT License\n\nCopyright (c) 2019-present Caleb Porzio and contributors\n"
            "Contains @vue/reactivity, copyright (c) 2018-present Yuxi (Evan) You and Vue contributors\n\n"
            + MIT
        ),
    ),
    Library(
        "weui",
        "weui",
        "2.6.26",
        "MIT",
        {
            "dist/style/widget/weui-cell/weui-cell.min.css": "weui-cell.min.css",
            "dist/style/widget/weui-cell/weui-switch.min.css": "weui-switch.min.css",
        },
        licence_file="LICENSE.txt",
    ),
    Library(
        "maplibre",
        "maplibre-gl",
        "6.17.0",
        "BSD-3-Clause",
        {
            "dist/maplibre-gl.mjs": "maplibre-gl.mjs",
            "dist/maplibre-gl-worker.mjs": "maplibre-gl-worker.mjs",
            "dist/maplibre-gl.css": "maplibre-gl.css",
        },
        licence_file="LICENSE.txt",
    ),
    Library(ICON_LIBRARY, "@tabler/icons", "3.51.0", "MIT", licence_file="LICENSE"),
)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def unpack(library: Library, workdir: Path) -> Path:
    """Download with the configured npm client and return the unpacked package folder."""
    spec = f"{library.package}@{library.version}"
    packed = subprocess.run(
        ["npm", "pack", spec, "--silent"], cwd=workdir, check=True, capture_output=True, text=True
    )
    target = workdir / library.name
    with tarfile.open(workdir / packed.stdout.split()[-1]) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def write_licence(library: Library, package: Path, folder: Path) -> None:
    text = (package / library.licence_file).read_text() if library.licence_file else library.licence_text
    (folder / "LICENSE").write_text(text)


def icon_names() -> list[str]:
    lines = ICON_NAMES.read_text().splitlines()
    return sorted({line.strip() for line in lines if line.strip() and not line.startswith("#")})


def build_sprite(package: Path, target: Path) -> None:
    """One <symbol> per icon; stroke and size are left to the stylesheet."""
    symbols = []
    for name in icon_names():
        source = (package / "icons" / "outline" / f"{name}.svg").read_text()
        body = re.search(r"<svg[^>]*>(.*)</svg>", source, re.DOTALL)
        if body is None:
            raise ValueError(f"{name}: not an SVG")
        shapes = re.sub(r"\s*\n\s*", "", body[1])
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    target.write_text('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n")


def keep_files(library: Library, package: Path) -> list[str]:
    folder = VENDOR / library.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for source, name in library.files.items():
        # A source map is not shipped, so the pointer to it would only break hashed static files.
        text = (package / source).read_text()
        (folder / name).write_text(re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", text))
    if library.name == ICON_LIBRARY:
        build_sprite(package, folder / SPRITE)
    write_licence(library, package, folder)
    return [SPRITE] if library.name == ICON_LIBRARY else list(library.files.values())


def fetch(only: str = "") -> None:
    manifest_path = VENDOR / "vendor.json"
    manifest = json.loads(manifest_path.read_text()) if manifest_path.exists() else {}
    for library in LIBRARIES:
        if only and library.name != only:
            continue
        with tempfile.TemporaryDirectory() as workdir:
            names = keep_files(library, unpack(library, Path(workdir)))
        manifest[library.name] = {
            "package": library.package,
            "version": library.version,
            "licence": library.licence,
            "files": {name: sha256(VENDOR / library.name / name) for name in names},
        }
    manifest_path.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")


def main(command: str = "") -> None:
    match command:
        case "fetch":
            fetch()
        case "icons":
            fetch(only=ICON_LIBRARY)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:2])
