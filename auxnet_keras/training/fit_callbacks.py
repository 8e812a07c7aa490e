"""Prepares the callbacks of a fit: completes and orders them and passes what Keras does not."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import keras

from auxnet_keras.callbacks import GradientDiagnostics, NonFinite, Progress, ResumableCheckpoint
from auxnet_keras.callbacks.held import Held
from auxnet_keras.errors import ConfigError
from auxnet_keras.weighting.base import Weighting

# What `fit` takes for its callbacks: one, several, or Keras' own list of them.
Callbacks: TypeAlias = (
    keras.callbacks.Callback
    | Sequence[keras.callbacks.Callback]
    | keras.callbacks.CallbackList
    | None
)


@contextlib.contextmanager
def prepare_callbacks(
    model: keras.Model,
    callbacks: Callbacks,
    dataset: Any,
    one_pass: Any,
    validation: Any,
    verbose: int | str,
) -> Iterator[tuple[Any, Any]]:
    """The `callbacks` and `verbose` that `AuxiliaryModel.fit` passes to Keras.

    Args:
        model: An `AuxiliaryModel`; its weighting is detached if the callbacks have none.
        callbacks: One callback, a list, a `CallbackList` or `None`.
        dataset: The training data.
        one_pass: The same, or `None` if an epoch is not one pass over them.
        validation: The validation data, or `None`.
        verbose: As for `fit`.

    Yields:
        (callbacks, verbose). The end of the block releases what callbacks hold (`Held`).

    Raises:
        ConfigError: Two weightings, two `NonFinite` or two `ResumableCheckpoint`.
    """
    given = keras.tree.flatten(getattr(callbacks, "callbacks", callbacks) or [])
    weightings = _at_most_one("weighting", Weighting, given)
    policies = _at_most_one("NonFinite", NonFinite, given) or [NonFinite()]
    checkpoints = _at_most_one("ResumableCheckpoint", ResumableCheckpoint, given)
    policies[0].prepare(one_pass, given)
    if not weightings:
        model.detach_weighting()
    if isinstance(callbacks, keras.callbacks.CallbackList):
        if policies[0] not in given:
            policies[0].set_model(model)
            callbacks.callbacks.insert(0, policies[0])
    else:
        if verbose == "auto":
            verbose, given = 0, [*given, Progress()]
        # The weighting comes first, so that the others see what it adds to an epoch's logs. The
        # policy comes next, so that nothing it refuses is written to a file. The diagnostics add
        # to the logs, too.
        diagnostics = [each for each in given if isinstance(each, GradientDiagnostics)]
        first = [*weightings, *policies, *diagnostics]
        others = [callback for callback in given if callback not in first]
        callbacks = [*_keep_epoch(dataset), *first, *others]
    with contextlib.ExitStack() as held:
        for callback in given:
            if isinstance(callback, Held):
                held.callback(callback.release)
        for checkpoint in checkpoints:
            checkpoint.prepare(one_pass, validation, given)
        yield callbacks, verbose


def _at_most_one(what: str, kind: type, callbacks: Sequence[keras.callbacks.Callback]) -> list[Any]:
    found = [callback for callback in callbacks if isinstance(callback, kind)]
    if len(found) > 1:
        names = " and ".join(type(callback).__name__ for callback in found)
        remedy = " ak.weighting.Combined([...]) makes one of several." if kind is Weighting else ""
        raise ConfigError(f"A fit takes at most one {what}.{remedy} Received: {names}.")
    return found


def _keep_epoch(dataset: Any) -> list[keras.callbacks.Callback]:
    """Undoes the pass over an `ak.data` data set that Keras may begin just to inspect a batch."""
    epoch: Any = getattr(dataset, "epoch", None)
    if not hasattr(epoch, "assign"):
        return []
    start = int(epoch)
    return [keras.callbacks.LambdaCallback(on_train_begin=lambda logs: epoch.assign(start))]
