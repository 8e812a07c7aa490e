import contextlib
import io
import os
import random
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from auxnet_keras.data.remote import session, transfer
from auxnet_keras.data.remote.session import Session
from auxnet_keras.data.remote.transfer import fetch, forget, is_ours
from auxnet_keras.errors import DataError
from tests.data.remote.flaky_server import (
    claim,
    drop,
    portal,
    redirect,
    serving,
    stall,
    status,
)

BODY = random.Random(0).randbytes(1_000_000)
ADVICE = "fetch it by hand"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(session, "BACKOFF", 0.001)
    monkeypatch.setattr(transfer, "TIMEOUT", 0.5)
    with serving() as running:
        running.files["/set.zip"] = BODY
        yield running


@pytest.fixture
def get(server, tmp_path):
    """Downloads from the server, or from another address."""

    def run(url=None, size=None, on_progress=lambda done, total: None, sizes=None):
        url = url or server.url("/set.zip")
        if size is not None:
            sizes = range(size, size + 1)
        place = tmp_path / "set.zip"
        return fetch(url, place, sizes=sizes, advice=ADVICE, on_progress=on_progress)

    return run


def refused(get, pattern, **options):
    with pytest.raises(DataError, match=rf"(?s){pattern}") as raised:
        get(**options)
    assert ADVICE in str(raised.value) and "Received: " in str(raised.value)
    assert str(raised.value).endswith(".") and "object at 0x" not in str(raised.value)


def test_a_file_is_a_part_until_it_is_checked(get, tmp_path):
    told = []
    part = get(size=len(BODY), on_progress=lambda *state: told.append(state))
    assert part.name == "set.zip.part" and part.read_bytes() == BODY
    assert not (tmp_path / "set.zip").exists()
    assert told[-1] == (len(BODY), len(BODY)) and [done for done, _ in told] == sorted(
        done for done, _ in told
    )
    assert not is_ours(tmp_path / "set.zip")
    part.replace(tmp_path / "set.zip")
    assert is_ours(tmp_path / "set.zip")
    forget(part)
    assert not is_ours(tmp_path / "set.zip")


def test_a_finished_part_is_not_asked_for_again(get, server):
    get()
    assert get().read_bytes() == BODY and len(server.seen) == 1


def test_dropped_at_the_half_it_asks_for_the_rest(get, server, caplog):
    server.faults.append(drop(0.5))
    assert get().read_bytes() == BODY
    assert caplog.text.count("set.zip: Connection broken") == 1 and "trying again" in caplog.text
    first, second = server.seen
    start = int(second[1]["Range"].removeprefix("bytes=").removesuffix("-"))
    assert "Range" not in first[1] and 400_000 < start <= 500_000
    assert second[1]["If-Range"] == '"one"'
    assert first[1]["Accept-Encoding"] == "identity"


def test_interrupted_it_goes_on_in_another_process_run(get, server, tmp_path):
    def interrupt(done, total):
        if done > 300_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(on_progress=interrupt)
    there = (tmp_path / "set.zip.part").stat().st_size
    assert there > 300_000 and BODY.startswith((tmp_path / "set.zip.part").read_bytes())
    assert get().read_bytes() == BODY
    assert server.ranges_asked() == [None, f"bytes={there}-"]


def test_more_drops_than_tries_while_each_brings_something(get, server):
    server.faults.extend(drop(share / 10) for share in range(1, 10))
    assert get().read_bytes() == BODY and len(server.seen) == 10


def test_it_gives_up_where_nothing_comes(get, server, tmp_path):
    server.faults.extend([drop(0.5)] * 20)
    refused(get, r"repeatedly breaks off at byte 500000: http://.*/set\.zip")
    assert session.TRIES < len(server.seen) < 20
    assert (tmp_path / "set.zip.part").stat().st_size == 500_000
    server.faults.clear()
    assert get().read_bytes() == BODY


def test_a_server_without_ranges_starts_over(get, server):
    server.ranges = False
    server.faults.append(drop(0.5))
    assert get().read_bytes() == BODY
    assert server.seen[1][1]["Range"]


def test_a_changed_file_is_not_glued_to_the_old_half(get, server):
    def change(handler, body):
        handler.give(body, stop=500_000)
        server.etag, server.files["/set.zip"] = '"two"', BODY[::-1]

    server.faults.append(change)
    assert get().read_bytes() == BODY[::-1]


def test_a_server_that_ignores_if_range_is_found_out(get, server):
    def change(handler, body):
        handler.give(body, stop=500_000)
        server.files["/set.zip"] = BODY[::-1]

    def careless(handler, body):
        server.etag = handler.headers["If-Range"]
        handler.send_response(206)
        handler.send_header("Content-Range", "bytes 458752-999999/1000000")
        handler.send_header("ETag", '"two"')
        handler.send_header("Content-Length", str(1_000_000 - 458752))
        handler.end_headers()
        handler.wfile.write(body[458752:])

    server.faults.extend([change, careless])
    assert get().read_bytes() == BODY[::-1]
    assert len(server.seen) == 3


