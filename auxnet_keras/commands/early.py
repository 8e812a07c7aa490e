"""What a command refuses before Keras starts its backend, which takes seconds."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from auxnet_keras.commands.places import check_free
from auxnet_keras.errors import ConfigError, suggestion

if TYPE_CHECKING:
    from auxnet_keras.experiments.config.run_config import RunConfig
    from auxnet_keras.experiments.run.run import Run


def trained_run(path: Path) -> "Run":
    """The run in a folder, which must have weights.

    Raises:
        ConfigError, DataError: As `load_run` and `Run.trained_weights`.
    """
    from auxnet_keras.experiments.run.run import load_run

    run = load_run(path)
    run.trained_weights()
    return run


def check_scored(runs: "Sequence[Run]", data: str | None, split: str | None = None) -> None:
    """Refuses data that runs cannot be scored on.

    Raises:
        ConfigError, DataError: As `scored_data`.
    """
    from auxnet_keras.experiments.config.weighting_text import names_only
    from auxnet_keras.experiments.score.scored_data import scored_data

    with names_only():
        scored_data(runs, data, split)


def left_to_train(config: "RunConfig") -> bool:
    """Whether a run is not finished yet; refuses one that cannot train.

    Raises:
        ConfigError: As `open_folder` and `check_same_backend`; initial weights, or a file of class
            weights, that do not exist; another process trains in the run folder.
        DataError: The data set, or the extra data, has no frames.
    """
    from auxnet_keras.data.readers.catalogue import source
    from auxnet_keras.experiments.run.folder import open_folder
    from auxnet_keras.experiments.run.same_backend import check_same_backend

    run = open_folder(config)
    if run.finished:
        return False
    check_same_backend(run)
    if run.position_saved == (0, 0):  # else the checkpoint has the weights, the manifest the others
        _check_weights(config)
        _check_class_weights(config)
    config.source().check_found()
    if config.extra_data is not None:
        kind, _, root = config.extra_data.partition(":")
        source(kind, root or None).check_found()
    check_free(run.path, "training in this run folder")
    return True


def _check_weights(config: "RunConfig") -> None:
    given, names = str(config.weights), ("imagenet", "none")
    path = Path(given)
    if given in names or path.exists():
        return
    is_word = path.absolute().parent == Path.cwd() and not path.suffix
    hint = suggestion(path.name, names) if is_word else "."
    raise ConfigError(
        f"There are no such initial weights{hint} Expected "
        "imagenet, none, a weights file of the backbone, or the folder of a run; correct "
        f"--weights. Received: {given!r}."
    )


def _check_class_weights(config: "RunConfig") -> None:
    from auxnet_keras.experiments.config.class_weights_text import parse

    file = None if config.class_weights is None else parse(config.class_weights)[1]
    if file is not None and not Path(file).is_file():
        raise ConfigError(
            "There is no such file of class weights. Expected a YAML or JSON file; correct "
            f"--class-weights. Received: {file!r}."
        )
