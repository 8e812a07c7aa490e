"""A batch as the network gets it."""

from typing import Any

from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.data.plan import Plan
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.outputs.train_batch import batch_picture
from auxnet_keras.jupyter.picture import Picture


def show_batch(dataset: Any, count: int = 4, *, epoch: int = 1) -> Picture:
    """Shows the first samples of an epoch's first batch: image, labels and depth.

    They are resized, augmented and in the unit of the training. What the network does not get is
    missing: labels beyond the budget, pixels without depth. The main task comes first.

    Args:
        dataset: What `ak.data.load` returned; its passes are not counted.
        count: Samples to show, at least 1; a batch may have fewer.
        epoch: The epoch, from 1.

    Raises:
        ConfigError: Another data set, or a number that is not positive.
        DataError: A frame cannot be read.

    Example:
        >>> train = ak.data.load("street", size=(96, 160), augment=True)
        >>> ak.jupyter.show_batch(train).save("batch.png")
    """
    check_whole("count", count, least=1)
    check_whole("epoch", epoch, least=1)
    plan = getattr(dataset, "plan", None)
    if not isinstance(plan, Plan):
        raise ConfigError(
            "show_batch needs what ak.data.load returned, which knows its frames. Expected a data "
            "set without a later map, take or batch; pass the original. "
            f"Received: {type(dataset).__name__}."
        )
    tasks = (plan.main, plan.auxiliary)
    shown = tuple(task for task in tasks if plan.indices_with(task))
    image = batch_picture(plan, shown, plan.source.info.palette, count, epoch - 1)
    return Picture(image, f"{plan.source.info.kind}: batch 1 of epoch {epoch}")
