"""Files that strangers might send: each small, and each after more than its bytes."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import cv2
import h5py
import numpy as np

from tests.data import makers


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# --- HDF5 ---------------------------------------------------------------------------------------


def external_link(path: Path) -> None:
    write(path.with_name("secret.h5"), b"")
    with h5py.File(path, "w") as file:
        file["layers"] = h5py.ExternalLink("secret.h5", "/")


def soft_link(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_group("layers")["vars"] = h5py.SoftLink("/layers")


def external_storage(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("w", (4,), "f4", external=[("/etc/passwd", 0, 16)])


def virtual_dataset(path: Path) -> None:
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "w", (4,))
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("w", layout)


def shape_bomb(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("w", (1 << 20, 1 << 20), "f4")  # never written: a header and no numbers


def compressed_shape_bomb(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("w", (1 << 40,), "f4", chunks=(1 << 20,), compression="gzip")


def chunk_bomb(path: Path) -> None:
    """A chunk of 256 KiB that inflates to 256 MiB: the shape says nothing of it."""
    with h5py.File(path, "w") as file:
        numbers = file.create_dataset("w", (1 << 16,), "f4", chunks=(1 << 16,), compression=9)
        numbers.id.write_direct_chunk((0,), zlib.compress(bytes(1 << 28), 9))


def large_chunk(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("w", (1,), "f4", chunks=(1 << 28,), maxshape=(None,))


def loop_of_groups(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_group("a")["b"] = file["/"]


def many_names(path: Path) -> None:
    """Thirty groups of which each names the next one twice: a billion paths."""
    with h5py.File(path, "w") as file:
        group = file.create_group("a")
        for _ in range(30):
            inside = group.create_group("a")
            group["b"] = inside
            group = inside


def many_groups(path: Path) -> None:
    with h5py.File(path, "w", libver="latest") as file:
        for number in range(20_001):
            file.create_group(str(number))


def many_attributes(path: Path) -> None:
    with h5py.File(path, "w", libver="latest") as file:
        for number in range(1001):
            file.attrs[str(number)] = number


def long_name(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_group("/".join(["a"] * 600 + ["b"]))


def references(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["w"] = np.array([file.ref], h5py.ref_dtype)


def named_type(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["type"] = np.dtype("f4")


def repeated_text(path: Path) -> None:
    """An attribute of texts, which HDF5 allows to be one and the same text."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = ["x" * 1000] * 50


def sparse_file(path: Path) -> None:
    """Terabytes that take no place on disk: the file is as long as its numbers say."""
    with h5py.File(path, "w") as file:
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        properties.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        space = h5py.h5s.create_simple((1 << 38,))
        h5py.h5d.create(file.id, b"w", h5py.h5t.NATIVE_FLOAT, space, properties)


# --- ZIP ----------------------------------------------------------------------------------------


def npy(shape: tuple[int, ...] | str, descr: str = "<f4", body: bytes = b"") -> bytes:
    header = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + body


def archive(path: Path, members: dict[str, bytes], compressed: bool = False) -> None:
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)


def overlapping(path: Path) -> None:
    """A table of contents in which a thousand names share one member."""
    archive(path, {f"{number:04d}.npy": bytes(1000) for number in range(1000)})
    data = bytearray(path.read_bytes())
    position = data.find(b"PK\1\2")
    while position != -1:
        data[position + 42 : position + 46] = bytes(4)
        position = data.find(b"PK\1\2", position + 4)
    start = data.find(b"PK\1\2")
    del data[1038:start]  # all members but the first
    end = data.rfind(b"PK\5\6")
    data[end + 16 : end + 20] = struct.pack("<I", 1038)
    path.write_bytes(data)


def long_directory(path: Path) -> None:
    """A table of contents that claims 3 GB, in a sparse file that has them."""
    with path.open("wb") as file:
        file.truncate(3_000_000_000)
        file.seek(0, io.SEEK_END)
        file.write(struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 9, 9, 2_999_999_999, 1, 0))


def pickled(path: Path) -> None:
    np.savez(path, a=np.array([{"a": 1}], object))


def keras_file(path: Path, weights: bytes, compressed: bool = False) -> None:
    archive(path, {"config.json": b"{}", "model.weights.h5": weights}, compressed)


def hdf5_bytes(write_to, path: Path) -> bytes:
    write_to(path)
    return path.read_bytes()


# --- images -------------------------------------------------------------------------------------


def png(*extra: bytes, width: int = 64, height: int = 64, bits: int = 8, colour: int = 0) -> bytes:
    """A black PNG with chunks between its header and its image."""
    channels = {0: 1, 2: 3, 3: 1, 6: 4}[colour]
    rows = (b"\0" + bytes(width * channels * bits // 8)) * height
    data = makers.png_bytes(width, height, bits, colour, rows, bytes(768) if colour == 3 else b"")
    return data[:33] + b"".join(extra) + data[33:]


def text_bombs() -> bytes:
    """Two thousand texts of 15 kB that inflate to 8 MB each."""
    chunk = makers.chunk(b"zTXt", b"c\0\0" + zlib.compress(bytes(7_900_000), 9))
    return png(*[chunk] * 2000)


def image_bomb() -> bytes:
    """64x64 pixels and 512 MiB packed behind them."""
    header = struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)
    packed = zlib.compress(bytes(1 << 29), 9)
    chunks = [(b"IHDR", header), (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(makers.chunk(*chunk) for chunk in chunks)


def scan_bomb() -> bytes:
    """A progressive JPEG of 4000x4000 whose last scan is there ten thousand times."""
    flags = [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
    data = cv2.imencode(".jpg", np.zeros((4000, 4000), np.uint8), flags)[1].tobytes()
    return data[:-2] + data[data.rfind(b"\xff\xda") : -2] * 10_000 + b"\xff\xd9"


def laughs() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    return "\n".join(lines)
