"""Training step with a weighting against plain Keras with constant loss weights.

Every contender has the same graph, initial weights, batch, losses, metrics and optimizer. A step is
what `fit` does for a batch: the compiled train function, then the logs as numbers. The null row is
a second plain model against the first: how much two equal models differ on this machine.
"""

import math
from collections.abc import Callable

import contenders
import keras
from common import interleaved, paired, parser, report, timed
from contenders import Setting


def contender(
    setting: Setting, weighting: keras.callbacks.Callback | None
) -> tuple[dict, Callable]:
    """The logs of a first step in `fit`, and a function that runs one more step."""
    if weighting is None:
        model = contenders.plain_network(setting)
        contenders.compile_plain(model)
    else:
        model = contenders.network(setting)
        contenders.compile_ours(model)
    data = contenders.endless(setting)
    callbacks = [] if weighting is None else [weighting]
    history = model.fit(
        data, epochs=1, steps_per_epoch=1, verbose=0, shuffle=False, callbacks=callbacks
    )
    iterator = iter(data)

    def step() -> None:
        for value in keras.tree.flatten(model.train_function(iterator)):
            float(value)

    return history.history, step


def check_same_work(logs: dict[str, dict]) -> None:
    """Refuses to compare contenders if their losses in the first step differ."""
    for key in ("segmentation_loss", "depth_loss"):
        first = {name: history[key][0] for name, history in logs.items()}
        if not all(math.isclose(v, first["plain"], rel_tol=1e-3) for v in first.values()):
            raise SystemExit(f"The contenders do different work: their first {key} is {first}.")


def main() -> None:
    """Measures, prints the table and writes `null`, `fixed`, `twb`, `ftwb`."""
    arguments = parser(__doc__).parse_args()
    setting = contenders.setting(arguments.quick)
    chosen = {"plain": None, "null": None, **contenders.weightings()}
    built = {name: contender(setting, weighting) for name, weighting in chosen.items()}
    check_same_work({name: logs for name, (logs, _) in built.items()})
    measured = interleaved(
        {name: timed(step) for name, (_, step) in built.items()},
        rounds=arguments.rounds or (3 if arguments.quick else 30),
        warmup=1 if arguments.quick else 2,
    )
    ratios = {"null": paired(measured, "null", "plain")}
    limit = max(1.01, ratios["null"].median)
    for name in ("fixed", "twb", "ftwb"):
        ratios[name] = paired(measured, name, "plain", at_most=limit)
    report(
        f"Training step of {setting}, against plain Keras with constant loss weights.",
        "seconds",
        measured,
        ratios,
        {name: ratio.median for name, ratio in ratios.items()},
        arguments.json,
    )


if __name__ == "__main__":
    main()
