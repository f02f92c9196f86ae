"""The other side, for real: a server on the loopback that keeps what it is sent and answers as it is told."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Got:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> dict:
        return json.loads(self.body)


@dataclass
class Consumer:
    """`answers` are used up one by one, each `(status, headers, body)`; then `usual`."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    usual: tuple[int, dict[str, str], bytes] = (200, {}, b"{}")
    pause: float = 0.0
    pages: dict[str, object] = field(default_factory=dict)

    def fails(self, *statuses: int, **headers: str) -> None:
        self.answers += [(status, dict(headers), b"no") for status in statuses]


@contextlib.contextmanager
def consumer(port: int = 0, context=None) -> Iterator[Consumer]:
    it = Consumer()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            it.got.append(Got(self.command, self.path, headers, body))
            time.sleep(it.pause)
            status, more, text = it.answers.pop(0) if it.answers else it.usual
            page = it.pages.get(self.path.partition("?")[0])
            if page is not None:
                text = json.dumps(page(self) if callable(page) else page).encode()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        do_POST = do_GET = answer  # noqa: N815  -- the names that http.server calls

        def log_message(self, *_args) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    scheme = "http"
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    it.url = f"{scheme}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