@pytest.mark.parametrize("span", ["bytes 5-999999/1000000", "nonsense"])
def test_a_part_from_another_place_is_not_used(get, server, span):
    def misplaced(handler, body):
        handler.send_response(206)
        handler.send_header("Content-Range", span)
        handler.send_header("Content-Length", "10")
        handler.end_headers()
        handler.wfile.write(body[:10])

    server.faults.extend([drop(0.5), misplaced])
    assert get().read_bytes() == BODY


def test_a_half_of_unknown_origin_is_not_continued(get, server, tmp_path):
    (tmp_path / "set.zip.part").write_bytes(b"old")
    (tmp_path / "set.zip.part.json").write_text("{")
    assert get().read_bytes() == BODY
    forget(tmp_path / "set.zip.part")
    server.faults.append(drop(0.5))
    server.files["/other"] = b"other"
    get(server.url("/other"))
    assert get().read_bytes() == BODY


def test_without_a_validator_the_length_decides(get, server):
    server.etag = ""
    server.faults.append(drop(0.5))
    assert get().read_bytes() == BODY
    assert "Range" in server.seen[1][1] and "If-Range" not in server.seen[1][1]


def test_more_bytes_announced_than_there_are(get, server):
    server.faults.extend([claim(2_000_000)] * 20)
    refused(get, "breaks off at byte")


def test_fewer_bytes_announced_than_there_are(get, server):
    server.faults.append(claim(700_000))
    assert get().read_bytes() == BODY[:700_000]  # complete by the server's account
    forget(get())
    server.faults.append(claim(700_000))
    refused(get, "a file of 700000 bytes instead of 1000000", size=len(BODY))


def test_a_shrunken_file_starts_over(get, server):
    server.faults.append(drop(0.9))
    server.etag = ""
    server.files["/set.zip"] = BODY

    def shrink(handler, body):
        server.files["/set.zip"] = BODY[:100]
        handler.give(BODY[:100])

    server.faults.append(shrink)
    assert get().read_bytes() == BODY[:100]


@pytest.mark.parametrize("code", [403, 404, 410])
def test_a_refusal_is_final(get, server, code, tmp_path):
    server.faults.extend([status(code)] * 2)
    refused(get, rf"Cannot be downloaded: http.*Received: HTTP {code} ")
    assert len(server.seen) == 1 and not list(tmp_path.iterdir())


def test_a_failing_server_is_asked_again(get, server):
    server.faults.extend([status(500), status(503), status(429)])
    assert get().read_bytes() == BODY and len(server.seen) == 4
    server.faults.extend([status(502)] * 20)
    forget(get())
    refused(get, "Received: too many 502 error responses")


@pytest.mark.parametrize("content_type", ["text/html", "application/zip"])
def test_a_login_page_is_no_archive(get, server, tmp_path, content_type):
    server.faults.append(portal(content_type))
    refused(get, "a web page instead of the file.*Welcome to our WiFi")
    assert not list(tmp_path.iterdir())


def test_a_login_page_does_not_spoil_what_is_there(get, server, tmp_path):
    server.faults.extend([drop(0.5), portal()])
    refused(get, "a web page")
    assert BODY.startswith((tmp_path / "set.zip.part").read_bytes())
    assert get().read_bytes() == BODY


def test_redirections(get, server):
    server.faults.append(redirect(server.url("/set.zip")))
    assert get(server.url("/moved.zip")).read_bytes() == BODY
    assert [path for path, _ in server.seen] == ["/moved.zip", "/set.zip"]


def test_redirections_without_end_or_to_a_file(get, server):
    server.faults.extend([redirect("/set.zip")] * 20)
    refused(get, "Exceeded 10 redirects")
    server.faults.clear()
    server.faults.append(redirect("file:///etc/passwd"))
    refused(get, "a redirection from http to file, 'file:///etc/passwd'")
    server.faults.append(redirect("ftp://127.0.0.1/set.zip"))
    refused(get, "a redirection from http to ftp")


@pytest.mark.parametrize(("to", "allowed"), [("http://b/x", False), ("//b/x", True), ("/x", True)])
def test_https_does_not_become_http(to, allowed):
    answer = requests.Response()
    answer.status_code, answer.url, answer.headers["Location"] = 302, "https://a/y", to
    answer.raw = io.BytesIO()
    if allowed:
        assert Session().get_redirect_target(answer) == to
    else:
        with pytest.raises(requests.exceptions.InvalidSchema, match="from https to http"):
            Session().get_redirect_target(answer)


