"""Refuses to resume with other data, settings or another optimizer than the checkpoint's."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auxnet_keras.callbacks.checkpoint_store import CheckpointError
from auxnet_keras.errors import shown

if TYPE_CHECKING:
    import keras

    from auxnet_keras.data.plan import Plan

_FILES = ("data", "extra data")
_FOLLOWS = ("targets", "batches")
"""Facts that only tell something new if everything else is the same."""


def facts_of(
    model: "keras.Model", train: "Plan | None", val: "Plan | None"
) -> dict[str, dict[str, Any] | None]:
    """What a checkpoint records to recognise its run.

    Args:
        model: The compiled model.
        train, val: The plans of the training and the validation data; `None` if the data set is
            not from `ak.data`.

    Returns:
        {"data": what must be the same in training, "validation": the files to validate on}.
    """
    identity = {} if train is None else train.identity()
    return {
        "data": {"optimizer": type(model.optimizer).__name__, **identity},
        "validation": None if val is None else val.contents.facts,
    }


def refuse_other_run(
    path: Path,
    recorded: Mapping[str, Any],
    ours: Mapping[str, Any],
    train: "Plan | None",
    val: "Plan | None",
) -> None:
    """Refuses a checkpoint of other data, settings or of another optimizer.

    Args:
        path: The checkpoint's folder.
        recorded: What it recorded.
        ours: `facts_of` this fit.
        train, val: As for `facts_of`.

    Raises:
        CheckpointError: They differ; the message has a part for each difference.
    """
    before, now = recorded["data"], ours["data"]
    settings = {
        name: f"{name}: {_text(before.get(name))} in the checkpoint, {value} here"
        for name, value in now.items()
        if name not in _FILES and before.get(name) != value
    }
    lines = changes_of_files(recorded, train, val)
    lines += [line for name, line in settings.items() if name not in _FOLLOWS]
    refuse(path, lines or list(settings.values()))


def changes_of_files(
    recorded: Mapping[str, Any], train: "Plan | None", val: "Plan | None"
) -> list[str]:
    """One line for each split and sort of file that differs from what a checkpoint recorded."""
    data, validation = recorded.get("data"), recorded.get("validation")
    before = data if isinstance(data, Mapping) else {}
    lines: dict[str, list[str]] = {}
    if train is not None:
        lines["training data"] = train.contents.changes(before.get("data"))
        lines["extra data"] = _extra_changes(train, before.get("extra data"))
    if val is not None and validation is not None:
        lines["validation data"] = val.contents.changes(validation)
    both = [
        line for line in lines.get("training data", []) if line in lines.get("validation data", [])
    ]
    return [f"training and validation data: {line}" for line in both] + [
        f"{split}: {line}" for split, found in lines.items() for line in found if line not in both
    ]


def _extra_changes(train: "Plan", before: object) -> list[str]:
    if train.extra_contents is not None:
        return train.extra_contents.changes(before)
    return [] if before is None else ["none here"]


def refuse(path: Path, lines: Sequence[str]) -> None:
    """Raises CheckpointError if there are differences to a checkpoint."""
    if lines:
        raise CheckpointError(
            f"The checkpoint {path} belongs to a run with other settings or data. "
            "Use the same settings and data, or choose another run folder. "
            f"Received: {'; '.join(lines)}."
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else shown(value)
