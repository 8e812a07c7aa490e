"""The devices that a run trains on, and what each process reads for its own."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from auxnet_keras.core.backend import backend
from auxnet_keras.core.hosts import process_count, process_index
from auxnet_keras.core.meeting import Meeting
from auxnet_keras.data.batches import Batches
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config.run_config import RunConfig

if TYPE_CHECKING:
    from auxnet_keras.experiments.cluster.tensorflow_devices import Build
    from auxnet_keras.models import AuxiliaryModel


@dataclasses.dataclass(frozen=True)
class Devices:
    """The first devices of every process.

    Each has its share of every batch, so the batch size is the global one, and the result is that
    of one device up to the rounding of sums.

    Attributes:
        build: Calls what builds a model, so that the model is built for the devices.
        count: The devices of all processes.
    """

    build: "Build"
    count: int

    def share(self, dataset: Any) -> Any:
        """The rows of every batch that this process trains or validates on.

        Blank frames, which no loss and no score counts, complete a last, smaller batch: the devices
        need equal shares.

        Args:
            dataset: What `ak.data.load` returns; it stays as it is.
        """
        if self.count == 1:
            return dataset
        if not isinstance(dataset, Batches):  # TensorFlow divides batches by itself
            from auxnet_keras.experiments.cluster.equal_shares import completed

            even = dataset.plan.sampling.samples % dataset.plan.batch_size == 0
            return dataset if even else completed(dataset, self.count)
        part = (process_index(), process_count())
        return Batches(dataset.plan, part=part, depth_input=dataset.depth_input, whole=True)


@contextlib.contextmanager
def using_devices(config: RunConfig) -> Iterator[Devices]:
    """Inside the block, the devices of a run are ready.

    Raises:
        ConfigError: There are fewer; the batch cannot be divided; a setting needs one device; the
            backend trains on one only.
    """
    count, engine = config.devices * process_count(), backend()
    if count == 1:
        yield Devices(_as_it_is, 1)
        return
    _check(config, count)
    if engine == "tensorflow":
        from auxnet_keras.experiments.cluster.tensorflow_devices import mirrored

        yield Devices(mirrored(config.devices), count)
    elif engine == "jax":
        from auxnet_keras.experiments.cluster.jax_devices import data_parallel

        with data_parallel(config.devices):
            yield Devices(_as_it_is, count)
    else:
        raise ConfigError(
            f"The backend {engine} trains on one device. Set KERAS_BACKEND=tensorflow or "
            f"KERAS_BACKEND=jax, or leave devices out. Received: devices={config.devices}."
        )


def check_same_data(meeting: Meeting | None, **datasets: Any) -> None:
    """Refuses to train where a process sees other files than the first.

    Args:
        meeting: Of the processes; `None` if there is one.
        **datasets: Split -> what `ak.data.load` returned.

    Raises:
        ConfigError: It does.
    """
    for split, dataset in datasets.items() if meeting is not None else ():
        own = str(dataset.plan.contents.fingerprint)
        chief = meeting.shared(f"data/{split}", own)  # type: ignore[union-attr]
        if own != chief:
            raise ConfigError(
                f"The {split} data of process {process_index()} are not those of process 0. Give "
                "all processes the same files, on a shared disk or as copies. "
                f"Received: fingerprint {own}, not {chief}."
            )


def device_facts(config: RunConfig) -> dict[str, int]:
    """On how much a run trains, for its manifest."""
    return {"devices": config.devices * process_count(), "processes": process_count()}


def described(facts: Any) -> str:
    """Such as `4 devices of 2 processes`.

    Args:
        facts: As `device_facts`; those of an older run are empty.
    """
    devices, processes = (facts.get(name, 1) for name in ("devices", "processes"))
    one = f"{devices} device{'s' if devices != 1 else ''}"
    return one if processes == 1 else f"{one} of {processes} processes"


def _as_it_is(make: "Callable[[], AuxiliaryModel]") -> "AuxiliaryModel":
    return make()


def _check(config: RunConfig, count: int) -> None:
    if config.batch_size % count:
        raise ConfigError(
            "The images of a step are divided equally among all devices, so batch_size must be a "
            f"multiple of {count}. Received: batch_size={config.batch_size}, "
            f"devices={config.devices}, {process_count()} process(es)."
        )
    if config.gradient_diagnostics is not None:
        raise ConfigError(
            "The setting gradient_diagnostics measures on one device; leave it out, or train on "
            f"one. Received: gradient_diagnostics={config.gradient_diagnostics}, {count} devices."
        )
