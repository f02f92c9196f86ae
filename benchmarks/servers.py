"""The product's own processes, started as an operator would and stopped at the end."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

NUANXIN = (sys.executable, "-m", "nuanxin.cli.main")
PATIENCE_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(*command: str, port: int | None = None, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`nuanxin <command>` in the environment of this run and some more; with a port, once it answers."""
    process = subprocess.Popen([*NUANXIN, *command], env={**os.environ, **environment})
    try:
        if port is not None:
            _wait_for(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(PATIENCE_SECONDS * 10):
        if process.poll() is not None:
            break
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5)
            return
        time.sleep(0.1)
    message = "the server did not come up"
    raise RuntimeError(message)
