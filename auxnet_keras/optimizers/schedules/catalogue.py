"""The learning-rate schedules by name, for `--schedule` and the documentation."""

import dataclasses
from typing import ClassVar

from auxnet_keras.core.catalogue import Catalogue
from auxnet_keras.optimizers.entry import Entry


@dataclasses.dataclass(frozen=True)
class ScheduleEntry(Entry):
    """A schedule as the catalogue lists it.

    On the command line, `cosine:warmup=500,final=0.01` sets the constructor's parameters, by
    position or by name.

    Attributes:
        code: The class, or `"package.module:Class"`. Its instances have
            `make(learning_rate, timeline)`, which returns a constant or a schedule of Keras.
        rule: Short description for tables.
        source: Paper and equation.
        needs_values: The name alone, without values, is refused.
        whole_run: It depends on the number of steps of the run, so the epochs cannot grow.
    """

    what: ClassVar[str] = "schedule"

    code: str | type
    rule: str
    source: str
    needs_values: bool = False
    whole_run: bool = False


_HERE = "auxnet_keras.optimizers.schedules"

SCHEDULES: Catalogue[ScheduleEntry] = Catalogue(
    "schedule",
    {
        "constant": ScheduleEntry(f"{_HERE}.constant:Constant", "the learning rate", "-"),
        "drops": ScheduleEntry(
            f"{_HERE}.drops:Drops",
            "given rates from given epochs on",
            "-",
            needs_values=True,
        ),
        "cosine": ScheduleEntry(
            f"{_HERE}.cosine:Cosine",
            "half a cosine down to `final`",
            "Loshchilov and Hutter 2017, Eq. 5",
            whole_run=True,
        ),
        "polynomial": ScheduleEntry(
            f"{_HERE}.polynomial:Polynomial",
            "(1 - t / T)^power down to `final`",
            "Liu et al. 2015",
            whole_run=True,
        ),
    },
)
"""Name to schedule; `warmup` of each makes the rate rise first."""


def register_schedule(
    name: str, code: str | type, *, rule: str = "", source: str = "", whole_run: bool = True
) -> None:
    """Adds a schedule of your own under a name for `--schedule` and `RunConfig(schedule=...)`.

    Args:
        name: Lower-case letters, digits, `-` and `_`.
        code: A class whose instances have `make(learning_rate, timeline)`, which returns a
            `keras.optimizers.schedules.LearningRateSchedule`, or `"package.module:Class"`. Its
            constructor's parameters are the values after the colon.
        rule: Short description for tables.
        source: Paper and equation.
        whole_run: Whether it depends on the number of steps of the run; the epochs of such a run
            cannot grow.

    Raises:
        ConfigError: The name is taken or malformed.

    Example:
        >>> class Halving:
        ...     def __init__(self, every: int = 1000) -> None:
        ...         self.every = every
        ...
        ...     def make(self, learning_rate, timeline):
        ...         decay = keras.optimizers.schedules.ExponentialDecay
        ...         return decay(learning_rate, self.every, 0.5)
        >>> ak.optimizers.register_schedule("halving", Halving, whole_run=False)
        >>> ak.experiments.RunConfig(data="street", schedule="halving:500").schedule
        'halving:500'
    """
    SCHEDULES.add(name, ScheduleEntry(code, rule, source, whole_run=whole_run))
