"""Small files that are after all memory or time, read in a process that has little of either."""

import pytest

from tests.data import makers as frames
from tests.safety import makers

MOST = 64 << 20  # bytes that refusing a file may take, the file itself included


def _weights(write_to):
    return "weights", "bad.weights.h5", write_to


def _archive(name, reader="npz", compressed=False, **members):
    content = {member.replace("__", "."): body for member, body in members.items()}
    return reader, name, lambda path: makers.archive(path, content, compressed)


def _npy(*array):
    return _archive("bad.npz", a__npy=makers.npy(*array))


def _text(reader, name, content):
    return reader, name, lambda path: makers.write(path, content)


CASES = {
    "external link": (*_weights(makers.external_link), "'/layers', a link"),
    "soft link": (*_weights(makers.soft_link), "'/layers/vars', a link"),
    "external storage": (*_weights(makers.external_storage), "numbers in another file"),
    "virtual data set": (*_weights(makers.virtual_dataset), "numbers in other data sets"),
    "shape bomb": (*_weights(makers.shape_bomb), "shapes of 4,398,046,511,104 bytes in a file of"),
    "compressed shape bomb": (*_weights(makers.compressed_shape_bomb), "'/w', compressed"),
    "chunk bomb": (*_weights(makers.chunk_bomb), "'/w', compressed"),
    "large chunk": (*_weights(makers.large_chunk), "shapes of 1,073,741,8"),
    "loop of groups": (*_weights(makers.loop_of_groups), "also has another name"),
    "many names": (*_weights(makers.many_names), "also has another name"),
    "many groups": (*_weights(makers.many_groups), "more than 20,000 objects"),
    "many attributes": (*_weights(makers.many_attributes), "objects or attributes"),
    "long name": (*_weights(makers.long_name), "a name of 1,002 characters"),
    "references": (*_weights(makers.references), "'/w', not numbers"),
    "named type": (*_weights(makers.named_type), "'/type', a named type"),
    "repeated text": (*_weights(makers.repeated_text), "@'layer_names', many strings"),
    "sparse weights": (*_weights(makers.sparse_file), "Received: 1,099,511,627,776 bytes"),
    "no local file": (*_text("weights", "weights.json", "{}"), "ends with .weights.h5"),
    "a shape bomb in .keras": (
        "weights",
        "bad.keras",
        lambda path: makers.keras_file(path, makers.hdf5_bytes(makers.shape_bomb, path)),
        r"bad.keras.*shapes of 4,398",
    ),
    "a link in .keras": (
        "weights",
        "bad.keras",
        lambda path: makers.keras_file(path, makers.hdf5_bytes(makers.external_link, path)),
        r"bad.keras.*a link to another",
    ),
    "zip bomb .keras": (
        "weights",
        "bad.keras",
        lambda path: makers.keras_file(path, bytes(1 << 28), compressed=True),
        "'config.json', compressed",
    ),
    ".keras without weights": (*_archive("bad.keras", "weights", a__txt=b""), "No weights in"),
    "zip bomb .npz": (*_archive("bad.npz", compressed=True, a__npy=bytes(1 << 28)), "compressed"),
    "traversal .npz": (
        "npz",
        "bad.npz",
        lambda path: makers.archive(path, {"../../a.npy": b""}),
        r"'\.\./\.\./a\.npy', a name that leads out",
    ),
    "absolute .npz": (
        "npz",
        "bad.npz",
        lambda path: makers.archive(path, {"/etc/a.npy": b""}),
        "a name that leads out",
    ),
    "overlapping members": (
        "npz",
        "bad.npz",
        makers.overlapping,
        "members of 1,000,000 bytes in a",
    ),
    "long directory": ("npz", "bad.npz", makers.long_directory, "table of contents of over"),
    "no ZIP": (*_text("npz", "bad.npz", "PK"), "a ZIP that cannot be read"),
    "pickle": ("npz", "bad.npz", makers.pickled, "which need pickle"),
    "large shape": (*_npy((1 << 40,)), r"an array of \(1099511627776,\) float32 in 0 bytes"),
    "endless shape": (*_npy((10**30, 10**30)), "in 0 bytes"),
    "negative shape": (*_npy((-1, -8), "<f4", bytes(32)), r"an array of \(-1, -8\)"),
    "no width": (*_npy((1 << 50,), "|S0"), "an array of"),
    "deep header": (*_npy("(" * 2000 + ")" * 2000), "Received: 'a.npy'"),
    "long header": (*_npy("1" * 60_000), "Header info length"),
    "aliases in a config": (*_text("config", "c.yaml", makers.laughs()), "line 2.*an alias"),
    "aliases in dataset.yaml": (*_text("folder", "dataset.yaml", makers.laughs()), "an alias"),
    "deep YAML": (*_text("config", "c.yaml", "a: " + "[" * 900_000), "more than 20 nested values"),
    "deep mappings": (*_text("config", "c.yaml", "{a: " * 200_000), "more than 20 nested values"),
    "large YAML": (*_text("config", "c.yaml", "# " * 600_000), "at most 1,000,000 bytes"),
    "many values": (*_text("config", "c.yaml", "a: [" + "~," * 490_000), "more than 50,000"),
    "YAML tag": (*_text("config", "c.yaml", "a: !!python/object/apply:os.getcwd []"), "a tag"),
    "equal names": (
        *_text("config", "c.yaml", "seed: 1\nseed: 2"),
        r"line 2.*'seed' a second time",
    ),
    "base sixty": (*_text("config", "c.yaml", "seed: 1" + ":59" * 300_000), "seed must be a whole"),
    "long number": (*_text("config", "c.yaml", "seed: " + "9" * 900_000), "seed must be a whole"),
    "pattern out of the folder": (
        *_text("folder", "dataset.yaml", "images: ../../etc\nlabels: a\nclasses: {1: a}"),
        "images: expected a folder or a pattern .* inside the folder",
    ),
    "deep JSON": (*_text("json", "a.json", "[" * 900_000), "maximum recursion"),
    "large JSON": (*_text("json", "a.json", " " * (1 << 25)), "at most 4,194,304 bytes"),
    "image bomb": (*_text("image", "a.png", frames.bomb()), "Received: 60000x60000"),
    "palette bomb": (
        *_text("label", "a.png", frames.png_bytes(60_000, 60_000, 8, 3, b"", bytes(768))),
        "Received: 60000x60000",
    ),
    "interlaced bomb": (
        *_text("image", "a.png", frames.bomb()[:28] + b"\1" + frames.bomb()[29:]),
        "Received: 60000x60000",
    ),
    "16-bit bomb": (
        *_text("image", "a.png", frames.png_bytes(60_000, 60_000, 16, 2, b"")),
        "Received: 60000x60000",
    ),
    "wide image": (
        *_text("image", "a.png", frames.png_bytes(2_000_000, 1, 8, 0, b"")),
        "2000000x1",
    ),
    "more packed than shown": (*_text("image", "a.png", makers.image_bomb()), "damaged PNG"),
    "scans of a JPEG": (*_text("image", "a.jpg", makers.scan_bomb()), "10,0.. scans"),
    "endless chunks": (
        *_text("image", "a.png", makers.png(*[frames.chunk(b"teXt", b"")] * 1_000_001)),
        "damaged PNG",
    ),
}


@pytest.fixture(scope="module")
def told(run_program, tmp_path_factory):
    """What the program said of each file."""
    arguments = []
    for name, (reader, file, write_to, _) in CASES.items():
        folder = tmp_path_factory.mktemp(name.replace(" ", "_").replace("/", ""), numbered=False)
        write_to(folder / file)
        arguments.append(f"{reader}={folder / file}")
    return dict(zip(CASES, run_program("refused", *arguments), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_in_a_sentence(told, name):
    import re

    result = told[name]
    assert re.search(CASES[name][-1], result["told"] or "read"), result["told"]
    assert "Received: " in result["told"] and "\n" not in result["told"]
    assert result["memory"] < MOST, result


def test_a_thousand_texts_in_an_image_are_not_unpacked(run_program, tmp_path):
    path = makers.write(tmp_path / "texts.png", makers.text_bombs())
    (result,) = run_program("refused", f"image={path}")
    assert result["told"] is None and result["memory"] < MOST
