"""Really kill processes, again and again, at random moments; the tests then look at what is left in the database.

A `Victim` is any command: a worker, a program that publishes, a web server. `storm` keeps all of them running and
kills each with SIGKILL, its children with it, a random moment after it has become ready. Their commits cannot be
rolled back by a test: give them a database of their own (`tests.servers.fresh_database`).
"""

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
READY = b"ready\n"
START_SECONDS = 30
Ready = Callable[["subprocess.Popen[bytes]"], bool]


def says_ready(process: "subprocess.Popen[bytes]") -> bool:
    """Ready when it has written its line."""
    readable, _, _ = select.select([process.stdout], [], [], 0.05)
    return bool(readable) and process.stdout.readline() == READY


def answers(url: str) -> Ready:
    """Ready when the address answers, for a web server."""

    def ready(process: "subprocess.Popen[bytes]") -> bool:
        time.sleep(0.05)
        try:
            with urlopen(url, timeout=1) as response:  # noqa: S310  -- our own server on the loopback
                return response.status == 200
        except OSError:
            return False

    return ready


@dataclass
class Victim:
    """A command that is killed between `shortest` and `longest` seconds after it is ready."""

    command: Sequence[str]
    environment: Mapping[str, str]
    ready: Ready = says_ready
    shortest: float = 0.02
    longest: float = 0.6
    kills: int = field(default=0, init=False)

    def live_and_die(self, end: float, source: random.Random) -> int:
        while time.monotonic() < end:
            process = self.start()
            try:
                time.sleep(source.uniform(self.shortest, self.longest))
                if process.poll() is not None:
                    raise RuntimeError(f"died by itself ({process.returncode}): {' '.join(self.command)}")
            finally:
                kill(process)
            self.kills += 1
        return self.kills

    @contextmanager
    def alive(self) -> "Iterator[subprocess.Popen[bytes]]":
        """Run it once more and let it live as long as the block."""
        process = self.start()
        try:
            yield process
        finally:
            kill(process)

    def start(self) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            self.command,
            env=full(self.environment),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        patience = time.monotonic() + START_SECONDS
        while not self.ready(process):
            if process.poll() is not None or time.monotonic() > patience:
                kill(process)
                raise RuntimeError(f"did not start: {' '.join(self.command)}")
        return process


def storm(victims: Sequence[Victim], *, seconds: float, seed: int) -> int:
    """Kill every victim again and again for so long; returns how often, and leaves none alive."""
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(len(victims)) as pool:
        fates = [
            pool.submit(victim.live_and_die, end, random.Random(seed + number))
            for number, victim in enumerate(victims)
        ]
    return sum(fate.result() for fate in fates)


def full(environment: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **environment}


def program(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def run(module: str, *arguments: str, environment: Mapping[str, str]) -> str:
    """Run a program to its end in the killed ones' environment; returns what it printed."""
    done = subprocess.run(
        program(module, *arguments),
        env=full(environment),
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(
            f"{module} {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-4000:]}"
        )
    return done.stdout


def kill(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()
