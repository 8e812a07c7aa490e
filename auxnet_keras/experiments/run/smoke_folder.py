"""The folder of a smoke test, which starts over every time."""

import shutil
from pathlib import Path

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.run.run import load_run
from auxnet_keras.storage.lock import hold_lock

_BOTH = ("main_depth", "main_segmentation")
_SUMMARIES = tuple(f"summary.{suffix}" for suffix in ("md", "csv", "tex", "json"))


def empty_smoke_folder(folder: Path) -> None:
    """Removes the smoke tests that a folder holds, or that `--main both` wrote into it.

    Raises:
        ConfigError: The folder holds a run that is not a smoke test, or another process trains
            in it.
        DataError: It contains a link.
    """
    for place in (folder, *(folder / name for name in _BOTH)):
        if not (place / "config.yaml").is_file():
            continue
        if not load_run(place).config.smoke:
            raise ConfigError(
                "The folder of a smoke test is replaced, and this one holds a run that is none; "
                f"move it away, or choose another --out. Received: {str(place)!r}."
            )
        with hold_lock(place, "training in this run folder", ConfigError):
            shutil.rmtree(place)
        if place != folder:
            for name in _SUMMARIES:
                (folder / name).unlink(missing_ok=True)
