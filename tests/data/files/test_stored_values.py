"""Label and depth files of every format hold the values that were saved."""

import io

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from auxnet_keras.data.files.stored_values import read_values
from auxnet_keras.errors import DataError
from tests.data import makers

IDS = np.random.default_rng(0).integers(0, 12, (9, 13)).astype(np.uint8)
DEPTH = np.random.default_rng(1).uniform(0, 80, (9, 13)).astype(np.float32)


def few_bits(path, ids, bits):
    """A grey PNG of 1, 2 or 4 bits: several pixels in a byte."""
    rows = b""
    for row in ids:
        line = "".join(f"{value:0{bits}b}" for value in row)
        line += "0" * (-len(line) % 8)
        rows += b"\0" + int(line, 2).to_bytes(len(line) // 8, "big")
    path.write_bytes(makers.png_bytes(ids.shape[1], ids.shape[0], bits, 0, rows))


def palette(path, ids, bits):
    """As `few_bits`, with a palette whose colours are not the indices."""
    few_bits(path, ids, bits)
    rows = path.read_bytes()
    colours = bytes((7 * i + 3) % 256 for i in range(3 << bits))
    start = rows.index(b"IDAT") - 4
    head = bytearray(rows[:start])
    head[25] = 3
    header = makers.chunk(b"IHDR", bytes(head[16:29]))
    path.write_bytes(rows[:8] + header + makers.chunk(b"PLTE", colours) + rows[start:])


@pytest.mark.parametrize("bits", [1, 2, 4])
@pytest.mark.parametrize("write", [few_bits, palette])
def test_few_bits_are_not_stretched(tmp_path, bits, write):
    ids = IDS % (1 << bits)
    write(tmp_path / "x.png", ids, bits)
    stored = read_values(tmp_path / "x.png", "label")
    np.testing.assert_array_equal(stored.values, ids)
    assert f"{bits}-bit" in stored.form


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("ending", ["png", "tif", "npy"])
def test_whole_numbers(tmp_path, dtype, ending):
    ids = IDS.astype(dtype) + (60_000 if dtype is np.uint16 else 0)
    path = tmp_path / f"x.{ending}"
    np.save(path, ids) if ending == "npy" else Image.fromarray(ids).save(path)
    stored = read_values(path, "label").values
    np.testing.assert_array_equal(stored, ids)
    renamed = path.rename(tmp_path / "x.other")  # the content decides
    np.testing.assert_array_equal(read_values(renamed, "label").values, ids)


PALETTE = np.arange(768, dtype=np.uint16).reshape(3, 256) * 85
WIDE = np.random.default_rng(2).integers(0, 65536, (9, 13, 3)).astype(np.uint16)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("values", "options"),
    [
        (IDS, {"compression": "lzw"}),
        (IDS, {"compression": "packbits"}),
        (np.pad(IDS, ((0, 7), (0, 3))), {"tile": (16, 16), "compression": "zlib"}),
        (IDS, {"photometric": "miniswhite"}),
        (IDS, {"photometric": "palette", "colormap": PALETTE}),
        (IDS, {"extratags": [(274, "H", 1, 6, True)]}),  # an orientation
        (IDS % 2 > 0, {"bitspersample": 1}),
        (IDS % 4, {"bitspersample": 2}),
        (IDS, {"bitspersample": 4}),
        (IDS.astype(np.int8) - 1, {}),
        (IDS.astype(np.int16) - 1, {}),
        (IDS.astype(np.uint16) * 300, {"predictor": True, "compression": "zlib"}),
        (IDS.astype(np.uint32) * 400_000_000 // 2, {}),
        (DEPTH, {"predictor": True, "compression": "zlib"}),
        (DEPTH.astype(np.float64), {}),
        (DEPTH.astype(np.float16), {}),
        (WIDE, {"photometric": "rgb"}),
        (np.moveaxis(WIDE, -1, 0), {"photometric": "rgb", "planarconfig": "separate"}),
    ],
)
def test_a_tiff_gives_what_was_stored(tmp_path, values, options, order):
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, values, byteorder=order, **options)
    stored = read_values(path, "label").values
    if options.get("planarconfig"):
        values = np.moveaxis(values, 0, -1)
    assert stored.dtype == values.dtype and stored.dtype.isnative
    np.testing.assert_array_equal(stored, values)


