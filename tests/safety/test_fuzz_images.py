import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxnet_keras.data.files import png
from auxnet_keras.data.files.image import read_image, size_of
from auxnet_keras.experiments.score.position_prior import FILE, read_prior
from tests.data import makers as frames
from tests.safety import makers
from tests.safety.fuzz import answer, damaged, fuzz

LABEL = png.PngKind("label", 8, ("grey",), "ids")
DEPTH = png.PngKind("depth", 16, ("grey", "RGB"), "depth")


def _encoded(suffix, pixels, *flags):
    return cv2.imencode(suffix, pixels, flags)[1].tobytes()


GREY = frames.picture(0, 12, 20)[..., 0]
PNGS = [
    _encoded(".png", GREY),
    _encoded(".png", GREY.astype(np.uint16) * 257),
    _encoded(".png", frames.picture(1, 12, 20)),
    makers.png(frames.chunk(b"zTXt", b"c\0\0" + zlib.compress(b"text")), colour=3),
    makers.png(frames.chunk(b"tRNS", b"\0\0"), width=3, height=2, bits=8),
]
JPEGS = [
    _encoded(".jpg", GREY),
    _encoded(".jpg", frames.picture(2, 24, 40)),
    _encoded(".jpg", frames.picture(3, 24, 40), cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
]


@pytest.fixture
def path(tmp_path):
    return tmp_path / FILE


@fuzz
@given(st.binary(max_size=100), st.sampled_from([b"", png.SIGNATURE, PNGS[0][:16], PNGS[0][:33]]))
def test_headers(path, rest, start):
    header = answer(png.header, start + rest, path)
    if header is not None:
        assert 0 < header.width * header.height <= png.MAX_PIXELS


@fuzz
@given(st.binary(max_size=60), st.sampled_from([b"\xff\xd8", b"\xff\xd8\xff\xc0", JPEGS[2][:40]]))
def test_sizes_of_jpegs(path, rest, start):
    size = answer(size_of, makers.write(path, start + rest))
    assert size is None or len(size) == 2


@fuzz
@given(damaged(*PNGS, *JPEGS))
def test_damaged_images(path, data):
    makers.write(path, data)
    image = answer(read_image, path)
    if image is not None:
        assert image.dtype == np.uint8 and image.shape[2] == 3
    for kind, dtype in ((LABEL, np.uint8), (DEPTH, np.uint16)):
        stored = answer(png.decode, path, kind)
        assert stored is None or stored.dtype == dtype
    prior = answer(read_prior, path.parent)
    assert prior is None or prior.ndim == 2


@fuzz
@given(st.permutations(range(6)), st.integers(0, 3))
def test_chunks_in_another_order(path, order, dropped):
    data, chunks, position = PNGS[3], [], 8
    while position < len(data):
        end = position + 12 + int.from_bytes(data[position : position + 4])
        chunks.append(data[position:end])
        position = end
    mixed = [chunks[i % len(chunks)] for i in order][dropped:]
    image = answer(read_image, makers.write(path, png.SIGNATURE + b"".join(mixed)))
    assert image is None or image.shape == (64, 64, 3)


def test_what_an_image_says_beside_its_pixels_changes_none(tmp_path):
    plain, told = PNGS[2], frames.chunk(b"tEXt", b"c\0text") + frames.chunk(b"gAMA", b"\0\0\1\0")
    paths = [makers.write(tmp_path / "a.png", plain)]
    paths.append(makers.write(tmp_path / "b.png", plain[:33] + told + plain[33:]))
    np.testing.assert_array_equal(*map(read_image, paths))
