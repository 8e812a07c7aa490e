"""Trains a run, from its config to its folder."""

import contextlib
import dataclasses
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auxnet_keras.core.fitted import fitted
from auxnet_keras.core.hosts import is_chief
from auxnet_keras.core.whole_numbers import is_whole
from auxnet_keras.errors import AuxnetError, ConfigError
from auxnet_keras.experiments.cluster.crew import Crew
from auxnet_keras.experiments.cluster.membership import in_cluster, readable_cluster_errors
from auxnet_keras.experiments.config.config_file import as_config
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.config.smoke import SMOKE
from auxnet_keras.experiments.fit.more_callbacks import check_callbacks
from auxnet_keras.experiments.run.folder import claim_folder, open_folder
from auxnet_keras.experiments.run.run import BOARD, WEIGHTS, Run
from auxnet_keras.experiments.run.same_backend import check_same_backend
from auxnet_keras.storage.lock import hold_lock
from auxnet_keras.storage.scratch import sweep

if TYPE_CHECKING:
    from auxnet_keras.experiments.cluster.devices import Devices


def train(config: RunConfig | Mapping[str, Any] | str | Path, callbacks: Sequence[Any] = ()) -> Run:
    """Trains or resumes a run, and writes a folder with everything about it.

    The same config on the same folder resumes from the newest checkpoint; on a finished folder it
    says so and returns. Ctrl-C keeps the checkpoints and reports what is saved.

    Processes that their environment makes a cluster train the run together, on JAX; all
    return once it is complete. The first writes the folder.

    Args:
        config: The settings: a `RunConfig`, a mapping of their names, or a YAML file.
        callbacks: More `keras.callbacks.Callback`s, in addition to the run's own. Each phase of
            a run passes them to its `fit`. The checkpoints keep the state of Keras' EarlyStopping,
            ReduceLROnPlateau and ModelCheckpoint; other callbacks start over when the run resumes,
            and whatever they keep, the rest of the run resumes exactly.

    Returns:
        The finished run.

    Raises:
        ConfigError: An invalid setting; a folder with another run in it; something else than
            callbacks, or a callback that sets the learning rate besides a schedule; another backend
            than the one that began the run.
        DataError: As the reader.

    Example:
        >>> run = ak.experiments.train(
        ...     {"data": "kitti:/data/kitti2015", "weighting": "twb", "out": "runs/kitti"})
        >>> run.results["segmentation"]["mean_iou"]
    """
    with in_cluster():
        config = as_config(config)
        check_callbacks(config, callbacks)
        crew = Crew()
        if is_chief():
            return _lead(config, callbacks, crew)
        return crew.help(config, lambda run: _train_beside(run, callbacks, crew))


def _lead(config: RunConfig, callbacks: Sequence[Any], crew: Crew) -> Run:
    """Trains in the run folder: alone, or as the chief of a crew."""
    run = open_folder(config)
    if run.finished:
        crew.begin(run)
        said = f"{run.path} is finished; its scores are in {run.path / 'results.md'}."
        print(fitted(said, sys.stdout))
        return run
    check_same_backend(run)
    from auxnet_keras.data import sentence
    from auxnet_keras.experiments.fit.finalize import finish
    from auxnet_keras.experiments.outputs.figures import write_curves
    from auxnet_keras.experiments.run.log import logger, run_log

    with hold_lock(run.path, "training in this run folder", ConfigError):
        sweep(run.path, deep=True)
        run = claim_folder(config)
        crew.begin(run)
        with run_log(run.path):
            try:
                with readable_cluster_errors():
                    _compute(run, callbacks, crew)
                    finish(run)
                    crew.end()
            except (KeyboardInterrupt, SystemExit):  # Ctrl-C, or SIGTERM once its batch was saved
                run.manifest.event("interrupt", epochs=run.epochs_saved)
                with contextlib.suppress(AuxnetError):  # pictures must not hide what is saved
                    write_curves(run)
                logger.info("Interrupted. %s", _describe_saved(run))
                raise
            except Exception as error:
                logger.error("stopped: %s", sentence(error) or error, extra={"file_only": True})
                raise
    return run


def _train_beside(run: Run, callbacks: Sequence[Any], crew: Crew) -> None:
    """Trains in a process that is not the chief; only its errors reach the terminal."""
    from auxnet_keras.experiments.run.log import run_log

    with run_log(run.path):
        _compute(run, callbacks, crew)


def _compute(run: Run, callbacks: Sequence[Any], crew: Crew) -> None:
    from auxnet_keras.core.determinism import GPU_FLAG, compute_deterministically
    from auxnet_keras.experiments.cluster.devices import using_devices
    from auxnet_keras.experiments.run.log import logger
    from auxnet_keras.training.precision import using_precision

    config = run.config
    _use_threads_of(run)
    if config.deterministic and not compute_deterministically():
        logger.warning(
            "JAX had started on its GPU before this training, which may therefore not repeat to "
            "the bit; set XLA_FLAGS=%s before Python starts",
            GPU_FLAG,
        )
    with using_precision(config.precision), using_devices(config) as devices:
        _fit(run, callbacks, devices, crew)


