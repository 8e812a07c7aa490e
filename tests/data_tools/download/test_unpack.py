import gzip
import io
import random
import re
import stat
import struct
import tarfile
import tracemalloc
import zipfile
import zlib

import pytest

from auxnet_keras.errors import DataError
from data_tools.download import members
from data_tools.download import unpack as module
from data_tools.download.unpack import unpack
from tests.storage.leftovers import leave_half

CONTENT = {"training/a.png": b"picture", "training/deep/b.txt": b"words", "README": b""}


def nothing(*_):
    """For a progress bar nobody looks at."""


def opened(archive, folder, on_progress=nothing, finish=nothing):
    unpack(archive, folder, on_progress=on_progress, finish=finish)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def write_zip(path, content):
    """`content` maps names, or whole entries, to bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def write_tar(path, content, mode=""):
    """`content` maps names to bytes, or to the type and link target of a special member."""
    with tarfile.open(path, f"w{mode}") as archive:
        for name, data in content.items():
            entry = tarfile.TarInfo(name)
            if isinstance(data, bytes):
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
            else:
                entry.type, entry.linkname = data
                archive.addfile(entry)
    return path


def refused(archive, tmp_path, pattern):
    """Nothing inside the target, nothing outside it, and a sentence."""
    before = set(tmp_path.rglob("*"))
    with pytest.raises(DataError, match=rf"(?s){pattern}.*\.$"):
        opened(archive, tmp_path / "target")
    assert set(tmp_path.rglob("*")) == before


WRITERS = [
    ("set.zip", write_zip),
    ("set.tar", write_tar),
    ("set.tar.gz", lambda path, content: write_tar(path, content, ":gz")),
]


@pytest.mark.parametrize(("name", "write"), WRITERS)
def test_what_is_packed_is_unpacked(tmp_path, name, write):
    told = []
    archive = write(tmp_path / name, CONTENT)
    target = tmp_path / "new" / "target"
    assert opened(archive, target, lambda *state: told.append(state)) == CONTENT
    assert told[-1] == (12, 12)
    assert [path.name for path in target.parent.iterdir()] == ["target"]


@pytest.mark.parametrize(("name", "write"), WRITERS)
def test_a_top_folder_of_the_same_name_is_not_repeated(tmp_path, name, write):
    inside = {f"./target/{place}": data for place, data in CONTENT.items()}
    assert opened(write(tmp_path / name, inside), tmp_path / "target") == CONTENT
    other = {f"other/{place}": data for place, data in CONTENT.items()}
    assert opened(write(tmp_path / name, other), tmp_path / "target") == other
    assert opened(write(tmp_path / name, {"target": b"file"}), tmp_path / "target") == {
        "target": b"file"
    }


def test_folders_in_archives_and_the_top_itself(tmp_path):
    folder = (tarfile.DIRTYPE, "")
    content = {".": folder, "./a": folder, "./a/b": b"x", "./empty": folder}
    assert opened(write_tar(tmp_path / "set.tar", content), tmp_path / "target") == {"a/b": b"x"}
    assert (tmp_path / "target/empty").is_dir()
    archive = write_zip(tmp_path / "set.zip", {"a/": b"", "a/b": b"x", "empty/": b""})
    assert opened(archive, tmp_path / "target") == {"a/b": b"x"}
    assert (tmp_path / "target/empty").is_dir()


def test_modes_of_the_archive_are_not_used(tmp_path):
    with tarfile.open(tmp_path / "set.tar", "w") as archive:
        entry = tarfile.TarInfo("program")
        entry.mode = 0o4777
        archive.addfile(entry)
    opened(tmp_path / "set.tar", tmp_path / "target")
    assert not stat.S_IMODE((tmp_path / "target/program").stat().st_mode) & 0o7111


ESCAPES = {
    "../outside": "a path that leaves the folder",
    "a/../../outside": "a path that leaves the folder",
    "/tmp/outside": "an absolute path",
    "C:/outside": "a path of another system",
    "..\\outside": "a path of another system",
    "a\\b": "a path of another system",
    "a\nb": "a name that is not printable",
    "a\u202eb": "a name that is not printable",
    "a" * 256: "too long a path",
    "a/" * 500 + "b": "too long a path",
}


@pytest.mark.parametrize(("name", "write"), WRITERS)
@pytest.mark.parametrize("place", ESCAPES)
def test_paths_that_lead_elsewhere(tmp_path, name, write, place):
    archive = write(tmp_path / name, {"good": b"x", place: b"evil"})
    shown = re.escape(repr(place[:200]))
    refused(archive, tmp_path, rf"Unsafe member in .*/{name}.*Received: {shown}, {ESCAPES[place]}")


@pytest.mark.parametrize(("name", "write"), WRITERS)
@pytest.mark.parametrize(
    ("first", "second"),
    [("a/b", "A/b"), ("a/b", "a/B"), ("a", "a/b"), ("a/b", "a"), ("\xe9", "e\u0301"), ("a/b", "A")],
)
def test_two_members_in_one_place(tmp_path, name, write, first, second):
    archive = write(tmp_path / name, {first: b"x", second: b"y"})
    refused(archive, tmp_path, "in the place of")


def test_the_same_name_twice(tmp_path):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("a", b"x")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a", b"y")
    refused(tmp_path / "set.zip", tmp_path, "'a', in the place of 'a'")
    refused(write_tar(tmp_path / "set.tar", {".": b"x"}), tmp_path, "in the place of '.'")


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (tarfile.SYMTYPE, "a symbolic link to '/etc/passwd'"),
        (tarfile.LNKTYPE, "a hard link to '/etc/passwd'"),
        (tarfile.CHRTYPE, "a device"),
        (tarfile.BLKTYPE, "a device"),
        (tarfile.FIFOTYPE, "a pipe"),
        (b"Z", "of an unknown type"),
    ],
)
def test_members_of_a_tar_that_are_no_files(tmp_path, kind, says):
    content = {"good": b"x", "a/trap": (kind, "/etc/passwd"), "a/trap/passwd": b"evil"}
    archive = write_tar(tmp_path / "set.tar", content)
    refused(archive, tmp_path, f"'a/trap', {says}")


@pytest.mark.parametrize(
    ("kind", "says"),
    [(stat.S_IFLNK, "a symbolic link"), (stat.S_IFCHR, "a device"), (0o70000, "spec")],
)
def test_members_of_a_zip_that_are_no_files(tmp_path, kind, says):
    entry = zipfile.ZipInfo("a/trap")
    entry.external_attr = (kind | 0o777) << 16
    refused(write_zip(tmp_path / "set.zip", {"b": b"", entry: b"/etc"}), tmp_path, f"trap', {says}")


def test_an_encrypted_zip_and_a_name_with_a_hidden_end(tmp_path):
    data = bytearray(write_zip(tmp_path / "set.zip", {"a": b"x"}).read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "set.zip").write_bytes(data)
    refused(tmp_path / "set.zip", tmp_path, "'a', encrypted")
    data = write_zip(tmp_path / "set.zip", {"a.png_x": b"x"}).read_bytes()
    (tmp_path / "set.zip").write_bytes(data.replace(b"a.png_x", b"a.png\0x"))
    refused(tmp_path / "set.zip", tmp_path, "'a.png', with a hidden end")


def test_bombs_by_their_own_account(tmp_path, monkeypatch):
    monkeypatch.setattr(members, "SMALL", 1 << 20)
    zeros = bytes(3 << 20)
    for name, write in (WRITERS[0], WRITERS[2]):
        archive = write(tmp_path / name, {"good": b"x", "zeros": zeros})
        assert archive.stat().st_size < 10_000
        refused(archive, tmp_path, "'zeros', unpacks to 3145729 bytes or more")
    monkeypatch.setattr(members, "MAX_BYTES", 100)
    archive = write_tar(tmp_path / "set.tar", {"a": bytes(60), "b": bytes(60)})
    refused(archive, tmp_path, "'b', unpacks to 120 bytes")


def test_a_bomb_that_lies_about_its_size_is_cut_off(tmp_path):
    data = bytearray(write_zip(tmp_path / "set.zip", {"zeros": bytes(1 << 20)}).read_bytes())
    size = struct.pack("<I", 1 << 20)
    assert data.count(size) == 2
    (tmp_path / "set.zip").write_bytes(data.replace(size, struct.pack("<I", 10)))
    refused(tmp_path / "set.zip", tmp_path, r"Damaged archive: .*/set\.zip")


def test_a_member_of_terabytes_in_a_small_gzip(tmp_path):
    entry = tarfile.TarInfo("huge")
    entry.size = 2**43
    (tmp_path / "set.tar.gz").write_bytes(gzip.compress(entry.tobuf() + bytes(1024)))
    refused(tmp_path / "set.tar.gz", tmp_path, "'huge', unpacks to 8796093022208 bytes")


def test_a_header_that_would_fill_the_memory(tmp_path):
    entry = tarfile.TarInfo("long")
    entry.type, entry.size = tarfile.XHDTYPE, 2**32
    (tmp_path / "set.tar.gz").write_bytes(gzip.compress(entry.tobuf() + bytes(1024)))
    refused(tmp_path / "set.tar.gz", tmp_path, "Received: a header of 4294967296 bytes")


def test_zeros_without_end_behind_the_end(tmp_path):
    packed = write_tar(tmp_path / "set.tar", CONTENT).read_bytes()
    (tmp_path / "set.tar.gz").write_bytes(gzip.compress(packed + bytes(2**26 + 2**20), 1))
    refused(tmp_path / "set.tar.gz", tmp_path, "more than 67108864 bytes after its end")


def million_entries():
    """A zip's directory of a million files of no bytes, without the files."""
    fixed = struct.pack("<4s6H3L5H2L", b"PK\1\2", *[0] * 9, 7, *[0] * 4, 0, 0)
    return b"".join(fixed + b"%07d" % number for number in range(1_000_000))


