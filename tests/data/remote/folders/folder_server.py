"""A web server on this machine that lists a folder, as `python -m http.server` does."""

import contextlib
import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(SimpleHTTPRequestHandler):
    """Gives `pages` first; after `most` files, connections break off in the middle of one."""

    server: "FolderServer"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        page = self.server.pages.get(self.path)
        if page is None:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def copyfile(self, source, outputfile) -> None:
        listing = self.path.endswith("/")
        self.server.given += not listing
        if listing or self.server.given <= self.server.most:
            super().copyfile(source, outputfile)
        else:
            outputfile.write(source.read(100))

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing on the test's own output."""


class FolderServer(ThreadingHTTPServer):
    """Serves a folder; `asked` has the path of every GET."""

    daemon_threads = True
    request_queue_size = 64  # with 5, the system lets some connections wait for a second

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.most: float = float("inf")
        self.given = 0

    def url(self, path: str = "") -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def files_asked(self) -> list[str]:
        """Paths of the files asked for since the last call."""
        found = [path for path in self.asked if not path.endswith("/")]
        self.asked.clear()
        return found


@contextlib.contextmanager
def listing(folder: Path) -> Iterator[FolderServer]:
    server = FolderServer(folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
