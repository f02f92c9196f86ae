"""One stylesheet for each shell: its files in their order, so that a page on a slow line asks once."""

import re
from functools import lru_cache
from pathlib import Path, PurePosixPath

from django.contrib.staticfiles import finders

COMMON = ("tokens", "base", "components", "forms", "case")
SHEETS = {
    "base": (*COMMON, "print"),
    "phone": (*COMMON, "weui", "phone", "print"),
    "workbench": (*COMMON, "workbench", "print"),
}
# What only those who write it read; a notice of a licence (`/*!`) goes along.
REMARK = re.compile(r"/\*(?!!).*?\*/", re.DOTALL)
INDENT = re.compile(r"\s*\n\s*")
IMPORT = re.compile(r'@import url\("([^"]+)"\) layer\((\w+)\);')


@lru_cache(maxsize=len(SHEETS))
def sheet(name: str) -> str:
    """Raises `KeyError` for a shell that does not exist. What a file imports into a layer stands in its place."""
    whole = "\n".join(_text(f"ui/{part}.css") for part in SHEETS[name])
    return INDENT.sub("\n", REMARK.sub("", whole)).strip()


def _text(file: str) -> str:
    found = finders.find(file)
    text = Path(found).read_text(encoding="utf-8") if found else ""
    folder = PurePosixPath(file).parent
    return IMPORT.sub(lambda given: f"@layer {given[2]} {{\n{_text(_beside(folder, given[1]))}\n}}", text)


def _beside(folder: PurePosixPath, path: str) -> str:
    while path.startswith("../"):
        folder, path = folder.parent, path.removeprefix("../")
    return str(folder / path)