def test_alpha_of_a_tiff_is_dropped(tmp_path):
    for values, photometric in ((np.dstack([WIDE, WIDE[..., :1]]), "rgb"), (WIDE[..., :2], None)):
        options = {"photometric": photometric or "minisblack", "planarconfig": "contig"}
        tifffile.imwrite(tmp_path / "x.tif", values, extrasamples=["unassalpha"], **options)
        wanted = values[..., :3] if photometric else values[..., 0]
        np.testing.assert_array_equal(read_values(tmp_path / "x.tif", "depth").values, wanted)


def test_a_tiff_that_is_lossy_or_holds_several_images_is_refused(tmp_path):
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, np.resize(IDS, (16, 16)), compression="jpeg")
    with pytest.raises(DataError, match=r"without loss\. Received: JPEG") as error:
        read_values(path, "label")
    assert error.value.fault == "lossy"
    tifffile.imwrite(path, np.stack([IDS, IDS]), photometric="minisblack")
    with pytest.raises(DataError, match=r"Expected one image; .*Received: 2\.$"):
        read_values(path, "label")
    with tifffile.TiffWriter(path) as file:  # a picture for file managers beside the image
        file.write(IDS)
        file.write(IDS[::2], subfiletype=1)
    np.testing.assert_array_equal(read_values(path, "label").values, IDS)


def test_a_tiff_cannot_take_more_memory_than_its_image(tmp_path):
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, np.zeros((64, 64), np.uint8), compression="zlib")
    data = bytearray(path.read_bytes())
    for tag in (b"\x00\x01", b"\x01\x01"):  # width and length, each of one long
        place = data.index(tag + b"\x04\x00\x01\x00\x00\x00")
        data[place + 8 : place + 12] = (90_000).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(DataError, match="Refused to decode"):
        read_values(path, "label")


@pytest.mark.parametrize(("kind", "maximum"), [(b"P5", 255), (b"P5", 40_000), (b"P6", 255)])
def test_netpbm_gives_what_was_stored(tmp_path, kind, maximum):
    values = (WIDE % (maximum + 1))[..., : 3 if kind == b"P6" else 1]
    pixels = values.astype(">u2" if maximum > 255 else np.uint8).tobytes()
    (tmp_path / "x.pgm").write_bytes(kind + b" # made\n13 9\n%d\n" % maximum + pixels)
    stored = read_values(tmp_path / "x.pgm", "label").values
    np.testing.assert_array_equal(stored.reshape(values.shape), values)


@pytest.mark.parametrize("header", [b"Pf\n13 9\n%s\n", b"Pf 13 9 %s\r\n", b"Pf\n# x\n13 9\n%s "])
@pytest.mark.parametrize("scale", [b"-1.0", b"-0.003922", b"2", b"1e-3"])
def test_a_pfm_is_not_scaled(tmp_path, header, scale):
    order = "<f4" if scale.startswith(b"-") else ">f4"
    (tmp_path / "x.pfm").write_bytes(header % scale + DEPTH[::-1].astype(order).tobytes())
    np.testing.assert_array_equal(read_values(tmp_path / "x.pfm", "depth").values, DEPTH)


def test_webp_without_loss_is_read(tmp_path):
    rgb = makers.picture(3, 9, 13)
    Image.fromarray(rgb).save(tmp_path / "x.webp", lossless=True)
    np.testing.assert_array_equal(read_values(tmp_path / "x.webp", "label").values, rgb)


def test_the_index_of_a_palette_counts(tmp_path):
    makers.write_palette_png(tmp_path / "x.png", IDS)
    np.testing.assert_array_equal(read_values(tmp_path / "x.png", "label").values, IDS)
    for ending in ("bmp", "gif"):
        image = Image.fromarray(IDS).convert("P")
        image.putpalette([(5 * i) % 256 for i in range(768)])
        image.save(tmp_path / f"x.{ending}")
        np.testing.assert_array_equal(read_values(tmp_path / f"x.{ending}", "label").values, IDS)


