"""Images of every format people keep, as RGB; the orientation tag; files that are no image."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from auxnet_keras.data.files.image import read_image
from auxnet_keras.data.files.orientation import orientation
from auxnet_keras.errors import DataError
from tests.data import makers

LOSSLESS = {"bmp": {}, "tif": {}, "ppm": {}, "png": {}, "webp": {"lossless": True}}
PIXELS = makers.picture(1, 20, 30)


@pytest.mark.parametrize("ending", LOSSLESS)
def test_a_lossless_format_keeps_every_pixel(tmp_path, ending):
    path = tmp_path / f"x.{ending}"
    Image.fromarray(PIXELS).save(path, **LOSSLESS[ending])
    np.testing.assert_array_equal(read_image(path), PIXELS)
    renamed = path.rename(tmp_path / "x.jpg")  # the content decides
    np.testing.assert_array_equal(read_image(renamed), PIXELS)


@pytest.mark.parametrize("ending", ["avif", "gif", "jpg"])
def test_another_format_is_decoded_as_pillow_does(tmp_path, ending):
    path = tmp_path / f"x.{ending}"
    Image.fromarray(PIXELS // 64 * 64).save(path)
    with Image.open(path) as image:
        wanted = np.asarray(image.convert("RGB"))
    np.testing.assert_allclose(read_image(path).astype(int), wanted, atol=3)


@pytest.mark.parametrize("ending", [*LOSSLESS, "avif", "gif", "jpg"])
def test_a_cut_image_is_damaged(tmp_path, ending, capfd):
    path = tmp_path / f"x.{ending}"
    Image.fromarray(PIXELS).save(path)
    data = path.read_bytes()
    for length in (len(data) // 2, 20):
        path.write_bytes(data[:length])
        with pytest.raises(DataError, match=rf"(Truncated or damaged|Not an image).*x\.{ending}"):
            read_image(path)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("tag", range(1, 9))
@pytest.mark.parametrize("ending", ["png", "tif", "webp"])
def test_the_orientation_tag_turns_only_on_request(tmp_path, tag, ending):
    path, exif = tmp_path / f"x.{ending}", Image.Exif()
    exif[0x0112] = tag
    Image.fromarray(PIXELS).save(path, exif=exif, **LOSSLESS[ending])
    assert orientation(path.read_bytes()) == tag
    np.testing.assert_array_equal(read_image(path), PIXELS)
    with Image.open(path) as image:
        wanted = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    np.testing.assert_array_equal(read_image(path, upright=True), wanted)


def test_no_tag_and_a_damaged_one_are_upright(tmp_path):
    path = makers.write_png(tmp_path / "x.png", PIXELS)
    assert orientation(path.read_bytes()) == 1
    assert orientation(b"II*\0 no image") == 1


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "git lfs pull"),
        (b"\n<!DOCTYPE html><html>", "a web page"),
        (b"\0\0\0\x20ftypisom\0\0\2\0", "a video"),
        (b"RIFF\0\0\0\0AVI LIST", "a video"),
        (b"PK\x03\x04" + bytes(40), "a zip archive"),
        (bytes(400), "zero bytes"),
        (b"something else", "starts with b'somethin'"),
    ],
)
def test_what_is_no_image_is_named(tmp_path, start, what):
    path = tmp_path / "x.png"
    path.write_bytes(start)
    with pytest.raises(DataError, match=rf"x\.png.*{what}"):
        read_image(path)


def test_16_bits_per_channel_are_refused(tmp_path):
    path = tmp_path / "x.tif"
    Image.fromarray(np.zeros((4, 4), np.uint16)).save(path)
    with pytest.raises(DataError, match="Expected 8 bits per channel"):
        read_image(path)


def test_a_size_beyond_the_limit_is_refused_before_memory_is_taken(tmp_path):
    path = tmp_path / "x.bmp"
    Image.fromarray(PIXELS).save(path)
    data = bytearray(path.read_bytes())
    data[18:26] = (30_000).to_bytes(4, "little") * 2
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"Refused to decode .*x\.bmp"):
        read_image(path)
