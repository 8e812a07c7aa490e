"""The built-in street scenes as a data set: drawn once, then read like SYNTHIA."""

import contextlib
import dataclasses
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from auxnet_keras.data.readers.synthia import SynthiaSource
from auxnet_keras.errors import DataError
from auxnet_keras.safety import read_text

SCENES = 240
SEED = 0

logger = logging.getLogger("auxnet_keras")


class StreetSource(SynthiaSource):
    """Reads the scenes in a folder; first draws `SCENES` of them if it is empty or missing.

    Without a folder, the scenes go to the user's cache folder. Interrupted drawing resumes. For
    another number, seed or size of scenes: `ak.data.street.write(root, count, seed)`.
    """

    info = dataclasses.replace(
        SynthiaSource.info,
        kind="street",
        licence="Apache-2.0",
        citation="Street scenes drawn by auxnet_keras.",
    )

    def __init__(self, root: str | Path | None = None) -> None:
        from auxnet_keras.street.write import VERSION, write

        cached = platformdirs.user_cache_path("auxnet_keras") / f"street-{VERSION}"
        root = Path(root or cached).expanduser()
        missing = _missing(root) if _to_draw(root, VERSION) else 0
        if missing:
            logger.info("%s: drawing %d of %d street scenes", root, missing, SCENES)
            with _naming_the_folder(root if root == cached else None):
                write(root, SCENES, SEED)
        super().__init__(root)


@contextlib.contextmanager
def _naming_the_folder(default: Path | None) -> Iterator[None]:
    """Adds to an error about the default folder how to choose another one."""
    try:
        yield
    except DataError as error:
        if default is None:
            raise
        raise DataError(
            f"The user's cache folder cannot hold the built-in scenes; name another folder: "
            f"street:FOLDER. {error}"
        ) from error


def _missing(root: Path) -> int:
    from auxnet_keras.street.layouts import synthia_image

    return sum(not (root / synthia_image(index, SCENES)).is_file() for index in range(SCENES))


def _to_draw(root: Path, version: int) -> bool:
    """Whether the folder is empty, missing, or was started by this class."""
    if not root.is_dir() or not any(root.iterdir()):
        return True
    try:
        record = json.loads(read_text(root / "street.json"))
    except (ValueError, RecursionError):
        return False
    begun = {"layout": "synthia", "count": SCENES, "seed": SEED, "version": version}
    return isinstance(record, dict) and begun.items() <= record.items()
