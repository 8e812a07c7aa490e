"""Which output of a model is the main task, and which ones help it."""

from collections.abc import Collection, Sequence

from auxnet_keras.errors import ConfigError, shown, unknown

Auxiliary = str | Sequence[str] | None


def checked_auxiliary(
    main: str, auxiliary: Auxiliary, outputs: Collection[str]
) -> str | tuple[str, ...] | None:
    """The auxiliary task, or a tuple of several, or `None`.

    Args:
        main: The main task.
        auxiliary: A name, several, or `None`.
        outputs: The names of the model's outputs.

    Raises:
        ConfigError: Neither a name nor a list or tuple; one of them is no output; a task is named
            twice; no name at all.
    """
    if main not in outputs:
        raise unknown("output given as main=", main, outputs)
    if auxiliary is None:
        return None
    if not isinstance(auxiliary, str | list | tuple):
        raise ConfigError(
            "auxiliary must be the name of an output, or a list or tuple of names, whose order "
            f"is that of the weights. Received: {shown(auxiliary)}."
        )
    names = (auxiliary,) if isinstance(auxiliary, str) else tuple(auxiliary)
    if not names:
        raise ConfigError(
            "auxiliary must name at least one output; pass auxiliary=None for a single task. "
            f"Received: {shown(auxiliary)}."
        )
    for position, task in enumerate(names):
        if not isinstance(task, str) or task not in outputs:
            raise unknown("output given as auxiliary=", task, outputs)
        if task == main:
            raise ConfigError(
                "The main and an auxiliary task must be two different outputs. "
                f"Received: main={main!r}, auxiliary={shown(auxiliary)}."
            )
        if task in names[:position]:
            raise ConfigError(
                f"Name every auxiliary task once; {task!r} is there twice. "
                f"Received: auxiliary={shown(auxiliary)}."
            )
    return names[0] if len(names) == 1 else names
