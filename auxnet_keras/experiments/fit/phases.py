"""The phases of a run, each with its own `fit`: first the auxiliary task alone, then as configured.

They share one run folder, one history and one count of epochs. The first phase ends with a
checkpoint, from which the second starts, in the same process or in another.
"""

import dataclasses
from typing import TYPE_CHECKING, Any

from auxnet_keras.callbacks.checkpoint_store import Checkpoint, CheckpointStore
from auxnet_keras.callbacks.saved_variables import restore_variables
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.config.weighting_text import weighting
from auxnet_keras.experiments.fit.depth_bins import edges_of

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run
    from auxnet_keras.models import AuxiliaryModel
    from auxnet_keras.weighting import Weighting


@dataclasses.dataclass(frozen=True)
class Phase:
    """Some epochs of a run.

    Attributes:
        first: Epochs done before it.
        last: Epochs done after it.
        alone: The task that trains alone; `None` for training as configured.
        begins: Epochs done when the learning rate started.
    """

    first: int
    last: int
    alone: str | None
    begins: int

    @property
    def note(self) -> str:
        """For the progress line."""
        return f"{self.alone} first" if self.alone else ""

    def validated(self, every: int) -> list[int]:
        """The epochs, counted from 1, that end with a validation."""
        numbers = range(self.first + 1, self.last + 1)
        return [n for n in numbers if (n - self.first) % every == 0 or n == self.last]

    def data(self, train: Any) -> Any:
        """Its training data: `train`, or all frames with the auxiliary target."""
        from auxnet_keras import data

        return data.auxiliary_frames(train) if self.alone else train

    def weighting(self, run: "Run", train: Any) -> "Weighting | None":
        """A new weighting for its `fit`; a rule with epochs counts the epochs of this phase."""
        if self.alone:
            from auxnet_keras.weighting import FixedWeights

            return FixedWeights({task: float(task == self.alone) for task in run.config.tasks})
        method = weighting(run.config.weighting, edges_of(run, train))
        if method is not None:
            method.first_epoch = self.first
        return method


def phases(config: RunConfig) -> list[Phase]:
    """All phases of a run, in order."""
    border = config.auxiliary_first
    if border is None:
        return [Phase(0, config.epochs, None, 0)]
    return [
        Phase(0, border, config.tasks[1], 0),
        Phase(border, config.all_epochs, None, border if config.restart_optimizer else 0),
    ]


def phases_left(run: "Run", model: "AuxiliaryModel") -> list[Phase]:
    """The unfinished phases; if the first has just finished, loads its state into the model.

    Args:
        run: The run; its newest checkpoint shows its progress.
        model: The compiled network.

    Raises:
        CheckpointError: All checkpoints are damaged, or they belong to another model.
    """
    every = phases(run.config)
    if len(every) == 1:
        return every
    first, then = every
    checkpoint = CheckpointStore(run.path / "checkpoints").newest()
    if checkpoint is None or checkpoint.epoch < first.last:
        return every
    if checkpoint.meta["after"] != then.first:
        _take_over(model, first.weighting(run, None), checkpoint)
    return [then]


def _take_over(model: "AuxiliaryModel", method: "Weighting | None", checkpoint: Checkpoint) -> None:
    """Restores model and optimizer from the end of the first phase.

    Attaches its weighting, too, because the checkpoint holds the variables of all three.
    """
    if method is not None:
        model.attach_weighting(method)
    restore_variables(model, checkpoint)
