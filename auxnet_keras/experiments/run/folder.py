"""Opens a run folder: new, to be resumed, finished, or refused."""

from pathlib import Path

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config.config_file import read_run_config, write_config
from auxnet_keras.experiments.config.optimization_text import needs_whole_run
from auxnet_keras.experiments.config.run_config import CHANGEABLE, RunConfig, difference
from auxnet_keras.experiments.run.run import Run, load_run
from auxnet_keras.storage.lock import LOCK
from auxnet_keras.storage.scratch import NAME

_CONFIG = "config.yaml"
FOUND_RATES = ("lr_finder.png", "lr_finder.csv")
"""What a learning-rate finder writes."""


def open_folder(config: RunConfig) -> Run:
    """The run of a config: a new one, or one whose folder holds the same settings.

    Writes nothing. A run that has saved nothing may get other settings. Later, `epochs` may grow,
    and settings may change that finished epochs do not depend on, such as the place of the data
    (the checkpoint refuses other data) or `on_bad_numbers`.

    Args:
        config: `out` is the folder; by default `runs/<data>_<model>`, with the weighting appended.

    Raises:
        ConfigError: The folder holds a run with other settings, or other files.
    """
    path = Path(config.out or default_folder(config))
    if (path / _CONFIG).is_file():
        run = load_run(path)
        lines = difference(run.config, config)
        fixed = [line for line in lines if line.partition(":")[0] not in CHANGEABLE]
        only_longer = len(fixed) == 1 and config.epochs > run.config.epochs
        if only_longer and _has_trained(run):
            _check_growth(run)
        elif fixed and _has_trained(run):
            raise ConfigError(
                f"{path} holds a run with other settings. Choose another folder, or use the same "
                f"settings to resume it. Received: {'; '.join(fixed)}."
            )
        return Run(path, config) if lines else run
    check_free(path)
    return Run(path, config)


def check_free(path: Path) -> None:
    """Refuses a folder that holds something else than a run.

    Raises:
        ConfigError: It is a file, or has other files.
    """
    taken = path.exists() and (not path.is_dir() or not all(map(_is_left, path.iterdir())))
    if taken and not (path / _CONFIG).is_file():
        raise ConfigError(
            "The run folder must be new, empty, or hold an earlier run with its config.yaml, so "
            f"that a run never mixes with your files; choose another. Received: {str(path)!r}."
        )


def _check_growth(run: Run) -> None:
    """Refuses more epochs where the result would differ from asking for them at once."""
    epochs, every = run.config.epochs, run.config.validate_every
    if needs_whole_run(run.config.schedule):
        raise ConfigError(
            f"The epochs of {run.path} cannot grow: its learning rate depends on the number of all "
            f"steps, so every epoch so far would have been another one. Choose another folder; "
            f"--weights {run.path} starts from this run's weights. "
            f"Received: schedule={run.config.schedule!r}, epochs={epochs} in the folder."
        )
    if epochs % every and run.epochs_saved >= run.config.all_epochs:
        raise ConfigError(
            f"The epochs of {run.path} cannot grow: it was validated after its last epoch, which a "
            f"longer run validates only if that is a multiple of validate_every={every}. Choose "
            f"another folder. Received: epochs={epochs} in the folder."
        )
    if run.position_saved == (0, 0):
        raise ConfigError(
            f"The epochs of {run.path} cannot grow, because its checkpoints are gone or are of "
            "another version. Restore them, or choose another folder and start from its weights "
            f"(--weights). Received: no checkpoint of this version in {run.path / 'checkpoints'}."
        )


def claim_folder(config: RunConfig) -> Run:
    """As `open_folder`, and writes the settings there.

    Only for the process that holds the folder's lock: another one may be in its first epoch.
    """
    run = open_folder(config)
    file = run.path / _CONFIG
    changes = difference(read_run_config(file), run.config) if file.is_file() else []
    if changes or not file.is_file():
        write_config(run.config, file)
    if changes and _has_trained(run):
        run.manifest.event("change", settings=changes)
    return run


def _is_left(inside: Path) -> bool:
    """Whether a file is one that a learning-rate finder, or a run killed at its start, leaves."""
    if inside.is_symlink():
        return False
    return inside.name in (LOCK, *FOUND_RATES) or bool(NAME.fullmatch(inside.name))


def _has_trained(run: Run) -> bool:
    return bool(run.history) or run.position_saved != (0, 0)


def default_folder(config: RunConfig) -> str:
    """The default run folder, such as `runs/kitti_auxnet_ftwb`."""
    method = config.weighting.partition(":")[0]
    names = [config.data, config.model] + ([] if method == "none" else [method])
    return f"runs/{'_'.join(names)}"
