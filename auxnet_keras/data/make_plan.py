"""Makes the plan that `load` and `arrays` share: checks settings, finds frames and targets."""

import dataclasses
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.data.auxiliary_of import CHOICES, OTHER, OWN
from auxnet_keras.data.cache import open_cache
from auxnet_keras.data.example import TARGETS, Examples
from auxnet_keras.data.extra import extra_frames
from auxnet_keras.data.fingerprint import cache_key
from auxnet_keras.data.frame import Frame
from auxnet_keras.data.frame_table import has, take
from auxnet_keras.data.label_budget import kept_frames
from auxnet_keras.data.other_frames import donors
from auxnet_keras.data.plan import Plan
from auxnet_keras.data.readers import catalogue as registry
from auxnet_keras.data.readers.base import Source
from auxnet_keras.data.resize import Size, check_size
from auxnet_keras.data.sampling import MixedPass, OnePass, extra_in_batch
from auxnet_keras.data.units import check_unit
from auxnet_keras.errors import ConfigError, DataError, unknown

logger = logging.getLogger("auxnet_keras")
_MAX_WARNINGS = 10  # further paths are only in the log, and counted
_MAX_LOGGED = 10_000  # a log of a million lines helps nobody


def make_plan(
    kind: str,
    root: str | Path | None = None,
    *,
    split: str = "train",
    size: Size = (224, 384),
    batch_size: int = 8,
    seed: int = 0,
    depth_unit: str | None = None,
    ignore_void: bool = True,
    augment: bool = False,
    cache: str | Path | None = None,
    shuffle: bool | None = None,
    limit: int | None = None,
    main: str = "segmentation",
    labels: int | None = None,
    extra_data: str | None = None,
    extra_share: float = 0.5,
    auxiliary_of: str = OWN,
    fold: int | None = None,
) -> Plan:
    """Checks the settings of `load`, finds the frames and reports what is missing."""
    size = check_size(size)
    check_whole("batch_size", batch_size, least=1)
    check_whole("seed", seed, least=0)
    if labels is not None:
        check_whole("labels", labels, least=1)
    _check_share(extra_share)
    if auxiliary_of not in CHOICES:
        raise unknown("auxiliary_of", auxiliary_of, CHOICES)
    source = registry.source(kind, root, fold=fold)
    unit = check_unit(depth_unit or source.info.depth_unit)
    frames = source.frames(split, seed, limit)
    _check_target(source, frames, split, main)
    _warn(source, frames)
    training = split == "train"
    examples = Examples(((source, frames),), main)
    if training:
        extra = extra_frames(extra_data, source, main, unit, seed, limit)
        examples = _training_examples(examples, extra, labels, seed, other=auxiliary_of == OTHER)
    mixed = labels is not None or extra_data is not None
    # The pipeline decodes on its own threads. OpenCV's would get in their way, and if allowed any,
    # OpenCV keeps memory for every thread that called it, even after the thread's end.
    cv2.setNumThreads(1)
    shuffle = training if shuffle is None else shuffle
    every = range(len(examples))
    plan = Plan(
        source=source,
        examples=examples,
        size=size,
        batch_size=batch_size,
        seed=seed,
        depth_unit=unit,
        ignore_void=ignore_void,
        augment=augment,
        main=main,
        sampling=OnePass(every, batch_size, seed, shuffle, keep_partial=not training),
        cache=open_cache(
            cache, size, len(examples), partial(cache_key, examples, size, unit, ignore_void)
        ),
    )
    if training and shuffle and mixed:
        plan = dataclasses.replace(plan, sampling=_mixed(plan, extra_share))
    if training and len(plan) == 0:
        raise _too_small(plan)
    return plan


def _check_share(share: float) -> None:
    number = isinstance(share, int | float | np.number) and not isinstance(share, bool)
    if not number or not 0 <= share < 1:
        raise ConfigError(
            "extra_share must be the share of each batch without the main target, 0 or more and "
            f"below 1. Received: {share!r}."
        )


def _training_examples(
    examples: Examples,
    extra: tuple[Source, Sequence[Frame]] | None,
    labels: int | None,
    seed: int,
    *,
    other: bool,
) -> Examples:
    """The data's own frames and the extra ones, each with the targets that it shows."""
    if labels is not None:
        kept = np.zeros(len(examples), bool)
        kept[kept_frames(*examples.parts[0], examples.main, labels, seed)] = True
        examples = dataclasses.replace(examples, kept=kept)
    if extra is not None:
        examples = dataclasses.replace(examples, parts=(*examples.parts, extra))
    if not other:
        return examples
    auxiliary = next(task for task in TARGETS if task != examples.main)
    return dataclasses.replace(
        examples, donors=donors(examples.showing(auxiliary), auxiliary, seed)
    )


def _mixed(plan: Plan, share: float) -> MixedPass:
    shown = plan.examples.showing(plan.main)
    labelled = np.flatnonzero(shown)
    extra = np.flatnonzero(plan.examples.showing(plan.auxiliary) & ~shown)
    if len(extra) and share and plan.batch_size < 2:
        raise ConfigError(
            "A batch of one frame cannot hold frames with and without the main target; raise "
            f"batch_size, or set extra_share=0. Received: batch_size={plan.batch_size}."
        )
    count = extra_in_batch(share, plan.batch_size) if len(extra) else 0
    return MixedPass(labelled, extra, plan.batch_size, count, plan.seed)


def _too_small(plan: Plan) -> DataError:
    wanted, found = plan.batch_size, len(plan.examples)
    kind = "frames"
    if isinstance(plan.sampling, MixedPass):
        wanted -= plan.sampling.extra_in_batch
        kind, found = f"frames with the target of {plan.main}", len(plan.sampling.labelled)
    return DataError(
        f"The training split of {plan.source.place} is smaller than one batch. Expected at least "
        f"{wanted} {kind} (a last partial batch of training is dropped); lower batch_size. "
        f"Received: {found} frames."
    )


def _check_target(source: Source, frames: Sequence[Frame], split: str, main: str) -> None:
    if not frames:
        raise DataError(
            f"The split {split!r} of {source.place} is empty. Expected at least one frame; "
            "`auxnet data verify` shows what the data set holds. "
            f"Received: {len(source.frames('all'))} frames in all splits."
        )
    if main not in TARGETS:
        raise unknown("main task", main, TARGETS)
    source.check_found()
    what = TARGETS[main]
    if not has(frames, what).any():
        error = source.absent(what)
        if error.fault and not has(source.frames("all"), what).any():
            raise error
        place = source.label_place if what == "label" else source.depth_place
        raise DataError(
            f"No frame of the split {split!r} in {source.place} has a {what} file. Expected them "
            f"in {place}, named as the images; without them {main} cannot train. "
            f"Received: {len(frames)} frames without {what}."
        )


def _warn(source: Source, frames: Sequence[Frame]) -> None:
    for what, place in (("label", source.label_place), ("depth", source.depth_place)):
        if not source.declares(what):
            continue
        without_target = take(frames, np.flatnonzero(~has(frames, what)))
        for number, frame in enumerate(without_target[:_MAX_LOGGED]):
            few = number < _MAX_WARNINGS
            logger.log(
                logging.WARNING if few else logging.INFO,
                "%s: no %s file in %s; trains without it",
                *(frame.image, what, place),
                extra={"file_only": not few},
            )
        if len(without_target) > _MAX_WARNINGS:
            rest = len(without_target) - _MAX_WARNINGS
            logger.warning("%s: %d more frames without %s", source.place, rest, what)