def _fit(run: Run, callbacks: Sequence[Any], devices: "Devices", crew: Crew) -> None:
    import keras

    from auxnet_keras import data, plots
    from auxnet_keras.callbacks.event_log import Position, event_files, rewind
    from auxnet_keras.experiments.cluster.devices import check_same_data
    from auxnet_keras.experiments.fit.announce import describe_run, record_facts
    from auxnet_keras.experiments.fit.check_data import check_data
    from auxnet_keras.experiments.fit.check_resume import check_resume
    from auxnet_keras.experiments.fit.class_weights import class_weights_of
    from auxnet_keras.experiments.fit.compiling import compile_for
    from auxnet_keras.experiments.fit.early_stopping import has_ended, stopped_after
    from auxnet_keras.experiments.fit.initial_weights import start_from_run
    from auxnet_keras.experiments.fit.memory_errors import readable_memory_errors
    from auxnet_keras.experiments.fit.phases import phases, phases_left
    from auxnet_keras.experiments.fit.run_callbacks import run_callbacks
    from auxnet_keras.experiments.outputs.train_batch import draw_train_batch
    from auxnet_keras.experiments.run import trained_images
    from auxnet_keras.experiments.run.log import logger
    from auxnet_keras.experiments.run.network import network

    config = run.config
    keras.utils.set_random_seed(config.seed)
    if config.smoke:
        logger.info(SMOKE)
    info = data.info(config.data, config.root)
    info = dataclasses.replace(info, palette=plots.named_palette(config.palette, info.palette))
    train, val = (_dataset(config, split) for split in ("train", "val"))
    check_data(config.tasks, train.plan, val.plan, run.path)
    check_same_data(crew.meeting, train=train, val=val)
    new = run.position_saved == (0, 0)  # else the checkpoint has all weights
    if not new:
        check_resume(run, train.plan, val.plan)
    model = devices.build(lambda: network(config, info.class_names, pretrained=new))
    if new:  # a run that was killed before its first checkpoint starts over
        rewind(event_files(run.path / BOARD), Position(0, 0, 0))
    if new and config.starts_from_run:
        start_from_run(model, config, config.depth_unit or info.depth_unit)
    weights = class_weights_of(run, train.plan)
    compile_for(model, config, phases(config)[0], train.plan, weights)
    record_facts(run, info, train, val)
    describe_run(run, model, info, train, val)
    if new or not (run.path / trained_images.FILE).is_file():
        trained_images.write_trained_images(run, train.plan)
    if has_ended(run):  # only what comes after the last epoch is missing
        return
    for phase in phases_left(run, model):
        if phase.first and phase.begins == phase.first:
            compile_for(model, config, phase, train.plan, weights)
        frames = devices.share(phase.data(train))
        if new and phase.first == 0:
            shown = (*config.tasks, *(["depth"] if config.network.depth_input else []))
            picture = run.path / "figures" / "train_batch.png"
            draw_train_batch(frames.plan, shown, info.palette, picture)
        with readable_memory_errors(config):
            model.fit(
                frames,
                validation_data=devices.share(val),
                validation_freq=phase.validated(config.validate_every),
                initial_epoch=phase.first,
                epochs=phase.last,
                verbose=0,
                shuffle=False,  # the data set does
                callbacks=run_callbacks(run, phase, frames, val, callbacks),
            )
    stopped = stopped_after(run)
    if stopped is not None:
        logger.info("Stopped early, after epoch %d of %d", stopped, config.all_epochs)


def _use_threads_of(run: Run) -> None:
    """Computes with as many threads as the run started with; the checkpoint tells if it cannot."""
    from auxnet_keras.core.threads import use_threads

    started = run.manifest.content.get("device", {}).get("threads")
    if is_whole(started) and started > 0:
        use_threads(started)


def _dataset(config: RunConfig, split: str) -> Any:
    from auxnet_keras import data

    dataset = data.load(
        config.data,
        config.root,
        split=split,
        size=config.size,
        batch_size=config.batch_size,
        seed=config.seed,
        depth_unit=config.depth_unit,
        ignore_void=config.ignore_void,
        augment=config.augment and split == "train",
        cache=config.cache,
        limit=config.limit,
        main=config.main,
        labels=config.labels,
        extra_data=config.extra_data,
        extra_share=config.extra_share if config.tasks[1:] else 0.0,
        auxiliary_of=config.auxiliary_of,
        fold=config.fold,
    )
    return data.with_depth_input(dataset) if config.network.depth_input else dataset


def _describe_saved(run: Run) -> str:
    epochs, batches = run.position_saved
    if not epochs and not batches:
        return "No epoch was finished; the same command starts over."
    within = f", {batches} batches of epoch {epochs + 1}" if batches else ""
    best = " and the best weights so far" if (run.path / WEIGHTS).is_file() else ""
    return (
        f"{epochs} of {run.config.all_epochs} epochs{within}{best} are saved in {run.path}; the "
        "same command resumes from there."
    )
