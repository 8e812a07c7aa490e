import hashlib
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from filelock import FileLock

import auxnet_keras as ak
from auxnet_keras.cli import main
from auxnet_keras.data.remote import session, transfer
from auxnet_keras.errors import ConfigError, DataError
from data_tools.download import catalogue, unpack
from data_tools.download import fetch as module
from data_tools.download.catalogue import BY_HAND, RELEASES, Remote, family, release_of
from data_tools.download.fetch import download
from tests.data import driving_makers, makers
from tests.data.remote.flaky_server import drop, serving, status

SIZE = {"size": (32, 64), "batch_size": 1}


def packed(root, suffix, *, top=True):
    """The bytes of an archive of a folder; `top`: with the folder's own name in front."""
    buffer, base = io.BytesIO(), root.parent if top else root
    if suffix == ".zip":
        with zipfile.ZipFile(buffer, "w") as archive:
            for path in sorted(root.rglob("*")):
                archive.write(path, path.relative_to(base))
    else:
        with tarfile.open(fileobj=buffer, mode="w:gz" if suffix == ".tar.gz" else "w") as archive:
            for path in sorted(base.iterdir() if not top else [root]):
                archive.add(path, path.relative_to(base))
    return buffer.getvalue()


def published(remote, body):
    """The remote as a catalogue states it whose checksums are those of `body`."""
    return replace(
        remote,
        size=len(body),
        md5=hashlib.md5(body).hexdigest() if remote.md5 else None,
        sha256=hashlib.sha256(body).hexdigest() if remote.sha256 else None,
    )


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(session, "BACKOFF", 0.001)
    monkeypatch.setattr(transfer, "TIMEOUT", 0.5)
    with serving() as running:
        yield running


@pytest.fixture
def publish(server, monkeypatch):
    """Puts bodies on the server under the paths of the catalogue, and its address in it."""

    def run(kind, edition, bodies):
        release = RELEASES[kind][edition]
        files = []
        for remote in release.files:
            path = urlsplit(remote.url).path
            server.files[path] = bodies[remote.name]
            files.append(published(replace(remote, url=server.url(path)), bodies[remote.name]))
        editions = RELEASES[kind] | {edition: replace(release, files=tuple(files))}
        monkeypatch.setitem(RELEASES, kind, editions)
        return files

    return run


def kitti_bodies(folder, count=6):
    """The three archives as they are published: each with `training` and `testing` at the top."""
    makers.kitti(folder / "semantics", count, depth=None)
    for number in range(count):
        makers.kitti_frame(folder / "flow", number, label=False)
        calibration = folder / "calib/training/calib_cam_to_cam" / f"{number:06d}.txt"
        calibration.parent.mkdir(parents=True, exist_ok=True)
        rows = ("7.0e+02 0 6e+02 45 0 7e+02 1.7e+02 0 0 0 1 0", "7e+02 0 6e+02 -325 " + "0 " * 8)
        calibration.write_text(f"P_rect_02: {rows[0]}\nP_rect_03: {rows[1].strip()}\n")
    makers.write_png(folder / "semantics/testing/image_2/000000_10.png", makers.picture(0))
    noise = folder / "flow/testing/image_2/noise.bin"
    noise.parent.mkdir(parents=True)
    noise.write_bytes(random.Random(0).randbytes(1_000_000))
    names = {
        "data_semantics": "semantics",
        "data_scene_flow": "flow",
        "data_scene_flow_calib": "calib",
    }
    return {
        f"{name}.zip": packed(folder / place, ".zip", top=False) for name, place in names.items()
    }


@pytest.fixture
def kitti(publish, tmp_path):
    return publish("kitti", "2015", kitti_bodies(tmp_path / "published"))


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def state(folder):
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file()
    }


