"""Cost of every weighting on the U-Net, against the linear sum of the losses.

Time: a step is what `fit` does for a batch, as in step_time.py. All contenders take turns on one
network with one batch, losses, metrics and optimizer. 64 classes are measured against a linear sum
with 64 classes, everything else against 12. The null row is a second linear sum: how much two equal
steps differ on this machine. Theory is what a method's passes (as the catalogue counts them) would
cost if nothing else did, from a forward pass and a backward pass through the shared layers, both
measured here.

Memory: the largest resident set of a fresh process that trains a few steps, as in memory.py.
"""

import argparse
import importlib
import math
import statistics
import sys
from collections.abc import Callable
from typing import Any

from common import Measurements, Ratio, interleaved, paired, parser, report, timed
from processes import in_process, peak_memory

VALUES = {
    "fixed": "fixed:400,1",
    "schedule": "schedule:0:1/1",
    "pareto": "pareto:0.7,0.7",
    "class-wise": "class-wise:start_epoch=0",
}
"""A text for methods that need values, and without a warm-up."""
VARIANTS = {
    "class-wise_64": "class-wise:start_epoch=0",
    "mgda_representation": "mgda:parameters=representation",
    "mgda_last": "mgda:parameters=last",
}
QUICK = ("twb", "class-wise", "mgda")
ONE_PASS, GRADIENTS, AT_FEATURES = 1.01, 1.25, 1.05
CLASS_WISE = {"class-wise": 1.03, "class-wise_64": 1.05}
MEMORY_TARGET = 1.05
MEMORY_STEPS = 4
SIZES = {"quick": ((32, 32), 2), "full": ((128, 256), 2), "paper": ((256, 256), 8)}


def classes_of(name: str) -> int:
    """The number of segmentation channels of a contender."""
    return 64 if name.endswith("_64") else 12


def base_of(name: str) -> str:
    """The linear sum that a contender is compared with."""
    return f"linear_{classes_of(name)}"


def every_name() -> list[str]:
    """All methods of the catalogue, and variants of some."""
    from auxnet_keras.weighting.catalogue import WEIGHTINGS

    return [*WEIGHTINGS, *VARIANTS]


def weighting(name: str) -> Any:
    """The weighting of a contender, without its warm-up; `None` for the linear sum."""
    import auxnet_keras as ak

    if name == "null" or name.startswith("linear"):
        return None
    return ak.experiments.weighting(VARIANTS.get(name) or VALUES.get(name, name))


def passes_of(name: str) -> tuple[int, tuple[int, int]]:
    """Forward and backward passes of a method, as the catalogue counts them."""
    from auxnet_keras.weighting.catalogue import WEIGHTINGS

    method = WEIGHTINGS[name.partition("_")[0] if name in VARIANTS else name]
    at_features = name.endswith(("_representation", "_last"))
    return method.forwards, (1, 0) if at_features else method.backward_passes()


def target_of(name: str, theory: float) -> float:
    """The largest ratio to the linear sum that is aimed at, with two tasks."""
    from auxnet_keras.weighting.catalogue import FAMILIES

    forwards, backwards = passes_of(name)
    if name in CLASS_WISE:
        return CLASS_WISE[name]
    if (forwards, backwards) == (1, (1, 0)):
        return ONE_PASS if name in FAMILIES["losses"] else AT_FEATURES
    return GRADIENTS if (forwards, backwards) == (1, (0, 1)) else theory


class Network:
    """The U-Net and a batch, whose step changes from contender to contender.

    The contenders share weights and optimizer, so that all of them fit into memory; each keeps its
    compiled step.
    """

    def __init__(self, which: str, classes: int) -> None:
        contenders = importlib.import_module("contenders")
        keras, tf = importlib.import_module("keras"), importlib.import_module("tensorflow")
        import auxnet_keras as ak
        from auxnet_keras.models import unet

        if which == "quick":
            unet.WIDTHS = (4,)  # shows that the benchmark runs, and traces in seconds
        size, batch_size = SIZES[which]
        tf.get_logger().setLevel("ERROR")  # it takes a step for each contender for a mistake
        keras.utils.set_random_seed(0)
        self.model = ak.models.UNet(classes, (*size, 3), main="depth", auxiliary="segmentation")
        contenders.compile_ours(self.model)
        self.batch = contenders.batch(contenders.Setting("unet", size, batch_size))
        self._data = tf.data.Dataset.from_tensors(self.batch).repeat()
        self._initial = self.model.get_weights()
        self._flatten = keras.tree.flatten
        self._alive: list[Any] = []

    def contender(self, method: Any) -> tuple[dict[str, float], Callable[[], None]]:
        """The losses of a first step in `fit`, and a function that runs one more step."""
        model = self.model
        model.set_weights(self._initial)
        history = model.fit(
            self._data,
            epochs=1,
            steps_per_epoch=1,
            verbose=0,
            shuffle=False,
            callbacks=[] if method is None else [method],
        ).history
        function, iterator = model.train_function, iter(self._data)
        self._alive.append((method, model._logged.weights))  # a step refers to their variables
        model.train_function = None

        def step() -> None:
            for value in self._flatten(function(iterator)):
                float(value)

        return {task: history[f"{task}_loss"][0] for task in ("segmentation", "depth")}, step