def test_a_silent_connection_is_given_up_and_tried_again(get, server):
    server.faults.append(stall(0.5))
    assert get().read_bytes() == BODY
    assert server.seen[1][1]["Range"].startswith("bytes=4")


def test_no_network_no_such_name_no_web_address(get, server, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        refused(get, "Connection refused", url=f"http://127.0.0.1:{unused.getsockname()[1]}/a.zip")
    refused(get, "No connection adapters were found for 'file:///", url="file:///etc/passwd")

    def unknown(*arguments, **options):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    refused(get, "Failed to resolve 'no-such-host.invalid'", url="http://no-such-host.invalid/a")


def test_a_body_without_end_is_cut_off(get, server, tmp_path):
    def endless(handler, body):
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):
            while not server.over.is_set():
                handler.wfile.write(bytes(1 << 16))

    server.faults.append(endless)
    refused(get, "more than the 200000 bytes", sizes=range(100_000, 200_001))
    assert (tmp_path / "set.zip.part").stat().st_size <= 200_000


def test_a_size_that_is_not_about_the_published_one(get):
    refused(get, "a file of 1000000 bytes instead of 5 to 9 bytes", sizes=range(5, 10))


def test_a_reason_with_escape_sequences(get, server):
    def odd(handler, body):
        handler.wfile.write(b"HTTP/1.1 403 \x1b[2J\x1b]0;title\x07" + b"x" * 500 + b"\r\n\r\n")

    server.faults.append(odd)
    with pytest.raises(DataError) as raised:
        get()
    assert "\x1b" not in str(raised.value) and "HTTP 403 ?[2J" in str(raised.value)
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Length", "9" * 5000),
        ("Content-Length", "\u0661\u0662"),
        ("Content-Range", f"bytes {'9' * 5000}-1/2"),
        ("Content-Range", "bytes \u0661-\u0662/\u0663"),
        ("Location", "http://[::1"),
        ("Location", "http://a:b:c/\x00"),
        ("Location", "//" + "x" * 70_000),
    ],
)
def test_headers_that_make_no_sense(get, server, name, value):
    def odd(handler, body):
        code = {"Content-Range": 206, "Location": 302}.get(name, 200)
        head = f"HTTP/1.1 {code} OK\r\n{name}: {value}\r\nConnection: close\r\n\r\n"
        handler.wfile.write(head.encode("utf-8"))
        handler.close_connection = True

    server.faults.extend([odd] * 20)
    with pytest.raises(DataError, match="Received: "):
        get(sizes=range(1_000_000, 1_000_001))


@pytest.mark.parametrize(
    "note",
    [
        "[" * 100_000,
        '{"url": 3, "validator": [], "total": "x"}',
        '{"url": "URL", "validator": "a\\r\\nX: y", "total": 5}',
        '{"url": "URL", "validator": "é", "total": 5}',
        '{"url": "URL", "validator": 7, "total": true}',
        '{"url": "URL", "validator": null, "total": 1e400}',
        "9" * 10_000,
        "x" * 100_000,
    ],
)
def test_a_note_that_is_none_of_ours(get, server, tmp_path, note):
    (tmp_path / "set.zip.part").write_bytes(b"something")
    url = server.url("/set.zip")
    (tmp_path / "set.zip.part.json").write_text(note.replace("URL", url))
    assert get().read_bytes() == BODY


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_part_that_was_planted(get, server, tmp_path, kind, monkeypatch):
    part, other = tmp_path / "set.zip.part", tmp_path / "other"
    other.write_bytes(b"precious")
    real = Path.unlink
    monkeypatch.setattr(
        Path, "unlink", lambda path, **k: None if path == part else real(path, **k)
    )  # planted after the old one was removed
    part.symlink_to(other) if kind == "link" else os.mkfifo(part)
    with pytest.raises(DataError, match=r"set.zip.part is in the way.*a link, a pipe"):
        get()
    assert other.read_bytes() == b"precious"


def test_a_user_who_wants_no_more_waits_for_no_attempt(server, get, monkeypatch):
    """Told between two attempts of a download; and in a request of another thread."""

    class StopError(Exception):
        pass

    def stop(done, total):
        raise StopError

    server.faults.append(drop(0))
    with pytest.raises(StopError):
        get(on_progress=stop)
    assert len(server.seen) == 1
    answered, closed = threading.Event(), threading.Event()

    def busy(handler, body):
        answered.set()
        closed.wait()
        status(503)(handler, body)

    server.faults.append(busy)
    with ThreadPoolExecutor(1) as pool, Session() as open_session:
        request = pool.submit(open_session.get, server.url("/set.zip"), timeout=5)
        assert answered.wait(5)
        open_session.close()
        closed.set()
        with pytest.raises(requests.ConnectionError, match="closed"):
            request.result()
    assert len(server.seen) == 2
