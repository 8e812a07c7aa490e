"""Where a run goes: a new folder, one to go on with, one that is finished, or one to keep off."""

from pathlib import Path

from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config import RunConfig, difference
from auxnet_keras.experiments.config_file import write_config
from auxnet_keras.experiments.run import Run, load_run


def open_folder(config: RunConfig) -> Run:
    """The run of a config: its folder is created, or found with the same settings in it.

    A run without a finished epoch has nothing to lose: its settings are replaced.

    Args:
        config: `out` says where; `runs/<data>_<model>` without, with the weighting behind.

    Raises:
        ConfigError: The folder holds a run with other settings, or other files.
    """
    path = Path(config.out or default_folder(config))
    if (path / "config.yaml").is_file():
        run = load_run(path)
        lines = difference(run.config, config)
        if lines and (run.history or run.position_saved != (0, 0)):
            raise ConfigError(
                f"{path} holds a run with other settings. Choose another folder, or ask for the "
                f"same settings to resume it. Received: {'; '.join(lines)}."
            )
        if not lines:
            return run
    elif path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise ConfigError(
            "The run folder must be new, empty, or hold an earlier run with its config.yaml, so "
            f"that nothing of yours is mixed with it. Received: {str(path)!r}."
        )
    path.mkdir(parents=True, exist_ok=True)
    write_config(config, path / "config.yaml")
    return Run(path, config)


def default_folder(config: RunConfig) -> str:
    """`runs/kitti_auxnet_ftwb`, say."""
    method = config.weighting.partition(":")[0]
    names = [config.data, config.model] + ([] if method == "none" else [method])
    return f"runs/{'_'.join(names)}"
