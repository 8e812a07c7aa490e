"""The data that runs are scored on, which none of them may have been trained on."""

import dataclasses
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from auxnet_keras.data.contents import Contents, fingerprint
from auxnet_keras.data.file_key import image_keys_of
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.readers.base import Source
from auxnet_keras.errors import AuxnetError, ConfigError, DataError, unknown
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.run.trained_images import read_trained_images

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run


@dataclasses.dataclass(frozen=True)
class ScoredData:
    """The frames to score.

    Attributes:
        place: `KIND[:ROOT]`.
        split: "val", "test", or "all" for other data.
        source: Their reader.
        frames: The frames.
    """

    place: str
    split: str
    source: Source
    frames: Sequence[Frame]

    @cached_property
    def keys(self) -> list[str | None]:
        """The keys of the frames' images."""
        return image_keys_of(self.source, self.frames)

    @cached_property
    def fingerprint(self) -> str:
        """As the manifest of a run has it of its validation split."""
        return Contents(self.source, self.frames).fingerprint


def scored_data(runs: Sequence["Run"], data: str | None, split: str | None = None) -> ScoredData:
    """The data to score runs on.

    Images are recognised by content, also in another folder, under other names or converted with
    `auxnet data convert`. They are not recognised once they are resized or encoded again, which
    includes converted images of NYU-v2, and what only a run's initial weights were trained on does
    not count.

    Args:
        runs: The runs.
        data: `KIND[:ROOT]` of other data, used in full, or of a run's own data, in its folder or
            another one, of which the validation split counts; `None` for the validation split of
            the runs' data.
        split: "val" or "test", to score that split of the data.

    Raises:
        ConfigError: An unknown split; a run was trained on some of the frames, or on other classes;
            the runs have different data without `data` to choose one, or different folds of it.
        DataError: As the reader.
    """
    if split not in (None, "val", "test"):
        raise unknown("split", split, ("val", "test"))
    config, usual = _chosen(runs, data)
    split = split or usual
    source = config.source()
    for run in runs:
        check_classes(run.info.class_names, source.info.class_names)
    frames = source.frames(split, config.seed, config.limit if split == "val" else None)
    if not frames:
        raise DataError(
            f"The split {split!r} of {source.place} is empty. Expected at least one frame; "
            "`auxnet data verify` shows what the data holds. "
            f"Received: {len(source.frames('all'))} frames in all splits."
        )
    place = config.data if config.root is None else f"{config.data}:{config.root}"
    chosen = ScoredData(place, split, source, frames)
    for run in runs:
        _refuse_trained(run, chosen, data)
    return chosen


def _chosen(runs: Sequence["Run"], data: str | None) -> tuple[RunConfig, str]:
    configs = [run.config for run in runs]
    if data is not None:
        other = RunConfig(data=data)
        own = next((run.config for run in runs if _is_its_data(run, other)), None)
        if own is None:
            return other, "all"
        _check_fold(configs)
        return dataclasses.replace(own, root=other.root), "val"
    places = [(config.data, config.root) for config in configs]
    if len(set(places)) > 1:
        raise ConfigError(
            "The runs were trained on different data; choose the data to compare them on with "
            f"data=KIND:ROOT (--data). Received: {places[0]} and {places[1]}."
        )
    _check_fold(configs)
    return configs[0], "val"


def _is_its_data(run: "Run", other: RunConfig) -> bool:
    """Whether data has the frames that the run was validated on, wherever they are now."""
    config = run.config
    if other.data != config.data:
        return False
    if other.root == config.root:
        return True
    try:
        source = dataclasses.replace(config, root=other.root).source()
        frames = source.frames("val", config.seed, config.limit)
        return _validated_on(run) == fingerprint(source, frames)
    except AuxnetError:
        return False


def _check_fold(configs: Sequence[RunConfig]) -> None:
    folds = [config.fold for config in configs]
    if len(set(folds)) > 1:
        raise ConfigError(
            "The two runs validate on different frames, and each was trained on some of the "
            "other's; compare runs of the same fold. "
            f"Received: fold={folds[0]} and fold={folds[1]}."
        )


def _refuse_trained(run: "Run", chosen: ScoredData, data: str | None) -> None:
    """Refuses frames that a run was trained on.

    The very frames that it was validated on need no look into its training images.
    """
    if chosen.split == "val" and chosen.fingerprint == _validated_on(run):
        return
    trained = read_trained_images(run.path)
    count = sum(key in trained for key in chosen.keys)
    if not count:
        return
    remedy = (
        "Its data has changed since the training; restore it, or name other data (--data)."
        if data is None
        else "Name data that it was not trained on, or leave out data (--data) to score the "
        "validation split of its own data."
    )
    raise ConfigError(
        f"{run.path} was trained on {count} of the {len(chosen.frames)} frames of {chosen.place}, "
        f"and scores on them do not show how it does on new images. {remedy} "
        f"Received: data={data!r}."
    )


def _validated_on(run: "Run") -> object:
    """The fingerprint of the frames that a run was validated on, if its manifest has one."""
    facts = run.manifest.content.get("data")
    prints = facts.get("fingerprint") if isinstance(facts, dict) else None
    return prints.get("val") if isinstance(prints, dict) else None


def check_classes(trained: tuple[str, ...], given: tuple[str, ...]) -> None:
    """Refuses data with other classes than a run was trained on."""
    if trained != given:
        raise ConfigError(
            f"The run was trained on {len(trained)} classes ({', '.join(trained)}), and this data "
            "has others. Evaluate on data with the same classes. "
            f"Received: {len(given)} classes ({', '.join(given)})."
        )
