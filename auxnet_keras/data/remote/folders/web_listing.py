"""Lists the files below a web address from the pages on which a server lists its folders.

The pages are those of `python -m http.server`, Apache, nginx and others: a link for each file and,
with a slash at its end, for each folder. Only links to what is below the page count.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from html.parser import HTMLParser
from itertools import islice
from typing import TypeVar
from urllib.parse import unquote, urldefrag, urljoin

import requests
from requests.utils import requote_uri
from urllib3.exceptions import HTTPError

from auxnet_keras.core.printable import printable
from auxnet_keras.data.files.listing import is_hidden
from auxnet_keras.data.remote.folders.remote_file import RemoteFile, Unreachable
from auxnet_keras.data.remote.session import Session, root_cause
from auxnet_keras.data.remote.transfer import TIMEOUT
from auxnet_keras.errors import DataError
from auxnet_keras.safety.bounded_read import MAX_TABLE

_AT_ONCE = 8  # requests; urllib3 keeps ten connections
_PART = 1000  # files whose sizes are asked for before the next ones
_PAGES = (".html", ".htm", ".xml", ".svg")
"""No reader reads them, and `transfer` takes them for the login page of a network."""

logger = logging.getLogger("auxnet_keras")

Item = TypeVar("Item")
Result = TypeVar("Result")


def web_files(address: str, tries: int, check: Callable[[str], None]) -> Iterator[RemoteFile]:
    """The files below a web address, except hidden ones and web pages.

    Args:
        address: Without a slash at its end.
        tries: Attempts per request.
        check: Called with the name of each file and folder before anything else is asked about it;
            raises if there must be no such name.

    Raises:
        Unreachable: The server does not answer, or fails.
        DataError: It refuses, gives something else than a page, or does not tell a file's size.
    """
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        with Session(tries) as session:  # closed first, so that no request is tried again
            folders = [""]
            while folders:
                below: list[str] = []
                files: list[str] = []
                for folder, links in _each(pool, partial(_links, session, address), folders):
                    for link in links:
                        place = f"{folder}/{link.removesuffix('/')}"
                        check(unquote(place[1:]))
                        if link.endswith("/"):
                            below.append(place)
                        elif not link.lower().endswith(_PAGES):
                            files.append(place)
                for _, file in _each(pool, partial(_file, session, address), files):
                    yield file
                folders = below
    except KeyboardInterrupt:
        logger.warning("%s: stopping when open requests end: a minute at most ...", address)
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _each(
    pool: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[tuple[Item, Result]]:
    left = iter(items)
    while part := list(islice(left, _PART)):
        yield from zip(part, pool.map(work, part), strict=True)


def _links(session: Session, address: str, folder: str) -> list[str]:
    """What is in a folder: quoted as in a URL, folders with a slash at their end, sorted."""
    page = f"{address}{folder}/"
    expected = (
        "the data set's folder, on a server that lists its folders and needs no password; check "
        "the address"
    )
    with _answer(session, "GET", page, expected) as response:
        kind = response.headers.get("Content-Type", "")
        if not kind.startswith("text/html"):
            raise DataError(
                f"Not a folder: {page}. Expected the address of the data set's folder, on a "
                "server that lists its folders; check the address. "
                f"Received: {printable(kind)[:80] or 'content of an unknown type'}."
            )
        try:
            text = response.raw.read(MAX_TABLE + 1, decode_content=True)
        except HTTPError as error:
            raise _unreachable(page, error) from error
    if len(text) > MAX_TABLE:
        raise DataError(
            f"The list of files at {page} is too long. Expected at most {MAX_TABLE:,} bytes; "
            "convert the data to shards where it is. Received: more."
        )
    parser = _Links()
    parser.feed(text.decode("utf-8", errors="replace"))
    found = {_inside(response.url, link) for link in parser.found}
    return sorted(link for link in found if link is not None)


class _Links(HTMLParser):
    """The addresses that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def _inside(page: str, link: str) -> str | None:
    """The one name that a link adds to the page's own address; None if it leads elsewhere."""
    try:
        target = requote_uri(urldefrag(urljoin(page, link)).url)  # as the page's own address is
    except ValueError:  # not an address
        return None
    rest = target.removeprefix(page)
    name = unquote(rest.removesuffix("/"))
    if rest == target or "?" in rest or "/" in name or name in ("", ".", ".."):
        return None
    return None if is_hidden(name) else rest


def _file(session: Session, address: str, place: str) -> RemoteFile:
    url = address + place
    expected = "to read every listed file, from a server that answers HEAD; mend or remove it there"
    with _answer(session, "HEAD", url, expected) as response:
        headers = response.headers
        length = headers.get("Content-Length", "")
        if not (length.isdecimal() and length.isascii() and len(length) < 19):
            raise DataError(
                f"The server does not tell how large {url} is. Expected a server of plain files "
                "that answers HEAD with a Content-Length; use another one, or copy the data. "
                f"Received: {printable(length)[:40] or 'no length'}."
            )
        version = headers.get("ETag") or headers.get("Last-Modified") or ""
    return RemoteFile(unquote(place[1:]), url, int(length), printable(version)[:200])


def _answer(session: Session, method: str, url: str, expected: str) -> requests.Response:
    try:
        response = session.request(method, url, stream=True, timeout=TIMEOUT, allow_redirects=True)
    except requests.RequestException as error:
        raise _unreachable(url, error) from error
    if response.status_code != 200:
        response.close()
        reason = printable(str(response.reason))[:80]
        raise DataError(
            f"Cannot be read: {url}. Expected {expected}. "
            f"Received: HTTP {response.status_code} {reason}."
        )
    return response


def _unreachable(url: str, error: Exception) -> Unreachable:
    return Unreachable(
        f"The server does not answer: {url}; check the address and the connection, then give the "
        f"same command again. Received: {root_cause(error)}."
    )
