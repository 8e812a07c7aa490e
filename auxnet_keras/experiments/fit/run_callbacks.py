"""The callbacks of a run: its weighting, what it writes and shows, and its checkpoints."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from auxnet_keras.core.hosts import is_chief
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.run.run import BOARD, WEIGHTS, Run

if TYPE_CHECKING:
    from auxnet_keras.experiments.fit.phases import Phase

_CHECKPOINT_STEPS = 500  # minutes of work; a save takes a second


def run_callbacks(run: Run, phase: "Phase", train: Any, val: Any, more: Sequence[Any]) -> list[Any]:
    """What `fit` takes in one phase of a run, in order.

    Args:
        run: The run.
        phase: The phase; each has its own weighting and optimizer.
        train: The data of the phase, as `fit` takes them.
        val: The validation data.
        more: The user's own callbacks, which come before the checkpoint.
    """
    from auxnet_keras import callbacks
    from auxnet_keras.experiments.fit.early_stopping import early_stopping
    from auxnet_keras.experiments.fit.first_estimate import FirstEstimate
    from auxnet_keras.experiments.fit.optimization import learning_rate_callbacks
    from auxnet_keras.experiments.run.log import EpochLog

    config, board, after = run.config, run.path / BOARD, _steps_before(phase, train)
    method = phase.weighting(run, train)
    validations = phase.validated(config.validate_every)
    validated = max(1, config.all_epochs // (10 * config.validate_every))
    return [
        *([] if method is None else [method]),
        *learning_rate_callbacks(config, phase),
        callbacks.NonFinite(config.on_bad_numbers),
        *_diagnostics(run, train, after),
        *([callbacks.Progress(phase.note, keep=validations)] if is_chief() else []),
        FirstEstimate(f"the steps of {phase.alone} alone" if phase.alone else "all steps left"),
        EpochLog(),
        callbacks.HistoryFile(run.path / "history.csv"),
        callbacks.WeightTrace(run.path / "weights.csv"),
        callbacks.TensorBoard(
            board, write_graph=False, settings=config.to_mapping(), info=run.info, after=after
        ),
        callbacks.WeightBoard(board, after=after),
        callbacks.TensorBoardPictures(
            board,
            val,
            run.info,
            every=config.validate_every * validated,
            figures=run.path / "figures",
            depth_unit=run.depth_unit,
            after=after,
        ),
        *([] if phase.alone else [callbacks.BestWeights(run.path / WEIGHTS)]),
        *early_stopping(config, phase),
        *more,
        # Last: it marks the epoch as finished.
        callbacks.ResumableCheckpoint(
            run.path,
            every=_CHECKPOINT_STEPS,
            every_epochs=epochs_to_a_checkpoint(config, len(train)),
            dataset=train,
            after=phase.first,
        ),
    ]


def _diagnostics(run: Run, train: Any, after: int) -> list[Any]:
    from auxnet_keras import callbacks

    every = run.config.gradient_diagnostics
    if every is None:
        return []
    path, board = run.path / "gradients.csv", run.path / BOARD
    return [
        callbacks.GradientDiagnostics(train, every, path=path, log_dir=board, after=after),
    ]


def _steps_before(phase: "Phase", train: Any) -> int:
    """Training steps of the earlier phase, if the optimizer counts from 0 again."""
    return phase.first * len(train.plan.auxiliary_pass()) if phase.begins else 0


def epochs_to_a_checkpoint(config: RunConfig, steps: int) -> int:
    """Up to the next validation, unless a kill would then cost more than `_CHECKPOINT_STEPS`."""
    if config.on_bad_numbers == "rollback":  # to the epoch before
        return 1
    most = min(config.validate_every, max(1, _CHECKPOINT_STEPS // steps))
    return max(n for n in range(1, most + 1) if config.validate_every % n == 0)
