import struct

import cv2
import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxnet_keras.data.files import png
from auxnet_keras.data.files.image import read_image, size_of
from auxnet_keras.errors import DataError
from tests.data import makers

LABEL = png.PngKind("label", 8, ("grey",), "ids")
DEPTH = png.PngKind("disparity", 16, ("grey",), "disparity * 256")


def test_values_come_back_as_stored(tmp_path):
    ids = np.arange(256, dtype=np.uint8).reshape(16, 16)
    deep = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    colour = np.random.default_rng(0).integers(0, 65536, (8, 9, 3), np.uint16)
    np.testing.assert_array_equal(png.decode(makers.write_png(tmp_path / "a.png", ids), LABEL), ids)
    np.testing.assert_array_equal(
        png.decode(makers.write_png(tmp_path / "b.png", deep), DEPTH), deep
    )
    rgb = png.PngKind("label", 16, ("RGB",), "class in red")
    stored = png.decode(makers.write_png(tmp_path / "c.png", colour), rgb)
    np.testing.assert_array_equal(stored[..., ::-1], colour)


def test_header_is_what_the_file_says(tmp_path):
    path = makers.write_png(tmp_path / "a.png", np.zeros((5, 7), np.uint16))
    assert png.header(path.read_bytes(), path) == png.Header(7, 5, 16, "grey")


@pytest.mark.parametrize(
    ("pixels", "kind", "received"),
    [
        (np.zeros((4, 4), np.uint16), LABEL, "16-bit grey, 4x4"),
        (np.zeros((4, 4), np.uint8), DEPTH, "8-bit grey, 4x4"),
        (np.zeros((4, 4, 3), np.uint8), LABEL, "8-bit RGB, 4x4"),
        (np.zeros((4, 4, 4), np.uint8), LABEL, "8-bit RGBA, 4x4"),
    ],
)
def test_another_depth_or_colour_type_is_named(tmp_path, pixels, kind, received):
    path = makers.write_png(tmp_path / "x.png", pixels)
    with pytest.raises(DataError) as error:
        png.decode(path, kind)
    message = str(error.value)
    assert str(path) in message and str(kind) in message
    assert message.endswith(f"Received: {received}.")


def test_kinds_in_words():
    assert str(LABEL) == "an 8-bit grey PNG (ids)"
    assert str(DEPTH) == "a 16-bit grey PNG (disparity * 256)"


def test_palette_is_refused_with_the_remedy(tmp_path):
    path = makers.write_palette_png(tmp_path / "p.png", np.arange(16).reshape(4, 4))
    with pytest.raises(DataError, match=r"palette's indices.*Received: 8-bit palette, 4x4\.$"):
        png.decode(path, LABEL)


@pytest.mark.parametrize("kept", [10, 30, 60, -12, -4, -1])
def test_truncated_file_is_named(tmp_path, kept, capfd):
    path = makers.write_png(tmp_path / "cut.png", makers.picture(0)[..., 0])
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataError, match=r"(?s)Truncated or damaged PNG: .*cut\.png"):
        png.decode(path, LABEL)
    assert capfd.readouterr().err == ""


def test_flipped_bits_are_noticed(tmp_path):
    path = makers.write_png(tmp_path / "bad.png", makers.picture(0)[..., 0])
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 16
    path.write_bytes(bytes(data))
    with pytest.raises(DataError, match="damaged"):
        png.decode(path, LABEL)


def test_bomb_is_refused_before_decoding(tmp_path, monkeypatch):
    path = tmp_path / "bomb.png"
    path.write_bytes(makers.bomb())
    monkeypatch.setattr(cv2, "imdecode", None)
    monkeypatch.setattr(imagecodecs, "png_decode", None)
    for read in (lambda: png.decode(path, LABEL), lambda: read_image(path)):
        with pytest.raises(DataError, match="Received: 60000x60000"):
            read()


@pytest.mark.parametrize(("data", "what"), [(b"", "Empty"), (b"\xff\xd8\xff", "Not a PNG")])
def test_other_files(tmp_path, data, what):
    path = tmp_path / "x.png"
    path.write_bytes(data)
    with pytest.raises(DataError, match=f"{what}.*x.png"):
        png.decode(path, LABEL)


@pytest.mark.parametrize("transparent", [False, True])
def test_both_decoders_agree(tmp_path, transparent):
    image = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    path = makers.write_png(tmp_path / "a.png", image)
    data = path.read_bytes()
    if transparent:  # a colour that counts as transparent, of which labels and images know nothing
        colour = makers.chunk(b"tRNS", struct.pack(">HHH", *image[0, 0].tolist()))
        path.write_bytes(data[:33] + colour + data[33:])
    np.testing.assert_array_equal(read_image(path), image)