def visible(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def requested(server):
    return [path.rpartition("/")[2] for path, _ in server.seen]


def test_kitti_is_read_where_it_was_put(kitti, out):
    assert download("kitti", out) == out
    assert visible(out) == ["data_scene_flow", "data_scene_flow_calib", "data_semantics"]
    source = ak.data.source("kitti", out)
    assert len(source.frames("all")) == 6
    frame = source.frames("all")[0]
    assert source.read(frame, "metres").depth.max() > 0
    assert source.calibration(frame, 48).baseline == pytest.approx(370 / 700)
    image, targets = next(iter(ak.data.load("kitti", out, split="val", **SIZE)))
    assert image.shape == (1, 32, 64, 3) and np.unique(targets["segmentation"]).size > 1
    assert (targets["depth"].numpy() > 0).any()
    record = json.loads((out / "data_semantics/download.json").read_text())
    assert record["name"] == "data_semantics.zip" and len(record["sha256"]) == 64


def test_virtual_kitti_2_is_read_where_it_was_put(publish, tmp_path, out):
    root = tmp_path / "published"
    clips = [
        (scene, variation) for scene in ("Scene01", "Scene02") for variation in ("clone", "fog")
    ]
    for scene, variation in clips:
        for number in range(3):
            driving_makers.vkitti2_frame(root, f"{scene}/{variation}", number, split_archives=True)
        colours = root / f"vkitti_2.0.3_textgt/{scene}/{variation}/colors.txt"
        colours.parent.mkdir(parents=True)
        text = driving_makers.palette_text(driving_makers.OFFICIAL_COLOURS, "Category")
        colours.write_text(text)
    bodies = {}
    for remote in RELEASES["vkitti"]["2.0.3"].files:
        suffix = remote.name.removeprefix(remote.folder)
        bodies[remote.name] = packed(root / remote.folder, suffix, top=False)
    publish("vkitti", "2.0.3", bodies)
    download("vkitti-14", out)
    source = ak.data.source("vkitti-14", out)
    assert len(source.frames("all")) == 12
    frame = source.frames("all")[0]
    assert frame.label is not None and frame.depth is not None
    assert source._palette(frame) == out / "vkitti_2.0.3_textgt/Scene01/clone/colors.txt"
    image, _ = next(iter(ak.data.load("vkitti", out, split="train", **SIZE)))
    assert image.shape == (1, 32, 64, 3)
    with pytest.raises(
        DataError, match=r"already contains release 2\.0\.3 of vkitti\. .*vkitti_2\.0\.3_rgb\.$"
    ):
        download("vkitti", out, release="1.3.1")


def test_virtual_kitti_1_is_read_where_it_was_put(publish, tmp_path, out):
    root = driving_makers.vkitti1(tmp_path / "published")
    bodies = {
        remote.name: packed(root / remote.folder, ".tar")
        for remote in RELEASES["vkitti"]["1.3.1"].files
    }
    publish("vkitti", "1.3.1", bodies)
    download("vkitti", out, release="1.3.1")
    assert (out / "vkitti_1.3.1_rgb/0001/clone/00000.png").is_file()
    assert len(ak.data.source("vkitti", out).frames("all")) == 20


def test_nyu_is_read_where_it_was_put(publish, server, tmp_path, out):
    root = makers.nyu(tmp_path / "published")
    publish("nyuv2", "2", {path.name: path.read_bytes() for path in root.iterdir()})
    server.faults.append(drop(0.5))
    download("nyuv2", out)
    assert visible(out) == ["nyu_depth_v2_labeled.mat", "splits.mat"]
    assert len(ak.data.source("nyuv2", out).frames("val")) == 2
    before = state(out)
    download("nyuv2-40", out)
    assert state(out) == before and len(server.seen) == 3


def test_a_second_call_asks_for_nothing(kitti, server, out):
    download("kitti", out)
    before = state(out)
    download("kitti", out)
    assert state(out) == before and len(server.seen) == 3


def test_between_two_archives_it_goes_on(kitti, server, out):
    server.faults.extend([lambda handler, body: handler.give(body), status(404)])
    with pytest.raises(DataError, match=r"data_scene_flow\.zip.*HTTP 404"):
        download("kitti", out)
    assert visible(out) == ["data_semantics"]
    download("kitti", out)
    assert requested(server).count("data_semantics.zip") == 1
    assert len(ak.data.source("kitti", out).frames("all")) == 6


def test_an_error_says_what_a_person_can_do(kitti, server, out):
    server.faults.append(status(404))
    with pytest.raises(DataError) as raised:
        download("kitti", out)
    said = str(raised.value)
    assert f"download {kitti[0].url} by hand (see https://www.cvlibs.net/" in said
    assert f"save it as {out / 'data_semantics.zip'}" in said
    (out / "data_semantics.zip").write_bytes(server.files["/avg-kitti/data_semantics.zip"])
    server.seen.clear()
    download("kitti", out)
    assert requested(server) == ["data_scene_flow.zip", "data_scene_flow_calib.zip"]
    assert (out / "data_semantics.zip").is_file()  # a person's file is not removed


def test_a_wrong_hash(kitti, publish, server, out, monkeypatch):
    files = [replace(kitti[0], md5="0" * 32, sha256=None), *kitti[1:]]
    editions = {"2015": replace(RELEASES["kitti"]["2015"], files=tuple(files))}
    monkeypatch.setitem(RELEASES, "kitti", editions)
    with pytest.raises(
        DataError, match=r"was removed\. Expected md5 0{32}; .*Received: md5 \w{32}\.$"
    ):
        download("kitti", out)
    assert visible(out) == []
    (out / "data_semantics.zip").write_bytes(server.files["/avg-kitti/data_semantics.zip"])
    with pytest.raises(DataError, match=r"is left as it is\. Expected md5 0{32}"):
        download("kitti", out)
    (out / "data_semantics.zip").write_bytes(b"PK")
    with pytest.raises(DataError, match=r"Expected size \d+; .*Received: size 2\.$"):
        download("kitti", out)
    assert visible(out) == ["data_semantics.zip"]


def test_a_damaged_archive_is_told_and_stays(kitti, server, out):
    whole = server.files["/avg-kitti/data_semantics.zip"]
    server.files["/avg-kitti/data_semantics.zip"] = b"PK\3\4 and then nothing".ljust(len(whole))
    with pytest.raises(DataError, match=r"Damaged archive: .*/data_semantics\.zip"):
        download("kitti", out)
    assert visible(out) == ["data_semantics.zip"]
    server.files["/avg-kitti/data_semantics.zip"] = whole
    (out / "data_semantics.zip").write_bytes(whole)
    download("kitti", out)
    assert (out / "data_semantics.zip").read_bytes() == whole  # a person's


def test_archives_can_be_kept(kitti, server, out):
    download("kitti", out, keep_archives=True)
    for remote in kitti:
        assert (out / remote.name).read_bytes() == server.files[urlsplit(remote.url).path]
    assert len(visible(out)) == 6


@pytest.mark.parametrize("keep", [False, True])
def test_interrupted_while_unpacking_it_does_not_download_again(
    kitti, server, out, monkeypatch, keep
):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "unpack", interrupt)
    with pytest.raises(KeyboardInterrupt):
        download("kitti", out)
    monkeypatch.setattr(module, "unpack", unpack.unpack)
    download("kitti", out, keep_archives=keep)
    assert requested(server).count("data_semantics.zip") == 1
    assert (out / "data_semantics.zip").is_file() == keep
    assert not list(out.glob("*.part*"))


