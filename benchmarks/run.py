"""`make bench`: run each benchmark on a throwaway PostgreSQL that is as durable as production (fsync on).

A benchmark is a module here with a `main()`; one that says `BOTH = True` runs on SQLite as well (`--on sqlite` for that
alone). It finds Django set up and the database migrated and empty, may print what it does, and returns what it measured
(one mapping, or several), which the runner prints as one line of JSON each:

    {"name": "intake", "value": 412.0, "unit": "reports/s", "limit": 1310.0, "ratio": 0.31, "statements": 13}

`limit` is the raw limit measured in the same run, `ratio` is value ÷ limit: trust ratios, machines differ.
`growth`, where something should scale, is the median at the largest size ÷ at the smallest.
"""

from __future__ import annotations

import base64
import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from scripts import pg

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "var" / "bench"
POSTGRES, SQLITE = "postgresql", "sqlite"
REQUIRED = ("name", "value", "unit", "limit", "ratio")


def names() -> list[str]:
    return sorted(
        path.stem for path in HERE.glob("*.py") if path.stem != "run" and "\ndef main(" in path.read_text()
    )


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--one"]:
        return _measure(arguments[1])
    pg.stop_on_signal()
    only = arguments[arguments.index("--on") + 1] if "--on" in arguments else ""
    arguments = [each for each in arguments if each not in ("--on", only)]
    known = names()
    unknown = [name for name in arguments if name not in known]
    if unknown or not known:
        print(
            f"No benchmark {', '.join(unknown)}. There are: {', '.join(known) or 'none yet'}", file=sys.stderr
        )
        return 1
    failed = [
        f"{name} on {database}"
        for name in arguments or known
        for database in databases(name)
        if only in ("", database) and not _run_alone(name, database)
    ]
    if failed:
        print(f"FAILED: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


def databases(name: str) -> tuple[str, ...]:
    text = (HERE / f"{name}.py").read_text()
    return (POSTGRES, SQLITE) if re.search(r"^BOTH = True$", text, re.MULTILINE) else (POSTGRES,)


def _run_alone(name: str, database: str) -> bool:
    """One benchmark, one process, one database: nothing is warm from another."""
    print(f"── {name} on {database}", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="nuanxin-bench-") as home,
        pg.cluster() if database == POSTGRES else nullcontext(f"sqlite:///{home}/bench.sqlite3") as url,
    ):
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "nuanxin.config.settings",
            "NUANXIN_DATABASE_URL": url,
            "NUANXIN_HOME": home,
            "NUANXIN_SECRET_KEY": os.environ.get("NUANXIN_SECRET_KEY", "benchmark-" + "0" * 40),
            "NUANXIN_KEYS": base64.b64encode(os.urandom(32)).decode(),
            "NUANXIN_SMS_PROVIDER": "recorder",
            "NUANXIN_MAIL_PROVIDER": "recorder",
            # Counted as ever, and never enough: one client is a whole city here.
            "NUANXIN_LIMITS": "reports=9999999/10m,api=9999999/10m,search=9999999/1m,public=9999999/10m,"
            "tiles=9999999/10m",
        }
        command = [sys.executable, "-m", "benchmarks.run", "--one", name]
        return subprocess.run(command, env=environment, cwd=HERE.parent, check=False).returncode == 0


def _measure(name: str) -> int:
    """In the benchmark's own process."""
    import django  # settings come from the environment that the parent has just made
    from django.core.management import call_command  # the same
    from django.db import connection  # the same

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    measured = importlib.import_module(f"benchmarks.{name}").main()
    rows: list[Mapping[str, Any]] = [measured] if isinstance(measured, Mapping) else list(measured)
    lines = []
    for row in rows:
        missing = [key for key in REQUIRED if key not in row]
        if missing:
            message = f"{name} returned no {', '.join(missing)}"
            raise ValueError(message)
        lines.append(json.dumps({**row, "database": connection.vendor}, ensure_ascii=False))
    RESULTS.mkdir(parents=True, exist_ok=True)
    suffix = "" if connection.vendor == POSTGRES else f".{connection.vendor}"
    (RESULTS / f"{name}{suffix}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main([argument for argument in sys.argv[1:] if argument]))