@pytest.mark.parametrize("alpha", [False, True])
def test_colours_are_rgb_without_alpha(tmp_path, alpha):
    rgb = makers.picture(3, 9, 13)
    pixels = np.dstack([rgb, np.full((9, 13), 200, np.uint8)]) if alpha else rgb
    Image.fromarray(pixels).save(tmp_path / "x.png")
    np.testing.assert_array_equal(read_values(tmp_path / "x.png", "label").values, rgb)


def test_grey_with_alpha_is_grey(tmp_path):
    Image.fromarray(np.dstack([IDS, IDS + 100])).save(tmp_path / "x.png")
    np.testing.assert_array_equal(read_values(tmp_path / "x.png", "label").values, IDS)


@pytest.mark.parametrize("ending", ["tif", "npy", "pfm"])
def test_floats(tmp_path, ending):
    path = tmp_path / f"x.{ending}"
    if ending == "npy":
        np.save(path, DEPTH)
    elif ending == "tif":
        Image.fromarray(DEPTH).save(path)
    else:
        assert cv2.imwrite(str(path), DEPTH)
    stored = read_values(path, "depth").values
    assert stored.dtype == np.float32
    np.testing.assert_array_equal(stored, DEPTH)


@pytest.mark.parametrize(
    "array",
    [IDS.astype(">i4"), np.asfortranarray(IDS), IDS[..., None], IDS.astype(np.int64), IDS > 5],
)
def test_arrays_of_any_order_and_type(tmp_path, array):
    np.save(tmp_path / "x.npy", array)
    stored = read_values(tmp_path / "x.npy", "label").values
    np.testing.assert_array_equal(stored, array.reshape(IDS.shape))
    assert stored.dtype.isnative


@pytest.mark.parametrize("ending", ["jpg", "webp", "avif"])
def test_a_lossy_format_is_refused_with_the_reason(tmp_path, ending):
    Image.fromarray(IDS).save(tmp_path / f"x.{ending}")
    with pytest.raises(DataError, match=rf"Lossy label file: .*x\.{ending}.*near edges") as error:
        read_values(tmp_path / f"x.{ending}", "label")
    assert error.value.fault == "lossy"


def npy(shape, descr="'|u1'", body=b""):
    file = io.BytesIO()
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    header = header.ljust(117) + "\n"
    file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + body)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (npy("(9, 13)", body=bytes(100)), "Truncated or damaged NumPy file.*117 bytes"),
        (npy("(9, 13)", body=bytes(118)), "Truncated or damaged NumPy file"),
        (npy("(90000, 90000)"), "Refused to decode"),
        (npy("(9, 13)", "'|O'", bytes(936)), "array of numbers"),
        (npy("(117,)", body=bytes(117)), "array of numbers"),
        (npy("(9, 13)", "[("), "array of numbers"),
        (npy("(-1, 13)"), "array of numbers"),
        (npy("(-9, -13)", body=bytes(117)), "array of numbers"),
        (npy("(9, 13, 0)"), "array of numbers"),
        (npy("(True, True)", body=bytes(1)), "array of numbers"),
        (npy("(9, 13, 11)", body=bytes(1287)), "array of numbers"),
        (npy("(9, 13, 2)", body=bytes(234)), "array of numbers"),
        (b"\x93NUMPY\x09\x00", "array of numbers"),
        (b"\x93NUMPY", "array of numbers"),
        (b"Pf\n4 4\n-1\n" + bytes(60), "Truncated or damaged PFM"),
        (b"Pf\n90000 90000\n-1\n", "Refused to decode"),
        (b"Pf\nfour", "Truncated or damaged PFM"),
        (b"\x76\x2f\x31\x01" + bytes(90), "Not an image.*Received: an OpenEXR file"),
    ],
)
def test_damage_is_named(tmp_path, data, message):
    (tmp_path / "x.npy").write_bytes(data)
    with pytest.raises(DataError, match=rf"(?s){message}"):
        read_values(tmp_path / "x.npy", "depth")


def test_a_damaged_palette_is_named(tmp_path):
    path = makers.write_palette_png(tmp_path / "x.png", IDS)
    data = bytearray(path.read_bytes())
    data[data.index(b"IDAT") + 8] ^= 16
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"Truncated or damaged PNG: .*x\.png"):
        read_values(path, "label")