def test_a_million_members(tmp_path):
    directory = million_entries()
    assert len(directory) == 53_000_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, len(directory), 0, 0)
    (tmp_path / "set.zip").write_bytes(directory + end)
    refused(tmp_path / "set.zip", tmp_path, r"Too many members in .*/set\.zip")


def test_more_members_than_any_data_set(tmp_path, monkeypatch):
    monkeypatch.setattr(members, "MAX_MEMBERS", 20)
    for name, write in WRITERS:
        archive = write(tmp_path / name, {f"{number}": b"" for number in range(21)})
        refused(archive, tmp_path, "'20', beyond the first 20")


@pytest.mark.parametrize(("name", "write"), WRITERS)
def test_cut_short_anywhere(tmp_path, name, write):
    noise = random.Random(1)
    content = {f"{number}": noise.randbytes(700) for number in range(4)}
    whole = write(tmp_path / name, content).read_bytes()
    end = len(whole.rstrip(b"\0")) if name == "set.tar" else len(whole)
    for length in (0, 10, 512, 1024, 1536, end // 2, end - 100, end - 1):
        (tmp_path / name).write_bytes(whole[:length])
        refused(tmp_path / name, tmp_path, f"Damaged archive: .*/{name}")


@pytest.mark.parametrize(("name", "write"), WRITERS)
def test_garbled_anywhere(tmp_path, name, write):
    """Whatever byte is wrong: a sentence and no folder, or (in a plain tar) other content."""
    noise = random.Random(2)
    content = {f"{number}": noise.randbytes(600) for number in range(3)}
    whole = write(tmp_path / name, content).read_bytes()
    wrong = 0
    for _ in range(60):
        data = bytearray(whole)
        data[noise.randrange(len(data))] ^= noise.randrange(1, 256)
        (tmp_path / name).write_bytes(data)
        try:
            opened(tmp_path / name, tmp_path / "target")
        except DataError as error:
            wrong += 1
            assert name in str(error) and not list(tmp_path.glob(".tmp*"))
    assert wrong > 3  # most of a small tar is padding


def test_not_an_archive_at_all(tmp_path):
    for name, _ in WRITERS:
        (tmp_path / name).write_bytes(b"<html>" * 400)
        refused(tmp_path / name, tmp_path, f"Damaged archive: .*/{name}")


def test_a_wrong_checksum_inside(tmp_path):
    data = bytearray(write_zip(tmp_path / "set.zip", {"a": b"x" * 100}).read_bytes())
    checksum = struct.pack("<I", zlib.crc32(b"x" * 100))
    (tmp_path / "set.zip").write_bytes(data.replace(checksum, b"oops"))
    refused(tmp_path / "set.zip", tmp_path, "Bad CRC-32 for file 'a'")


def test_no_space(tmp_path, monkeypatch):
    archive = write_zip(tmp_path / "set.zip", CONTENT)
    usage = module.shutil.disk_usage(tmp_path)._replace(free=11)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda place: usage)
    refused(
        archive, tmp_path, r"Not enough space in .* for unpacking set.zip\. .*Received: 0.00 GB"
    )


