"""What tests need from npm (tests/node): the reference implementation that opening hours are compared with."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "node"
LOCK = FOLDER / "package-lock.json"
STAMP = FOLDER / "node_modules" / "nuanxin.stamp"


def ready() -> bool:
    """Whether node is there and exactly the packages of the lock are installed."""
    return shutil.which("node") is not None and STAMP.exists() and STAMP.read_bytes() == LOCK.read_bytes()


def install() -> None:
    """From the lock, by hash, without running anything of theirs; nothing where npm is missing or fails."""
    if ready() or not shutil.which("npm"):
        return
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(command, cwd=FOLDER, stdin=subprocess.DEVNULL, check=False)
    if done.returncode == 0:
        STAMP.write_bytes(LOCK.read_bytes())
