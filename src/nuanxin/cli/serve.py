"""`nuanxin serve`: granian, and in embedded mode the worker as a thread of the web process."""

import ipaddress
import os
import socket

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

# SQLite has one writer, and more threads only wait unfairly for it; on PostgreSQL one adds processes instead.
THREADS = 2
SECONDS_TO_FINISH = 20


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option(
    "--embedded/--no-embedded",
    default=None,
    help="Deliver events and run periodic jobs inside the web process. Default: yes with one web process.",
)
def command(host: str, port: int, workers: int, embedded: bool | None) -> None:  # noqa: FBT001 -- click's flag
    """Serve the pages and the API. Ctrl+C, or SIGTERM, finishes what is under way and stops.

    \b
    One district, one process, SQLite:
      nuanxin serve
    A city: several web processes, workers on their own, behind a proxy that ends TLS:
      nuanxin serve --host 0.0.0.0 --workers 4 --no-embedded
      nuanxin worker
    """
    require_free(host, port)
    listen(host=host, port=port, workers=workers, embedded=workers == 1 if embedded is None else embedded)


def listen(*, host: str, port: int, workers: int, embedded: bool) -> None:
    """Serve until told to stop. The web processes read the settings from the environment anew."""
    os.environ["NUANXIN_EMBEDDED_WORKER"] = "1" if embedded else "0"
    os.environ.setdefault("NUANXIN_BASE_URL", f"http://{host}:{port}")
    server = Granian(
        "nuanxin.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        blocking_threads_idle_timeout=600,
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_FINISH,
        websockets=False,
        log_level=LogLevels.warning,
    )
    server.serve()


def require_free(host: str, port: int) -> None:
    """Say in plain words that the port is taken; the server's own message is a traceback."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = (
                f"Port {port} on {host} cannot be used: {error.strerror}.\n"
                f"Stop what listens there, or take another port:\n"
                f"  make demo PORT={port + 123}      or      nuanxin serve --port {port + 123}"
            )
            raise click.ClickException(message) from error


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