def test_a_folder_in_the_way_is_left_alone(kitti, server, out):
    (out / "data_scene_flow").mkdir(parents=True)
    (out / "data_scene_flow/thesis.txt").write_text("x")
    with pytest.raises(DataError, match=r"data_scene_flow is in the way .*thesis\.txt\.$"):
        download("kitti", out)
    assert not server.seen and visible(out) == ["data_scene_flow"]
    (out / "data_scene_flow/thesis.txt").unlink()
    (out / "data_scene_flow").rmdir()
    (out / "data_scene_flow").write_text("x")
    with pytest.raises(DataError, match=r"Received: a file\.$"):
        download("kitti", out)


def test_no_space_is_told_before_the_first_byte(kitti, server, out, monkeypatch):
    usage = unpack.shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(unpack.shutil, "disk_usage", lambda place: usage)
    with pytest.raises(DataError, match=r"Not enough space in .* for downloading and unpacking 3"):
        download("kitti", out)
    assert not server.seen


def test_the_space_needed():
    """All unpacked, and the largest archive beside them; what is there already counts."""
    needed = {}
    for name, editions in RELEASES.items():
        for edition, release in editions.items():
            archives = [remote.size for remote in release.files if remote.folder]
            plain = sum(remote.size for remote in release.files if not remote.folder)
            needed[name, edition] = 1.1 * sum(archives) + max(archives, default=0) + plain
    assert needed["vkitti", "2.0.3"] == pytest.approx(26.5e9, rel=0.01)
    with pytest.MonkeyPatch.context() as patch:
        asked = []
        patch.setattr(module, "check_space", lambda place, size, purpose: asked.append(size))
        for editions in RELEASES.values():
            for release in editions.values():
                module._check_disk_space(list(release.files), Path("/nowhere"), keep_archives=False)
    assert asked == pytest.approx(list(needed.values()))


