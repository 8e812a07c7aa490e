"""Hand-made PNGs and miniature data sets in the real layouts."""

import struct
import zlib
from pathlib import Path

import cv2
import h5py
import numpy as np
import scipy.io

HEIGHT, WIDTH = 32, 48


def write_png(path: Path, pixels: np.ndarray) -> Path:
    """uint8 or uint16, [H, W] or RGB [H, W, 3]."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = pixels[..., ::-1] if pixels.ndim == 3 else pixels
    assert cv2.imwrite(str(path), np.ascontiguousarray(ordered))
    return path


def chunk(kind: bytes, body: bytes) -> bytes:
    crc = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)


def png_bytes(
    width: int, height: int, bits: int, colour: int, rows: bytes, palette: bytes = b""
) -> bytes:
    """A PNG from its parts; `rows` are the filtered scanlines."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header)]
    if palette:
        parts.append(chunk(b"PLTE", palette))
    parts += [chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"".join(parts)


def write_palette_png(path: Path, ids: np.ndarray) -> Path:
    """8-bit indices into a palette of 256 greys, reversed so that colour is not the id."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = b"".join(b"\0" + row.tobytes() for row in ids.astype(np.uint8))
    palette = bytes(v for i in range(256) for v in (255 - i,) * 3)
    path.write_bytes(png_bytes(ids.shape[1], ids.shape[0], 8, 3, rows, palette))
    return path


def bomb() -> bytes:
    """A few bytes that claim 60000x60000 pixels."""
    return png_bytes(60_000, 60_000, 8, 2, b"\0" * 1000)


def picture(seed: int, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def kitti_frame(
    root: Path,
    number: int,
    *,
    label: bool = True,
    depth: str | None = "disp_occ_0",
    height: int = HEIGHT,
    width: int = WIDTH,
) -> None:
    """One frame under `root/training`; road below, sky above, disparity rising downwards."""
    name, training = f"{number:06d}_10.png", root / "training"
    write_png(training / "image_2" / name, picture(number, height, width))
    if label:
        ids = np.full((height, width), 23, np.uint8)
        ids[height // 2 :] = 7
        ids[:, :4] = 0
        write_png(training / "semantic" / name, ids)
    if depth:
        disparity = np.zeros((height, width), np.uint16)
        rows = np.arange(height // 2, height)
        disparity[rows] = (rows[:, None] * 256 + number).astype(np.uint16)
        write_png(training / depth / name, disparity)


def kitti(root: Path, count: int = 10, **options: object) -> Path:
    for number in range(count):
        kitti_frame(root, number, **options)  # type: ignore[arg-type]
    return root


def synthia_frame(
    folder: Path, name: str, *, views: tuple[str, ...] = ("Stereo_Left/Omni_F",), ids: int = 3
) -> None:
    """One frame of a sequence's folder in every view; the label is `ids` everywhere."""
    for view in views:
        place = f"{view}/{name}.png" if view else f"{name}.png"
        write_png(folder / "RGB" / place, picture(int(name)))
        labels = np.zeros((HEIGHT, WIDTH, 3), np.uint16)
        labels[..., 0], labels[..., 1] = ids, 7
        write_png(folder / "GT" / "LABELS" / place, labels)
        depth = np.full((HEIGHT, WIDTH), 1234, np.uint16)
        depth[0] = 65535
        write_png(folder / "Depth" / place, np.repeat(depth[..., None], 3, axis=2))


def nyu_labels(index: int, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """uint16 [H, W]: frame `index`'s ids, 0..894, no two rows or columns alike."""
    rows, columns = np.indices((height, width))
    return ((index * 211 + rows * width + columns) % 895).astype(np.uint16)


def nyu_depth(index: int, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """float32 [H, W], metres; the first row has none."""
    depth = np.random.default_rng(index).uniform(0.7, 9.9, (height, width)).astype(np.float32)
    depth[0] = 0
    return depth


def nyu(root: Path, count: int = 6, *, compress: bool = True) -> Path:
    """The two files as MATLAB writes them: HDF5 after 512 bytes, axes reversed; 1-based splits."""
    root.mkdir(parents=True, exist_ok=True)
    path = root / "nyu_depth_v2_labeled.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        images = np.stack([picture(i).transpose(2, 1, 0) for i in range(count)])
        file.create_dataset("images", data=images, chunks=(1, 1, WIDTH, HEIGHT), compression="gzip")
        file["labels"] = np.stack([nyu_labels(i).T for i in range(count)])
        file["depths"] = np.stack([nyu_depth(i).T for i in range(count)])
        file["rawDepths"] = np.zeros((count, WIDTH, HEIGHT), np.float32)
        cells = file.create_dataset("names", (1, 894), h5py.ref_dtype)
        for number in range(894):
            text = np.frombuffer(f"thing {number + 1}".encode("utf-16-le"), np.uint16)
            file[f"#refs#/{number}"] = text[:, None]
            cells[0, number] = file[f"#refs#/{number}"].ref
    data = bytearray(path.read_bytes())
    data[:128] = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    path.write_bytes(data)
    nyu_splits(root, [1, *range(3, count)], [2, count], compress=compress)
    return root


def nyu_splits(root: Path, train: list[int], test: list[int], *, compress: bool = True) -> None:
    columns = {"trainNdxs": train, "testNdxs": test}
    arrays = {name: np.array(part, np.uint16)[:, None] for name, part in columns.items()}
    scipy.io.savemat(root / "splits.mat", arrays, do_compression=compress)
