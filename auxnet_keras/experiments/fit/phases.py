"""The parts of a run, each a fit of its own: the auxiliary task alone first, then as configured.

They share one run folder, one history and one count of epochs. The first writes the last checkpoint
before the border; the second begins from it, whether in the same process or in another.
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
        last: Epochs done behind it.
        alone: The task that trains alone; `None` for what the config says.
        begins: Epochs done when the learning rate began.
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
        """The epochs, counted from 1, behind which there is a validation."""
        numbers = range(self.first + 1, self.last + 1)
        return [n for n in numbers if (n - self.first) % every == 0 or n == self.last]

    def data(self, train: Any) -> Any:
        """What it trains on: `train`, or every frame that has the auxiliary target."""
        from auxnet_keras import data

        return data.auxiliary_frames(train) if self.alone else train

    def weighting(self, run: "Run", train: Any) -> "Weighting | None":
        """The weighting of its fit, new; a rule by epochs counts those of this phase."""
        if self.alone:
            from auxnet_keras.weighting import FixedWeights

            return FixedWeights({task: float(task == self.alone) for task in run.config.tasks})
        method = weighting(run.config.weighting, edges_of(run, train))
        if method is not None:
            method.first_epoch = self.first
        return method


def phases(config: RunConfig) -> list[Phase]:
    """All of a run, in order."""
    border = config.auxiliary_first
    if border is None:
        return [Phase(0, config.epochs, None, 0)]
    return [
        Phase(0, border, config.tasks[1], 0),
        Phase(border, config.all_epochs, None, border if config.restart_optimizer else 0),
    ]


def phases_left(run: "Run", model: "AuxiliaryModel") -> list[Phase]:
    """Those that are not done; where the border was just reached, the model gets its state.

    Args:
        run: Its newest checkpoint says how far it is.
        model: Compiled.

    Raises:
        CheckpointError: There are checkpoints and all are damaged, or they are of another model.
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
    """Restores model and optimizer as the first phase left them.

    The state of its weighting too: together they are the variables that the checkpoint has.
    """
    if method is not None:
        model.attach_weighting(method)
    restore_variables(model, checkpoint)
