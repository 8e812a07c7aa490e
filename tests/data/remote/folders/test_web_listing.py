"""What counts on the pages of a web server, and what it may not do."""

import pytest

from auxnet_keras.data.remote.folders import folder_listing, web_listing
from auxnet_keras.data.remote.folders.folder_listing import files_at
from auxnet_keras.data.remote.folders.remote_file import Unreachable
from auxnet_keras.errors import DataError
from tests.data.remote.flaky_server import serving, status
from tests.data.remote.folders.folder_server import listing


@pytest.fixture
def server(tmp_path):
    for name in ("data/a.png", "data/b c&d/ü%.txt", "data/b c&d/.hidden/x", "outside.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"12345")
    with listing(tmp_path) as running:
        yield running


def test_names_sizes_and_versions(server):
    files = files_at(server.url("/data"), 1)
    assert list(files) == ["a.png", "b c&d/ü%.txt"]
    assert files["a.png"].url == server.url("/data/a.png") and files["a.png"].size == 5
    assert files["b c&d/ü%.txt"].url == server.url("/data/b%20c%26d/%C3%BC%25.txt")
    assert all(file.version.endswith(" GMT") for file in files.values())  # Last-Modified


def test_only_links_to_what_is_below_count(server):
    links = [
        *("?C=N;O=D", "../", "./", "/", "/outside.png", "../outside.png", "%2e%2e/outside.png"),
        *("http://elsewhere.invalid/data/x.png", "//elsewhere.invalid/x.png", "#top", "mailto:a@b"),
        *("http://[bad", ".secret", "b/c.png", "b%2fc.png", "page.html", "%2Foutside.png"),
    ]
    body = "".join(f"<a href='{link}'>x</a>" for link in links)
    good = f'<A HREF="{server.url("/data/a.png")}">a</A><img src="no.png"><a name="x">y</a>'
    server.pages["/data/"] = f"<html>{body}{good}".encode()
    assert list(files_at(server.url("/data"), 1)) == ["a.png"]
    server.pages["/data/"] = b"<a href='/d%61ta/a.png'>some servers quote more than others</a>"
    assert list(files_at(server.url("/data"), 1)) == ["a.png"]
    # Apache writes "&" as "&amp;".
    server.pages["/data/"] = b"<a href='/data/b%20c&amp;d/'>b</a>"
    assert list(files_at(server.url("/data"), 1)) == ["b c&d/ü%.txt"]


@pytest.mark.parametrize("name", [b"a%5Cb.png", b"a%00.png", b"a%0A.png", b"x" * 241])
def test_names_that_no_folder_should_have(server, name):
    server.pages["/data/"] = b"<a href='" + name + b"'>x</a>"
    with pytest.raises(DataError, match="cannot be copied, because of its name"):
        files_at(server.url("/data"), 1)


def test_folders_without_end(server):
    """As a link to a folder above gives them; two such links double the pages at every step."""

    class SamePage(dict):
        def get(self, path, default=None):
            return b"<a href='a/'>a</a><a href='b/'>b</a>"

    server.pages = SamePage()
    with pytest.raises(DataError, match=r"no end.*link or redirection.*Received: 'a/a/a/a'"):
        files_at(server.url("/data"), 1)
    assert len(server.asked) <= 1 + 2 + 4 + 8


def test_names_of_unusual_number_or_length(server, monkeypatch):
    server.pages["/data/"] = b"".join(b"<a href='%d'>x</a>" % number for number in range(9))
    with monkeypatch.context() as patch:
        patch.setattr(folder_listing, "MOST_FILES", 8)
        with pytest.raises(
            DataError, match=r"Too many files at http.*at most 8; convert.*than 8, such as '8'"
        ):
            files_at(server.url("/data"), 1)
    names = [f"{letter * 230}/" for letter in "abcde"]
    for number, name in enumerate(names):
        server.pages["/data/" + "".join(names[:number])] = f"<a href='{name}'>x</a>".encode()
    with pytest.raises(DataError, match="of usual length"):
        files_at(server.url("/data"), 1)


def test_what_is_no_folder(server, monkeypatch):
    with pytest.raises(DataError, match=r"Cannot be read: http.*/nothing/\..*Received: HTTP 404"):
        files_at(server.url("/nothing"), 1)
    server.pages["/data/"] = b"<a href='gone.png'>a link that leads nowhere</a>"
    with pytest.raises(DataError, match=r"read: http.*/gone\.png.*every listed file.*HTTP 404"):
        files_at(server.url("/data"), 1)
    server.pages["/data/"] = b"<html>Welcome to our WiFi"
    with pytest.raises(DataError, match=r"no files at http.*lists its folders, without an index"):
        files_at(server.url("/data"), 1)
    monkeypatch.setattr(web_listing, "MAX_TABLE", 10)
    with pytest.raises(DataError, match=r"The list of files at http.* is too long"):
        files_at(server.url("/data"), 1)
    with serving() as flaky:
        flaky.files["/data/"] = b"PNG"  # no HEAD, and no type
        with pytest.raises(DataError, match=r"Not a folder: http.*Received: content of an unknown"):
            files_at(flaky.url("/data"), 1)
        flaky.faults.append(status(503))
        with pytest.raises(Unreachable, match=r"does not answer: http.*Received: too many 503"):
            files_at(flaky.url("/data"), 1)
    with pytest.raises(Unreachable, match=r"does not answer: http.*refused"):
        files_at(flaky.url("/data"), 1)


def test_a_size_that_is_not_told(server, monkeypatch):
    from http.server import SimpleHTTPRequestHandler

    usual = SimpleHTTPRequestHandler.send_header
    monkeypatch.setattr(
        SimpleHTTPRequestHandler,
        "send_header",
        lambda self, name, value: (
            (self.command == "HEAD" and name == "Content-Length") or usual(self, name, value)
        ),
    )
    with pytest.raises(DataError, match=r"does not tell how large http.*a\.png is"):
        files_at(server.url("/data"), 1)
