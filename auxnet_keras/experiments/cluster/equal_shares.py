"""Batches of a tf.data.Dataset that can be divided equally among devices."""

from typing import TYPE_CHECKING, Any

from auxnet_keras.data.frame import IGNORE, INVALID

if TYPE_CHECKING:
    import tensorflow as tf

_BLANK = {"image": 0, "segmentation": IGNORE, "depth": INVALID}
_ATTRIBUTES = ("epoch", "start", "source_frames", "plan")


def completed(dataset: "tf.data.Dataset", count: int) -> "tf.data.Dataset":
    """The same batches, of which blank frames complete the last to a multiple of `count`.

    Keras fails where a device has no frame of a batch. No loss and no score counts blank frames.

    Args:
        dataset: What `ak.data.load` returns.
        count: The number of devices.
    """
    import tensorflow as tf

    def complete(x: Any, y: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        inputs = x if isinstance(x, dict) else {"image": x}
        inputs, targets = ({name: pad(name, v) for name, v in p.items()} for p in (inputs, y))
        return (inputs if isinstance(x, dict) else inputs["image"]), targets

    def pad(name: str, values: Any) -> Any:
        missing = -tf.shape(values)[0] % count
        rest = [[0, 0]] * (values.shape.rank - 1)
        return tf.pad(values, [[0, missing], *rest], constant_values=_BLANK[name])

    whole = dataset.map(complete)
    for name in _ATTRIBUTES:
        setattr(whole, name, getattr(dataset, name))
    return whole
