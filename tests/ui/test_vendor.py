"""The vendored libraries are what their digests say, carry their licence, and are all that is there."""

import hashlib
import json
import re
from pathlib import Path

import pytest

import nuanxin.ui

UI = Path(nuanxin.ui.__file__).parent
VENDOR = UI / "static" / "vendor"
MANIFEST = json.loads((VENDOR / "vendor.json").read_text())
ROOT = UI.parents[2]
ALLOWED = {"0BSD", "MIT", "BSD-3-Clause", "Apache-2.0", "ISC"}


@pytest.mark.parametrize("name", sorted(MANIFEST))
def test_files_are_as_recorded(name):
    for file, digest in MANIFEST[name]["files"].items():
        assert hashlib.sha256((VENDOR / name / file).read_bytes()).hexdigest() == digest, file


@pytest.mark.parametrize("name", sorted(MANIFEST))
def test_every_library_has_a_free_licence(name):
    assert MANIFEST[name]["licence"] in ALLOWED
    assert len((VENDOR / name / "LICENSE").read_text()) > 300


def test_nothing_else_is_there():
    known = {f"{name}/{file}" for name, entry in MANIFEST.items() for file in [*entry["files"], "LICENSE"]}
    found = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert found == known | {"vendor.json"}


def test_htmx_stays_on_two():
    assert MANIFEST["htmx"]["version"].startswith("2.")


def test_sprite_holds_exactly_the_listed_icons():
    lines = (ROOT / "scripts" / "icons.txt").read_text().splitlines()
    listed = {line for line in lines if line and not line.startswith("#")}
    assert sprite_icons() == listed


def test_every_icon_a_template_names_is_in_the_sprite():
    named = re.compile(r"""\{% icon "([a-z0-9-]+)"|<c-[a-z-]+[^>]*?\bicon(?:_end)?="([a-z0-9-]+)\"""")
    used = {
        (path.name, first or second)
        for path in (ROOT / "src" / "nuanxin").rglob("*.html")
        for first, second in named.findall(path.read_text())
    }
    missing = {(page, name) for page, name in used if name not in sprite_icons()}
    assert not missing, "add them to scripts/icons.txt and run python scripts/vendor.py icons"


def sprite_icons() -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "tabler-icons" / "icons.svg").read_text()))
