"""`make test`: everything that must hold, from a fresh machine on.

1. What the suite needs from the system: installed on Debian and Ubuntu as root, elsewhere named and
   only its tests skipped.
2. ruff, mypy, import-linter.
3. The suite, browser journeys included, on SQLite, then on a throwaway PostgreSQL.

NUANXIN_REQUIRE=postgres,browser,node turns a missing one into a failure. Further arguments go to pytest.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import chromium, node, pg

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
REPORTS = ROOT / "var" / "test"
WORKERS = min(8, os.cpu_count() or 2)
CHECKS = {
    "ruff check": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "mypy": ("mypy",),
    "import-linter": ("lint-imports", "--no-logo"),
}


@dataclass(frozen=True, kw_only=True)
class Need:
    """Something the system must have: how to see whether it is there, and which packages bring it.

    `a|b` is the first of them that the system's lists know.
    """

    name: str
    present: Callable[[], bool]
    packages: tuple[str, ...]
    without: str


NEEDS = (
    Need(
        name="browser",
        present=lambda: chromium.find() is not None,
        packages=("chromium-headless-shell|chromium",),
        without="no journey through the pages",
    ),
    Need(
        name="font",
        present=chromium.has_chinese_font,
        packages=("fontconfig", "fonts-noto-cjk"),
        without="Chinese in screenshots is drawn as boxes",
    ),
    Need(
        name="postgres",
        present=lambda: pg.binaries() is not None,
        packages=("postgresql",),
        without="the suite runs on SQLite only",
    ),
    Need(
        name="gettext",
        present=lambda: shutil.which("msgfmt") is not None,
        packages=("gettext",),
        without="the translations are not compared with the code",
    ),
    Need(
        name="node",
        present=node.ready,
        packages=("nodejs", "npm"),
        without="opening hours are not compared with the reference implementation",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    step: str
    passed: int
    failed: int
    skipped: int
    seconds: float


def main() -> int:
    pg.stop_on_signal()
    os.chdir(ROOT)
    arguments = sys.argv[1:]
    if arguments == ["--lint"]:
        return _close(_checks(), missing=[])
    with ThreadPoolExecutor(max_workers=1) as beside:  # the system's packages come while the code is read
        prepared = beside.submit(_prepare)
        outcomes = _checks()
    missing = prepared.result()
    required = {name for name in os.environ.get("NUANXIN_REQUIRE", "").split(",") if name}
    lacking = [need.name for need in missing if need.name in required]
    if lacking:
        print(f"\nRequired here and missing: {', '.join(lacking)}", file=sys.stderr)
        outcomes.append(Outcome(step="requirements", passed=0, failed=len(lacking), skipped=0, seconds=0))
    outcomes.append(_suite("SQLite", arguments, {}))
    if "postgres" not in {need.name for need in missing}:
        # A cluster for each worker: sealing waits for the oldest transaction of its cluster, other tests' included.
        with contextlib.ExitStack() as clusters:
            urls = [clusters.enter_context(pg.cluster(fsync=False)) for _ in range(WORKERS)]
            environment = {"NUANXIN_TEST_DATABASES": " ".join(urls), "NUANXIN_LATER_RUN": "1"}
            outcomes.append(_suite("PostgreSQL", arguments, environment))
    return _close(outcomes, missing=missing)


def _prepare() -> list[Need]:
    """Install what is missing where we may; return what is missing still."""
    node.install()
    missing = [need for need in NEEDS if not need.present()]
    packages = [package for need in missing for package in need.packages]
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        _heading(f"Installing {' '.join(packages)}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        _quietly(["apt-get", "update", "-qq"], environment)
        known = [_known(package, environment) for package in packages]
        _quietly(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *known], environment)
        chromium.find.cache_clear()
        node.install()
        missing = [need for need in missing if not need.present()]
    for need in missing:
        packages = " ".join(need.packages).replace("|", " or ")
        print(f"MISSING {need.name}: {need.without} (Debian, Ubuntu: apt-get install {packages})")
    return missing


def _known(package: str, environment: dict[str, str]) -> str:
    """The first alternative that can be installed here; the last one if none can, so that apt says why."""
    *first, last = package.split("|")
    return next(
        (name for name in first if _quietly(["apt-get", "install", "-s", "-qq", name], environment)), last
    )


def _quietly(command: list[str], environment: dict[str, str]) -> bool:
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run(command, env=environment, check=False, **quiet).returncode == 0


def _heading(words: str) -> None:
    print(f"\n── {words} {'─' * max(3, 100 - len(words))}", flush=True)


def _checks() -> list[Outcome]:
    return [_check(step, command) for step, command in CHECKS.items()]


def _check(step: str, command: tuple[str, ...]) -> Outcome:
    _heading(step)
    started = time.monotonic()
    done = subprocess.run([BIN / command[0], *command[1:]], stdin=subprocess.DEVNULL, check=False)
    failed = int(done.returncode != 0)
    return Outcome(step=step, passed=1 - failed, failed=failed, skipped=0, seconds=time.monotonic() - started)


def _suite(database: str, arguments: list[str], environment: dict[str, str]) -> Outcome:
    """Run pytest once; what it counted is read from its report, not from its words."""
    _heading(f"pytest on {database}")
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = REPORTS / f"{database.lower()}.xml"
    report.unlink(missing_ok=True)
    # A file stays with one worker: what its fixture builds for all its tests is built once.
    command = [BIN / "pytest", "-n", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder"]
    command += [f"--junit-xml={report}", *arguments]
    # The database is the run's, not the shell's: an address left over from elsewhere must not be tested upon.
    # And each of its hundreds of processes would compile all it imports where the shell forbids to keep that.
    unwanted = {"NUANXIN_DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}
    inherited = {key: value for key, value in os.environ.items() if key not in unwanted}
    started = time.monotonic()
    done = subprocess.run(command, env={**inherited, **environment}, stdin=subprocess.DEVNULL, check=False)
    passed, failed, skipped = _counts(report)
    if done.returncode and not failed:
        failed = 1  # it broke before or beside its tests
    return Outcome(
        step=f"pytest on {database}",
        passed=passed,
        failed=failed,
        skipped=skipped,
        seconds=time.monotonic() - started,
    )


def _counts(report: Path) -> tuple[int, int, int]:
    if not report.exists():
        return 0, 0, 0
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 -- written by our own run a moment ago
    if suite is None:
        return 0, 0, 0
    total, failures, errors, skipped = (
        int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")
    )
    return total - failures - errors - skipped, failures + errors, skipped


def _close(outcomes: list[Outcome], *, missing: list[Need]) -> int:
    """One line a step, what was left out, and the sum alone on the last line."""
    _heading("Summary")
    for outcome in outcomes:
        verdict = "FAILED" if outcome.failed else "ok"
        counts = f"{outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped"
        print(f"{verdict:7} {outcome.step:22} {outcome.seconds:6.0f} s   {counts}")
    for need in missing:
        print(f"LEFT OUT for want of {need.name}: {need.without}")
    passed, failed, skipped = (
        sum(getattr(outcome, kind) for outcome in outcomes) for kind in ("passed", "failed", "skipped")
    )
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