def test_interrupted_it_leaves_nothing_and_killed_it_is_tidied(tmp_path):
    def interrupt(done, total):
        raise KeyboardInterrupt

    archive = write_zip(tmp_path / "set.zip", CONTENT)
    with pytest.raises(KeyboardInterrupt):
        opened(archive, tmp_path / "target", interrupt)
    assert list(tmp_path.iterdir()) == [archive]
    half = leave_half(tmp_path / "target")
    half.mkdir()
    (half / "half.png").write_bytes(b"half")
    assert opened(archive, tmp_path / "target") == CONTENT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set.zip", "target"]


def test_what_finish_writes_appears_with_the_folder(tmp_path):
    def finish(folder):
        assert not (tmp_path / "target").exists()
        (folder / "record").write_bytes(b"done")

    archive = write_zip(tmp_path / "set.zip", CONTENT)
    assert opened(archive, tmp_path / "target", finish=finish) == CONTENT | {"record": b"done"}


def raw_tar(path, *headers):
    """A gzipped tar of given blocks, with its end."""
    path.write_bytes(gzip.compress(b"".join(headers) + bytes(1024)))
    return path


def pax(kind, records):
    data = b"".join(records)
    entry = tarfile.TarInfo("pax")
    entry.type, entry.size = kind, len(data)
    return entry.tobuf(tarfile.USTAR_FORMAT) + data.ljust(-(-len(data) // 512) * 512, b"\0")


def record(key, value):
    body = f" {key}={value}\n".encode()
    length = len(body) + len(str(len(body) + 3))
    return f"{length}".encode() + body


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_headers_that_are_only_about_the_next_header(tmp_path, kind):
    chain = [pax(kind, [record("comment", "x")])] * 2000
    archive = raw_tar(tmp_path / "set.tar.gz", *chain, tarfile.TarInfo("a").tobuf())
    refused(archive, tmp_path, r"Damaged archive: .*/set\.tar\.gz")


def test_one_global_header_is_not_copied_into_every_member(tmp_path):
    records = [record(f"k{number}", number) for number in range(4000)]
    members_ = [tarfile.TarInfo(f"{number}").tobuf() for number in range(400)]
    archive = raw_tar(tmp_path / "set.tar.gz", pax(tarfile.XGLTYPE, records), *members_)
    tracemalloc.start()
    unpack(archive, tmp_path / "out", on_progress=lambda *_: None, finish=lambda _: None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6  # 400 copies take 120 MB
    large = pax(tarfile.XGLTYPE, [record("k", "v" * 100_000)])
    archive = raw_tar(tmp_path / "large.tar.gz", large, tarfile.TarInfo("a").tobuf())
    refused(archive, tmp_path, "a header of 100")


@pytest.mark.parametrize("version", ["old", "0.0", "0.1", "1.0"])
def test_sparse_members(tmp_path, version):
    entry = tarfile.TarInfo("hole")
    if version == "old":
        entry.type = tarfile.GNUTYPE_SPARSE
        headers = [entry.tobuf(tarfile.GNU_FORMAT)]
    else:
        records = {
            "0.0": [("size", 10), ("numblocks", 1), ("offset", 0), ("numbytes", 1)],
            "0.1": [("map", "0,1"), ("size", 10)],
            "1.0": [("major", 1), ("minor", 0), ("realsize", 10)],
        }[version]
        described = [record(f"GNU.sparse.{key}", value) for key, value in records]
        headers = [pax(tarfile.XHDTYPE, described), entry.tobuf()]
    refused(raw_tar(tmp_path / "set.tar.gz", *headers), tmp_path, "a sparse member")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_methods_that_ask_for_any_amount_of_memory(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "set.zip", "w", method) as archive:
        archive.writestr("a", b"x" * 100)
    refused(tmp_path / "set.zip", tmp_path, f"'a', compressed by method {method}")


@pytest.mark.parametrize("disguise", ["zip64", "comment"])
def test_a_directory_that_hides_behind_another_end(tmp_path, disguise):
    directory = million_entries()
    if disguise == "zip64":
        record64 = struct.pack(
            "<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 10**6, 10**6, len(directory), 0
        )
        locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(directory), 1)
        end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
        tail = record64 + locator + end
    else:  # the mark again in the last bytes, which the library does not take for an end
        tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, len(directory), 0, 6)
        tail += b"PK\5\6xx"
    (tmp_path / "set.zip").write_bytes(directory + tail)
    refused(tmp_path / "set.zip", tmp_path, "Too many members|Damaged archive")
