"""An HTTP server on this machine whose answers go wrong in the ways real ones do."""

import contextlib
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Fault = Callable[["Handler", bytes], None]
"""Answers a request for a file in place of the server."""


class Handler(BaseHTTPRequestHandler):
    """Gives files out, whole or from a byte on, unless the next fault does something else."""

    server: "FlakyServer"

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            if self.server.faults:
                self.server.faults.popleft()(self, self.server.files.get(self.path, b""))
            elif self.path in self.server.files:
                self.give(self.server.files[self.path])
            else:
                self.send_error(404)

    def give(self, body: bytes, *, stop: int | None = None, length: int | None = None) -> None:
        """The file; `stop` breaks off at that byte, `length` is a lie."""
        begin, current = self._begin(len(body)), self.headers.get("If-Range", self.server.etag)
        if begin and current == self.server.etag and begin >= len(body):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(body)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if current != self.server.etag:
            begin = 0
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
        if self.server.etag:
            self.send_header("ETag", self.server.etag)
        self.send_header("Content-Length", str(len(body) - begin if length is None else length))
        self.end_headers()
        self.wfile.write(body[begin:stop])
        self.close_connection = True

    def _begin(self, size: int) -> int:
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(asked[1]) if asked and self.server.ranges else 0

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing on the test's own output."""


class FlakyServer(ThreadingHTTPServer):
    """Serves `files` by path; `faults` answer the next requests, `seen` has all of them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.faults: deque[Fault] = deque()
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.etag = '"one"'
        self.ranges = True
        self.over = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def ranges_asked(self) -> list[str | None]:
        return [headers.get("Range") for _, headers in self.seen]


@contextlib.contextmanager
def serving() -> Iterator[FlakyServer]:
    server = FlakyServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def drop(share: float) -> Fault:
    """Closes the connection after a share of the file."""
    return lambda handler, body: handler.give(body, stop=int(share * len(body)))


def stall(share: float) -> Fault:
    """Falls silent after a share of the file, with the connection open."""

    def answer(handler: Handler, body: bytes) -> None:
        handler.give(body, stop=int(share * len(body)))
        handler.wfile.flush()
        handler.server.over.wait(20)

    return answer


def claim(length: int) -> Fault:
    """States another length than it sends."""
    return lambda handler, body: handler.give(body, length=length)


def status(code: int) -> Fault:
    return lambda handler, body: handler.send_error(code)


def redirect(to: str) -> Fault:
    def answer(handler: Handler, body: bytes) -> None:
        handler.send_response(302)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def portal(content_type: str = "text/html; charset=utf-8") -> Fault:
    """The login page of a hotel's network, with status 200."""

    def answer(handler: Handler, body: bytes) -> None:
        page = b"<!DOCTYPE html><html><title>Welcome to our WiFi</title></html>"
        handler.send_response(200)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(page)))
        handler.end_headers()
        handler.wfile.write(page)

    return answer