def test_two_at_once_are_refused(kitti, server, out):
    out.mkdir()
    with (
        FileLock(out / ".lock"),
        pytest.raises(DataError, match="Another process is downloading to this folder"),
    ):
        download("kitti", out)
    assert not server.seen


def test_a_folder_that_cannot_be_written(kitti, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match=r"^Nothing can be saved in .*file/out: Not a directory\. "):
        download("kitti", tmp_path / "file" / "out")


def test_the_catalogue_is_consistent():
    urls = [
        remote.url
        for editions in RELEASES.values()
        for release in editions.values()
        for remote in release.files
    ]
    assert len(urls) == len(set(urls)) == 12
    for editions in RELEASES.values():
        for release in editions.values():
            assert release.page.startswith("https://")
            for remote in release.files:
                assert remote.url.startswith("https://") or remote.md5
                assert re.fullmatch(r"[0-9a-f]{32}", remote.md5 or "0" * 32)
                assert (remote.folder is None) == remote.name.endswith(".mat")
    assert set(RELEASES) | set(BY_HAND) | set(catalogue.BUILT_IN) <= {
        family(kind) for kind in catalogue.KINDS
    }
    assert Remote("https://a/b/x.tar.gz?y=1", 1, "").folder == "x"


@pytest.mark.parametrize(
    ("kind", "release", "says"),
    [
        ("kity", None, "did you mean 'kitti'"),
        ("vkitti", "2.0.1", r"Unknown release of vkitti; did you mean '2\.0\.3'"),
        ("kitti", "2.0.3", "Unknown release of kitti"),
        ("synthia", None, "says how to get it.*Received: 'synthia'"),
        ("street", None, "says how to get it"),
    ],
)
def test_names_that_cannot_be_downloaded(kind, release, says):
    with pytest.raises(ConfigError, match=says):
        release_of(kind, release)


