"""Finds the images and videos that files, folders and patterns name."""

import dataclasses
import functools
import glob
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath

from auxnet_keras.data.files.image import IMAGES, REFUSED
from auxnet_keras.data.files.listing import files_below
from auxnet_keras.errors import DataError
from auxnet_keras.experiments.predictions.record import RECORD, Record, read_record
from auxnet_keras.experiments.predictions.video_reading import VIDEOS


@dataclasses.dataclass(frozen=True)
class Input:
    """An image or a video to predict.

    Attributes:
        path: The file.
        place: Where its predictions go, below the folder for all: its own path below the folder
            that was named, without its ending, as in `drive/000001`.
    """

    path: Path
    place: str

    @property
    def is_video(self) -> bool:
        """Whether its name ends as a video's."""
        return self.path.suffix.lower() in VIDEOS


def find_inputs(paths: Sequence[str | Path]) -> list[Input]:
    """Images and videos in the order given; those of a folder or a pattern are sorted.

    A folder is searched with all its subfolders. A file named twice counts once. What an earlier
    prediction wrote does not count.

    Raises:
        DataError: A path or pattern that names no image or video.
    """
    found: dict[Path, Input] = {}
    record_in = functools.cache(read_record)
    for path in paths:
        here = [one for one in _below(str(path)) if not _is_output(one.path, record_in)]
        if not here:
            raise DataError(
                f"No image or video found. Expected a file, a folder of {', '.join(IMAGES)} or "
                f"{', '.join(VIDEOS)} files, or a pattern in quotes; pictures that {RECORD} lists "
                f"do not count. Received: {str(path)!r}."
            )
        for one in here:
            found.setdefault(one.path.resolve(), one)
    return list(found.values())


def _below(path: str) -> Iterator[Input]:
    if Path(path).is_dir():
        names = sorted(files_below(Path(path)))
        wanted = [name for name in names if PurePath(name).suffix.lower() in (*IMAGES, *VIDEOS)]
        stems = {PurePath(name).with_suffix("") for name in wanted}
        # Files that cannot be decoded are named, unless the camera wrote a JPEG with each.
        wanted += [
            name
            for name in names
            if PurePath(name).suffix.lower() in REFUSED
            and PurePath(name).with_suffix("") not in stems
        ]
        for name in sorted(wanted):
            yield _placed(Path(path) / name, Path(path))
    elif Path(path).exists():
        yield _placed(Path(path), Path(path).parent)
    else:
        # Path.glob refuses absolute patterns.
        for match in sorted(glob.glob(path, recursive=True)):  # noqa: PTH207
            if Path(match).is_file():
                yield _placed(Path(match), _fixed_part(path))


def _placed(path: Path, base: Path) -> Input:
    return Input(path, path.relative_to(base).with_suffix("").as_posix())


def _fixed_part(pattern: str) -> Path:
    """The folders of a pattern before the first wildcard."""
    parts = Path(pattern).parts
    first = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:first])


def _is_output(path: Path, record_in: Callable[[Path], Record | None]) -> bool:
    path = path.absolute()
    for folder in path.parents:
        record = record_in(folder)
        if record is not None and record.wrote(path.relative_to(folder).as_posix()):
            return True
    return False
