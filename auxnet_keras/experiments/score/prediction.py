"""Predicts your own images and writes the results as pictures."""

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auxnet_keras import plots
from auxnet_keras.data.files import png
from auxnet_keras.data.files.image import read_image
from auxnet_keras.data.files.listing import is_hidden
from auxnet_keras.data.units import Calibration
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments.outputs.strip import depth_picture
from auxnet_keras.experiments.run.json_files import write_grey_png

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run

IMAGES = (".png", ".jpg", ".jpeg")


def predict(
    run: "Run", paths: Sequence[str | Path], out: str | Path, *, depth: str | Path | None = None
) -> list[Path]:
    """Predicts images with a run's best weights and writes the results.

    For `a.png`: `a_classes.png` (8-bit class ids at the image's size), `a_overlay.png` (the classes
    over the image) and, if the network has depth, `a_depth.png` (near is bright). Reads all images
    before predicting the first: if one is bad, nothing is written.

    Args:
        run: A trained run.
        paths: Images, folders of them, or patterns such as `drive/*.png`.
        out: The folder to write to.
        depth: For FuseNet, a folder of 16-bit depth PNGs, stored as in the run's data and named as
            the images; by default the depth of each image in the run's data.

    Returns:
        The images predicted.

    Raises:
        DataError: No such file, a file that is not an image, a picture that cannot be written.
        ConfigError: FuseNet without depth, depth for another network, two images of one name.
    """
    images = find_images(paths)
    names = _names(images)
    out = Path(out)
    predictor = run.predictor
    if depth is not None and not predictor.needs_depth:
        raise ConfigError(
            f"The model {run.config.model!r} takes only images; leave out --depth, which is "
            f"FuseNet's second input. Received: {str(depth)!r}."
        )
    given = _Depths(run, depth) if predictor.needs_depth else None
    for path in images:
        _read(path, given)
    palette = run.info.palette
    for path, name in zip(images, names, strict=True):
        image, depth_map = _read(path, given)
        prediction = predictor(image, depth_map)
        if prediction.classes is not None:
            overlay = plots.overlay(image, prediction.classes, palette)
            plots.write_png(overlay, out / f"{name}_overlay.png")
            write_grey_png(prediction.classes, out / f"{name}_classes.png")
        if prediction.depth is not None:
            shown = np.maximum(prediction.depth, 1e-6)  # a negative prediction is not a missing one
            picture = depth_picture(shown, predictor.depth_unit, run.info.depth_unit)
            plots.write_png(picture, out / f"{name}_depth.png")
    return images


def find_images(paths: Sequence[str | Path]) -> list[Path]:
    """The images that files, folders and patterns name; folders and patterns in sorted order.

    A file named twice counts once.

    Raises:
        DataError: A path or pattern that names no image.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        here = list(_below(str(path)))
        if not here:
            raise DataError(
                f"No image found. Expected a file, a folder of {', '.join(IMAGES)} files, or a "
                f"pattern in quotes. Received: {str(path)!r}."
            )
        for image in here:
            found.setdefault(image.resolve(), image)
    return list(found.values())


def _below(path: str) -> Iterator[Path]:
    if Path(path).is_dir():
        yield from (p for p in sorted(Path(path).iterdir()) if _is_image(p))
    elif Path(path).exists():
        yield Path(path)
    else:
        # Path.glob refuses absolute patterns.
        matches = sorted(glob.glob(path, recursive=True))  # noqa: PTH207
        yield from (Path(match) for match in matches if Path(match).is_file())


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in IMAGES and not is_hidden(path.name)


def _names(images: Sequence[Path]) -> list[str]:
    """Names of the pictures: the files' names, with their folders' names if these repeat."""
    names = [path.stem for path in images]
    if len(set(names)) < len(names):
        names = [f"{path.resolve().parent.name}_{path.stem}" for path in images]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        same = [str(path) for path, name in zip(images, names, strict=True) if name == twice]
        raise ConfigError(
            f"Two images would be written under one name, {twice}_classes.png; predict them "
            f"separately into different folders. Received: {same[0]!r} and {same[1]!r}."
        )
    return names


def _read(path: Path, depths: "_Depths | None") -> tuple[np.ndarray, np.ndarray | None]:
    return read_image(path), None if depths is None else depths.of(path)


class _Depths:
    """Finds FuseNet's second input for an image."""

    def __init__(self, run: "Run", folder: str | Path | None) -> None:
        self.unit = run.depth_unit
        self.folder = None if folder is None else Path(folder)
        if self.folder is not None and not self.folder.is_dir():
            what = "a file" if self.folder.exists() else "which does not exist"
            raise DataError(
                "--depth must be a folder of depth PNGs named as the images. "
                f"Received: {str(folder)!r}, {what}."
            )
        self.source = run.config.source()
        self.kind = png.PngKind("depth", 16, ("grey", "RGB"), f"as in {self.source.info.kind}")
        self.frames = {frame.image.resolve(): frame for frame in self.source.frames("all")}

    def of(self, image: Path) -> np.ndarray:
        """float32 [H, W], -1 = invalid."""
        if self.folder is not None:
            return self._read(self.folder / f"{image.stem}.png")
        frame = self.frames.get(image.resolve())
        if frame is None or frame.depth is None:
            raise ConfigError(
                "This network needs depth as a second input, and the run's data has none for this "
                f"image; give a folder of depth PNGs with --depth. Received: {str(image)!r}."
            )
        return self.source.read(frame, self.unit).depth

    def _read(self, path: Path) -> np.ndarray:
        stored = png.decode(path, self.kind)
        # The network divides each map by its largest value, so calibration does not matter.
        anything = Calibration(focal=1.0, baseline=1.0)
        depth = stored if stored.ndim == 2 else stored[..., -1]  # red; OpenCV's order is BGR
        return self.source.encoding.decode(depth, self.unit, lambda: anything)