def check_same_work(losses: dict[str, dict[str, float]]) -> None:
    """Refuses to compare contenders if a loss of their first step differs from the linear sum's."""
    for name, found in losses.items():
        expected = losses[base_of(name)]
        if not all(math.isclose(found[t], expected[t], rel_tol=1e-3) for t in expected):
            raise SystemExit(f"{name} does different work: losses {found}, expected {expected}.")


def measure_time(which: str, names: list[str], rounds: int, warmup: int) -> Measurements:
    """Seconds per step, with all contenders interleaved in this process."""
    from passes import parts

    bases = list(dict.fromkeys(base_of(name) for name in ("null", *names)))
    networks = {classes_of(name): Network(which, classes_of(name)) for name in bases}
    losses, steps = {}, {}
    for name in [*bases, "null", *names]:
        method = weighting(name)
        found, steps[name] = networks[classes_of(name)].contender(method)
        if not getattr(method, "held_out", 0.0):  # else it logs the losses of a part of the batch
            losses[name] = found
    check_same_work(losses)
    networks[12].model.detach_weighting()
    steps |= parts(networks[12].model, networks[12].batch)
    for network in networks.values():
        network.model.train_step = _refuse_to_trace
    return interleaved(
        {name: timed(step) for name, step in steps.items()}, rounds=rounds, warmup=warmup
    )


def _refuse_to_trace(*_: Any) -> None:
    raise SystemExit("A step was traced again, with the weighting of another contender.")


def measure_memory(which: str, rounds: int) -> Measurements:
    """Peak memory in MiB, in paired fresh processes."""
    names = ("linear_12", "class-wise")
    return interleaved(
        {
            name: lambda name=name: in_process(__file__, "--measure", name, f"--{which}")
            for name in names
        },
        rounds=rounds,
    )


def main() -> None:
    """Measures, prints both tables, and writes the ratios and `class-wise_memory`."""
    arguments_parser = parser(__doc__)
    arguments_parser.add_argument(
        "--paper",
        action="store_true",
        help="256x256, batch 8, as in the paper's Table 2; for a GPU",
    )
    arguments_parser.add_argument(
        "--only", metavar="NAME,...", help="these contenders; memory only with class-wise"
    )
    for hidden in ("--measure", "--full"):
        options = {"action": "store_true"} if hidden == "--full" else {}
        arguments_parser.add_argument(hidden, help=argparse.SUPPRESS, **options)
    arguments = arguments_parser.parse_args()
    which = "quick" if arguments.quick else "paper" if arguments.paper else "full"
    if arguments.measure:
        _, step = Network(which, classes_of(arguments.measure)).contender(
            weighting(arguments.measure)
        )
        for _ in range(MEMORY_STEPS - 1):
            step()
        print(peak_memory())
        return
    quick = arguments.quick
    only = arguments.only.split(",") if arguments.only else list(QUICK) if quick else None
    # Memory first, while this process is small: a child's peak starts at its resident set.
    with_memory = only is None or "class-wise" in only
    memory = measure_memory(which, rounds=1 if quick else 5) if with_memory else None
    rounds = arguments.rounds or (3 if quick else 20)
    names = [name for name in every_name() if only is None or name in only]
    if only is not None and set(only) - set(names):
        raise SystemExit(f"Unknown: {set(only) - set(names)}. There are: {every_name()}.")
    seconds = measure_time(which, names, rounds, warmup=1 if quick else 2)
    report_both(which, names, seconds, memory, arguments.json)


def theory_from(seconds: Measurements) -> Any:
    """The constants of theory, from the medians."""
    from passes import Theory

    middle = {name: statistics.median(values) for name, values in seconds.items()}
    shared = middle["forward_and_backward"] - middle["forward_and_heads"]
    return Theory(middle["linear_12"], middle["forward"], shared)


def report_both(
    which: str, names: list[str], seconds: Measurements, memory: Measurements | None, file: Any
) -> None:
    """Prints both tables, the second only with measurements of memory."""
    from auxnet_keras.weighting.catalogue import WEIGHTINGS

    size, batch_size = SIZES[which]
    setting = f"of the U-Net, {size[0]}x{size[1]}, batch {batch_size}"
    ratios: dict[str, Ratio] = {"null": paired(seconds, "null", "linear_12")}
    theory = theory_from(seconds)
    theories = {name: theory.ratio(*passes_of(name)) for name in names}
    for name in names:
        target = target_of(name, theories[name])
        ratios[name] = paired(seconds, name, base_of(name), at_most=target)
    results = {name: ratio.median for name, ratio in ratios.items()}
    ratios |= {name: paired(seconds, name, "linear_12") for name in seconds if "forward" in name}
    if memory is not None:
        peak = paired(memory, "class-wise", "linear_12", at_most=MEMORY_TARGET)
        results["class-wise_memory"] = peak.median
    columns = {
        "theory": {name: f"{value:.3f}" for name, value in theories.items()},
        "passes": {name: WEIGHTINGS[name].cost for name in names if name not in VARIANTS},
    }
    report(
        f"Training step {setting}, against the linear sum with the same number of classes.",
        *("seconds", seconds, ratios, results, file, columns),
    )
    if memory is not None:
        print()
        report(
            f"Peak resident memory of {MEMORY_STEPS} training steps {setting}.",
            *("MiB", memory, {"class-wise": peak}, {}, None),
        )


if __name__ == "__main__":
    sys.exit(main())
