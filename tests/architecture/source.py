"""The source as the architecture tests read it: files by context, syntax trees, places to point at."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "nuanxin"
NOT_CODE = {"locale", "__pycache__"}
# Everything else in the package is a context of the form that design.md §3 describes.
SPECIAL = {"config", "cli", "demo", "ui", "kernel"}


@dataclass(frozen=True)
class Source:
    path: Path
    text: str

    @property
    def where(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def context(self) -> str:
        return self.path.relative_to(PACKAGE).parts[0]

    @property
    def part(self) -> str:
        """`services` for both `cases/services.py` and `cases/services/dispatch.py`."""
        parts = self.path.relative_to(PACKAGE).with_suffix("").parts
        return parts[1] if len(parts) > 1 else parts[0]

    @functools.cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @functools.cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def at(self, node: ast.AST) -> str:
        line = getattr(node, "lineno", 0)
        return f"{self.where}:{line}: {self.lines[line - 1].strip() if line else ''}"


@functools.cache
def sources() -> tuple[Source, ...]:
    files = (path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts)
    return tuple(Source(path, path.read_text(encoding="utf-8")) for path in files)


def folders() -> set[str]:
    """The parts that the package consists of; a folder counts once it holds code."""
    return {
        path.name
        for path in PACKAGE.iterdir()
        if path.is_dir() and path.name not in NOT_CODE and any(path.rglob("*.py"))
    }


def contexts() -> set[str]:
    return folders() - SPECIAL


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