def test_missing_file(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        png.decode(tmp_path / "none.png", LABEL)


@given(st.binary(max_size=80), st.booleans())
def test_any_bytes_give_a_header_or_our_error(tmp_path_factory, data, signed):
    data = png.SIGNATURE + data if signed else data
    path = tmp_path_factory.getbasetemp() / "fuzz.png"
    try:
        assert png.header(data, path).width > 0
    except DataError as error:
        assert "\n" not in str(error)


def test_image_is_rgb_from_png_and_jpeg(tmp_path):
    image = np.zeros((16, 24, 3), np.uint8)
    image[..., 0] = 200
    jpeg = tmp_path / "a.jpg"
    cv2.imwrite(str(jpeg), image[..., ::-1])
    for path in (makers.write_png(tmp_path / "a.png", image), jpeg):
        np.testing.assert_allclose(read_image(path).astype(int), image, atol=3)


def test_grey_image_is_repeated(tmp_path):
    grey = makers.picture(0)[..., 0]
    image = read_image(makers.write_png(tmp_path / "g.png", grey))
    np.testing.assert_array_equal(image, np.repeat(grey[..., None], 3, axis=2))


def test_16_bit_image_and_truncated_jpeg_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"8 bits per channel.*16-bit RGB"):
        read_image(makers.write_png(tmp_path / "a.png", np.zeros((4, 4, 3), np.uint16)))
    path = tmp_path / "a.jpg"
    cv2.imwrite(str(path), makers.picture(1))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"Truncated or damaged JPEG.*a.jpg"):
        read_image(path)


def jpeg(tmp_path, change=lambda data: data):
    path = tmp_path / "a.jpg"
    cv2.imwrite(str(path), makers.picture(1, 64, 96))
    path.write_bytes(change(path.read_bytes()))
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"\n",
        lambda data: data + b"\0" * 40,
        lambda data: data + b"\x01\x02\x03\x04\x05\x06\x07\x08",  # of a camera
        lambda data: data + data[:200],  # a second, cut picture, as phones append
        lambda data: data[:2] + b"\xff" * 5 + data[2:],
    ],
    ids=["newline", "zeros", "eight bytes", "trailer", "fill bytes"],
)
def test_a_good_jpeg_is_read(tmp_path, change):
    whole = read_image(jpeg(tmp_path))
    expected = cv2.imread(str(tmp_path / "a.jpg"))[..., ::-1]
    np.testing.assert_array_equal(whole, expected)
    np.testing.assert_array_equal(read_image(jpeg(tmp_path, change)), whole)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[: len(data) // 2] + b"\xff\xd9",
        lambda data: data[: len(data) // 2] + bytes(len(data) // 2 - 2) + b"\xff\xd9",
        lambda data: data[:-2],
        lambda data: data.replace(b"\xff\xda", b"\xff\xdb"),
    ],
    ids=["cut and ended", "zeroed", "no end", "flipped bit"],
)
def test_a_damaged_jpeg_is_refused(tmp_path, change, capfd):
    with pytest.raises(DataError, match=r"Truncated or damaged JPEG: .*a\.jpg.*Received: \w"):
        read_image(jpeg(tmp_path, change))
    assert capfd.readouterr().err == ""  # the decoder's own words are in the error


COMPONENTS = b"\x01\x22\x00\x02\x11\x01\x03\x11\x01"


def frame_header(side):
    return b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, side, side, 3)


def test_a_size_hidden_behind_fill_bytes_is_the_decoders(tmp_path):
    decoy = b"\xff\xe0" + struct.pack(">H", 21) + frame_header(8) + bytes(9)

    def hide(data):
        start, end = data.index(b"\xff\xc0"), data.index(b"\xff\xc4")
        hidden = b"\xff\xff" + frame_header(30_000) + COMPONENTS
        return data[:2] + decoy + data[2:start] + hidden + data[end:]

    path = jpeg(tmp_path, hide)
    with pytest.raises(DataError, match="30000x30000"):
        read_image(path)
    assert size_of(path) == (30_000, 30_000)


def test_jpeg_bomb_is_refused(tmp_path):
    def grow(data):
        start, end = data.index(b"\xff\xc0"), data.index(b"\xff\xc4")
        return data[:start] + frame_header(60_000) + COMPONENTS + data[end:]

    path = jpeg(tmp_path, grow)
    with pytest.raises(DataError, match="60000x60000"):
        read_image(path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:33] + data[8:33] + data[33:],
        lambda data: data.replace(b"IDAT", b"I\xc4AT"),
        lambda data: data.replace(b"IDAT", b"IDA\xd4"),
        lambda data: data.replace(b"IHDR", b"IHD\xf2"),
        lambda data: data.replace(b"IEND", b"IEN\xc4"),
    ],
    ids=["two headers", "name", "name's end", "header's name", "end's name"],
)
@pytest.mark.parametrize("grey", [False, True])
def test_a_damaged_png_is_one_sentence(tmp_path, damage, grey):
    pixels = makers.picture(1)[..., 0] if grey else makers.picture(1)
    path = makers.write_png(tmp_path / "a.png", pixels)
    path.write_bytes(damage(path.read_bytes()))
    read = (lambda: png.decode(path, LABEL)) if grey else (lambda: read_image(path))
    with pytest.raises(DataError, match=r"PNG.*: .*a\.png"):
        read()
