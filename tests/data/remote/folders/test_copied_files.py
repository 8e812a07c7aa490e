import pytest

from auxnet_keras.data.remote.folders.copied_files import CopiedFiles, copied_bytes, read_copied

LIST = CopiedFiles("s3://bucket/x", {"a/ü\u2028.png": (3, '"e"'), "b": (0, ""), "c": (2, None)})


def test_a_list_survives(tmp_path):
    LIST.write(tmp_path)
    assert read_copied(tmp_path) == LIST and copied_bytes(tmp_path) == LIST.size == 5


def test_what_is_on_disk(tmp_path):
    assert LIST.on_disk(tmp_path) == set()
    for name, data in {"a/ü\u2028.png": b"12", "b": b"", "c": b"12", "d": b""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert LIST.on_disk(tmp_path) == {"b"}  # one is too short, one is of an unknown version


def test_a_list_that_is_begun():
    goal = CopiedFiles(LIST.address, {"b": (4, "new"), "d": (1, "x")})
    assert goal.begun(LIST, {"b"}).files == LIST.files | {"b": (4, None), "d": (1, "x")}


@pytest.mark.parametrize(
    "text", ["", "{}\n", '{"address": 1}\n[1]\n', "[" * 10**5, '[]\n["a"]\n', "1"]
)
def test_what_is_no_list(tmp_path, text):
    assert read_copied(tmp_path) is None and copied_bytes(tmp_path) == 0
    (tmp_path / "listing.jsonl").write_text(text)
    assert read_copied(tmp_path) is None and copied_bytes(tmp_path) == 0
