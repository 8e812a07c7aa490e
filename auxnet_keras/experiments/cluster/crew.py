"""The processes that train one run: the chief in the run folder, the others beside it.

All run the same training, callbacks and checkpoints included, each in a folder of its own: so they
compute the same steps in the same order, which a program over all devices needs. The chief's folder
is the run's. The others work in a temporary one, which begins as a copy of what a resumed run
continues from.
"""

import dataclasses
import itertools
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from auxnet_keras.core.hosts import process_count, process_index
from auxnet_keras.core.meeting import Meeting
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.run.folder import claim_folder, default_folder
from auxnet_keras.experiments.run.run import WEIGHTS, Run

_RUNS = itertools.count()
_KEPT = ("*.yaml", "*.json", "*.csv", WEIGHTS)
"""What a resumed run reads, besides its checkpoints."""


class Crew:
    """All processes of a run; create and use it inside `in_cluster`."""

    def __init__(self) -> None:
        self.meeting = Meeting(f"run-{next(_RUNS)}") if process_count() > 1 else None

    def begin(self, run: Run) -> None:
        """The chief lets the others begin, once the run folder is its own or is finished."""
        if self.meeting is not None:
            facts = {"finished": run.finished, "position": run.position_saved}
            self.meeting.shared("begin", json.dumps(facts))

    def end(self) -> None:
        """The chief lets the others end, once the run folder is complete."""
        if self.meeting is not None:
            self.meeting.shared("end", "")

    def help(self, config: RunConfig, train: Callable[[Run], None]) -> Run:
        """Trains along with the chief, in a temporary folder, until the run is complete.

        Args:
            config: As the chief's.
            train: Trains in the folder of a run.

        Returns:
            The chief's run.

        Raises:
            ConfigError: This process does not see the checkpoint that the chief resumes from.
        """
        path = Path(config.out or default_folder(config))
        facts = json.loads(self.meeting.shared("begin", ""))  # type: ignore[union-attr]
        if not facts["finished"]:
            with tempfile.TemporaryDirectory(prefix="auxnet-") as folder:
                own = Path(folder) / path.name
                _copy(path, own)
                run = claim_folder(dataclasses.replace(config, out=str(own)))
                _check_position(path, list(run.position_saved), facts["position"])
                train(run)
            self.meeting.shared("end", "")  # type: ignore[union-attr]
        return Run(path, config)


def _copy(path: Path, own: Path) -> None:
    own.mkdir(parents=True)
    for file in itertools.chain.from_iterable(map(path.glob, _KEPT)):
        shutil.copyfile(file, own / file.name)
    if (path / "checkpoints").is_dir():
        shutil.copytree(path / "checkpoints", own / "checkpoints")


def _check_position(path: Path, own: list[int], chief: list[int]) -> None:
    if own != chief:
        raise ConfigError(
            f"Process {process_index()} does not see the checkpoint that process 0 resumes from. "
            f"The run folder {path} must be on a disk that all processes can read. "
            f"Received: {own} as epochs and batches, not {chief}."
        )