@pytest.fixture
def auxnet(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main(["data", "download", *map(str, arguments)])
        said = capsys.readouterr()
        return end.value.code or 0, said.out, said.err

    return run


def test_the_command(kitti, auxnet, out, monkeypatch):
    code, said, err = auxnet("kitti", "--out", out)
    assert code == 1 and "Licence: CC BY-NC-SA 3.0" in said and "Menze" in said
    assert err == (
        "auxnet: You must accept the licence, and there is no terminal to ask you; read the "
        "licence above and add --yes. Received: no terminal.\n"
    )
    assert not out.exists()
    code, said, err = auxnet("kitti", "--out", out, "--yes")
    assert code == 0 and said.endswith(f"Downloaded; read it with --data kitti:{out}\n")
    assert [line.partition(" ")[0] for line in err.splitlines()] == [
        "data_semantics.zip",
        "data_scene_flow.zip",
        "data_scene_flow_calib.zip",
    ]
    assert "\x1b" not in err


def test_the_command_asks_at_a_terminal(kitti, server, auxnet, out, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    code, said, _ = auxnet("kitti", "--out", out)
    assert code == 130 and "Do you accept" in said and not server.seen


def test_the_folder_is_an_option(auxnet):
    code, _, err = auxnet("kitti:/data/kitti", "--out", "/data/kitti")
    assert code == 1 and "auxnet data download kitti --out /data/kitti." in err


@pytest.mark.parametrize("kind", ["synthia", "cityscapes", "cityscapes-19"])
def test_what_people_have_to_fetch(auxnet, out, kind):
    code, said, err = auxnet(kind, "--out", out)
    assert code == 1 and not err and not out.exists()
    assert f"auxnet data verify {family(kind)}:{out}" in said and "https://" in said
    assert "{" not in said


def test_every_kind_is_answered(auxnet, out):
    for kind in catalogue.KINDS:
        _, said, err = auxnet(kind, "--out", out)
        says = dict.fromkeys(RELEASES, "Licence: ") | dict.fromkeys(BY_HAND, "data verify")
        assert says.get(family(kind), "no download") in said, kind
        assert ("there is no terminal to ask you" in err) == (family(kind) in RELEASES), kind


def test_a_kind_of_ones_own_comes_from_its_authors(auxnet, out, monkeypatch):
    monkeypatch.setitem(catalogue.KINDS._entries, "my-rooms", catalogue.KINDS["synthia"])
    code, _, err = auxnet("my-rooms", "--out", out)
    assert code == 1 and "then check it with `auxnet data verify my-rooms:DIR`" in err


@pytest.mark.parametrize("kind", ["street", "folder"])
def test_what_needs_no_download(auxnet, out, kind):
    code, said, _ = auxnet(kind, "--out", out)
    assert code == 0 and f"{kind} needs no download" in said and said.count("\n") == 1


def start(server, most, out, *arguments):
    """The command line in a process of its own."""
    command = [sys.executable, "-m", "tests.programs.download_from", server.url(""), str(most)]
    return subprocess.Popen(
        [*command, "data", "download", "kitti", "--out", str(out), "--yes", *arguments],
        cwd=Path(__file__).resolve().parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"COLUMNS": "200"},
    )


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_stopped_in_the_middle_the_same_command_finishes(kitti, server, out, stop, code):
    """The real command, a real signal, after real bytes."""
    path = "/avg-kitti/data_scene_flow.zip"
    half = len(server.files[path]) // 2
    process = None

    def give_half(handler, body):
        handler.give(body, stop=half)
        handler.wfile.flush()
        for _ in range(400):
            part = out / "data_scene_flow.zip.part"
            if part.is_file() and part.stat().st_size:
                break
            server.over.wait(0.05)
        process.send_signal(stop)
        process.wait()

    server.faults.extend([lambda handler, body: handler.give(body), give_half])
    process = start(server, 0, out)
    _, err = process.communicate(timeout=120)
    assert process.returncode == code, err
    assert (out / "data_scene_flow.zip.part").is_file()
    assert not (out / "data_scene_flow.zip").exists() and not (out / "data_scene_flow").exists()
    process = start(server, 0, out)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert requested(server).count("data_semantics.zip") == 1
    assert len(ak.data.source("kitti", out).frames("all")) == 6
    record = json.loads((out / "data_scene_flow/download.json").read_text())
    assert record["sha256"] == hashlib.sha256(server.files[path]).hexdigest()
    assert visible(out) == ["data_scene_flow", "data_scene_flow_calib", "data_semantics"]


def test_a_full_disk(kitti, server, out):
    """The system refuses to let a file grow; afterwards the same command goes on."""
    process = start(server, 10_000, out)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1 and "Traceback" not in err
    assert "the disk is full; free some space, then give the same command again" in err
    part = out / "data_semantics.zip.part"
    assert 0 < part.stat().st_size <= 10_000
    download("kitti", out)
    assert server.ranges_asked()[1] is not None
    assert len(ak.data.source("kitti", out).frames("all")) == 6


@pytest.mark.parametrize("content", [{}, {"holiday/beach.jpg": b"x"}])
def test_a_foreign_archive_does_not_count_as_the_data_set(kitti, server, out, content):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    path = "/avg-kitti/data_semantics.zip"
    padding = bytes(len(server.files[path]) - len(body.getvalue()))
    server.files[path] = padding + body.getvalue()  # of the right size
    with pytest.raises(DataError, match=r"Not the published archive: .*training/semantic/"):
        download("kitti", out)
    assert not (out / "data_semantics").exists()
