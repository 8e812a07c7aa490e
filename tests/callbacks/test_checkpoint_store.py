"""Checkpoints on disk: every damage is found, and none leads to a silent start from scratch."""

import hashlib
import json
import shutil
import subprocess

import numpy as np
import pytest

from auxnet_keras.callbacks.checkpoint_store import (
    CheckpointError,
    CheckpointStore,
    recorded_position,
)
from auxnet_keras.storage.scratch import sweep
from tests.storage.leftovers import leave_half, leave_moved

ARRAYS = {"a": np.arange(6.0, dtype=np.float32).reshape(2, 3), "b": np.array(7, np.uint32)}


@pytest.fixture
def store(tmp_path):
    store = CheckpointStore(tmp_path / "checkpoints")
    for epoch in (1, 2, 3):
        store.write(epoch, {**ARRAYS, "epoch": np.array(epoch)}, {"note": f"epoch {epoch}"})
    return store


def names(store):
    return sorted(path.name for path in store.folder.iterdir())


def test_round_trip(store):
    checkpoint = store.newest()
    assert checkpoint.epoch == 3
    assert checkpoint.meta == {"note": "epoch 3"}
    assert checkpoint.path == store.folder / "epoch-00003"
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(checkpoint.arrays[name], array)
        assert checkpoint.arrays[name].dtype == array.dtype


def test_none_at_first(tmp_path):
    assert CheckpointStore(tmp_path / "nothing").newest() is None


def test_the_last_two_are_kept(store):
    assert names(store) == ["epoch-00002", "epoch-00003"]


def test_an_epoch_is_written_again(store):
    store.write(3, {"epoch": np.array(30)}, {})
    assert store.newest().arrays["epoch"] == 30
    assert names(store) == ["epoch-00002", "epoch-00003"]


def test_the_sums_are_those_of_sha256sum(store):
    subprocess.run(["sha256sum", "-c", "SHA256"], cwd=store.newest().path, check=True)


def test_a_killed_write_leaves_nothing_that_counts(store):
    half = leave_half(store.folder / "epoch-00004")
    shutil.copytree(store.folder / "epoch-00003", half)
    (half / "SHA256").unlink()
    assert store.newest().epoch == 3
    store.write(4, ARRAYS, {})
    assert names(store) == ["epoch-00003", "epoch-00004"]


@pytest.mark.parametrize("file", ["state.npz", "meta.json", "SHA256"])
@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
def test_falls_back_when_the_newest_is_truncated(store, file, keep):
    path = store.folder / "epoch-00003" / file
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content))])
    with pytest.warns(UserWarning, match="Skipped damaged checkpoints .*epoch-00003"):
        assert store.newest().epoch == 2


def test_falls_back_when_a_file_is_missing(store):
    (store.folder / "epoch-00003" / "state.npz").unlink()
    with pytest.warns(UserWarning, match="Skipped damaged checkpoints"):
        assert store.newest().epoch == 2


@pytest.mark.parametrize("file", ["state.npz", "meta.json", "SHA256"])
def test_every_flipped_bit_is_found(store, file):
    path = store.folder / "epoch-00003" / file
    content = path.read_bytes()
    generator = np.random.default_rng(0)
    for position in generator.choice(len(content), 40, replace=False):
        flipped = bytearray(content)
        flipped[position] ^= 1 << int(generator.integers(8))
        path.write_bytes(flipped)
        with pytest.warns(UserWarning, match="Skipped damaged checkpoints"):
            assert store.newest().epoch == 2


def test_a_flipped_bit_in_the_end_of_a_line_of_sums_is_found(store):
    path = store.folder / "epoch-00003" / "SHA256"
    content = path.read_bytes()
    for damaged in (content[:-1], content[:-1] + b"\x0b", content.replace(b"\n", b"\x0b", 1)):
        assert damaged != content
        path.write_bytes(damaged)
        with pytest.warns(UserWarning, match="Skipped damaged checkpoints"):
            assert store.newest().epoch == 2


def test_what_killed_writes_left_is_cleared_away(store):
    left = leave_half(store.folder / "epoch-00007.batch-000017")
    shutil.copytree(store.folder / "epoch-00003", left)
    leave_moved(store.folder / "epoch-00003")
    sweep(store.folder)
    assert names(store) == ["epoch-00002", "epoch-00003"]
    assert store.newest().epoch == 3


def test_refuses_when_all_are_damaged(store):
    for folder in store.folder.iterdir():
        (folder / "meta.json").write_text("{}")
    with pytest.raises(CheckpointError, match="starting over would lose") as caught:
        store.newest()
    assert "epoch-00002: meta.json does not match its SHA-256" in str(caught.value)
    assert "epoch-00003: meta.json does not match its SHA-256" in str(caught.value)


def test_a_failed_write_keeps_the_earlier_ones(store, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(CheckpointError, match="No space left on device"):
        store.write(4, ARRAYS, {})
    monkeypatch.undo()
    assert names(store) == ["epoch-00002", "epoch-00003"]
    assert store.newest().epoch == 3


def rewritten(path, meta=None, arrays=None):
    """A checkpoint with other content, and sums that fit it."""
    if meta is not None:
        old = json.loads((path / "meta.json").read_text())
        (path / "meta.json").write_text(json.dumps({**old, **meta}))
    if arrays is not None:
        np.savez(path / "state.npz", **arrays)
    sums = [
        f"{hashlib.sha256((path / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ("state.npz", "meta.json")
    ]
    (path / "SHA256").write_text("".join(sums))


@pytest.mark.parametrize(
    ("meta", "arrays", "message"),
    [
        ({"epoch": float("inf")}, None, "meta.json is of epoch inf"),
        ({"epoch": -3}, None, "meta.json is of epoch -3"),
        ({"epoch": "many"}, None, "meta.json is of epoch 'many'"),
        ({"epoch": 9}, None, "meta.json is of epoch 9"),
        ({"step": True}, None, "batch True"),
        ({"format": None}, None, "another version"),
        (None, {"a": np.array(["text"])}, "text in 'a'"),
    ],
)
def test_odd_content_with_right_sums_is_skipped(store, meta, arrays, message):
    path = store.folder / "epoch-00003"
    rewritten(path, meta, arrays)
    with pytest.warns(UserWarning, match=message):
        assert store.newest().epoch == 2
    assert recorded_position(store.folder / "epoch-00002") == (2, 0)
    assert recorded_position(path) == ((3, 0) if arrays else None)


def test_a_stray_folder_is_no_position(store):
    (store.folder / "epoch-00099").mkdir()
    shutil.copytree(store.folder / "epoch-00003", store.folder / "epoch-00098")
    assert recorded_position(store.folder / "epoch-00099") is None
    assert recorded_position(store.folder / "epoch-00098") is None
    with pytest.warns(UserWarning, match="epoch-00099.*epoch-00098"):
        assert store.newest().epoch == 3
