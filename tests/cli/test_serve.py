"""The real server: it answers, says when it cannot, carries its worker, and stops when asked."""

import json
import signal
import subprocess
import time
import urllib.request

from tests.servers import NUANXIN, serving


def test_it_answers_and_stops_when_asked(tmp_path):
    with serving(tmp_path) as server:
        assert server.get("/healthz") == 200
        assert server.stop(signal.SIGTERM) == 0
        assert "Traceback" not in server.log


def test_modules_are_served_as_javascript(tmp_path):
    with (
        serving(tmp_path) as server,
        urllib.request.urlopen(f"{server.url}/static/vendor/maplibre/maplibre-gl.mjs", timeout=20) as answer,  # noqa: S310 -- our own loopback
    ):
        assert answer.headers["Content-Type"].startswith("text/javascript")


def test_several_processes_serve_one_database(tmp_path):
    with serving(tmp_path, "--workers", "2") as server:
        assert {server.get("/healthz") for _ in range(10)} == {200}


def test_one_process_carries_its_worker(tmp_path):
    with serving(tmp_path) as server:
        deadline = time.monotonic() + 120
        while not worker_seen(server) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert worker_seen(server), server.log


def worker_seen(server):
    answer = subprocess.run(
        [*NUANXIN, "check", "--json"], env=server.environment, capture_output=True, text=True, check=False
    )
    return "worker" in {json.loads(line)["code"] for line in answer.stdout.splitlines()}
