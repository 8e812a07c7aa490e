"""Cost of class weights and of gradient methods on the U-Net, against the linear sum of the losses.

Time: every contender has the same graph with the same initial weights, batch, losses, metrics and
optimizer; a step is what `fit` does for a batch, as in step_time.py. 64 classes are measured
against a linear sum with 64 classes, everything else against 12. The null row is a second linear
sum: how much two equal models differ on this machine.

Memory: the largest resident set of a fresh process that trains a few steps, as in memory.py.
"""

import argparse
import importlib
import math
import sys
from collections.abc import Callable
from typing import Any

from common import Measurements, Ratio, interleaved, paired, parser, report, timed
from processes import in_process, peak_memory

TARGETS = {
    "class_wise_12": 1.03,
    "class_wise_64": 1.05,
    "mgda": 2.0,
    "mgda_representation": 1.35,
    "pareto_mtl": 2.0,
}
MEMORY_TARGET = 1.05
MEMORY_STEPS = 4
SIZES = {"quick": ((32, 32), 2), "full": ((128, 256), 2), "paper": ((256, 256), 8)}


def classes_of(name: str) -> int:
    """The number of segmentation channels of a contender."""
    return 64 if name.endswith("_64") else 12


def base_of(name: str) -> str:
    """The linear sum that a contender is compared with."""
    return f"linear_{classes_of(name)}"


def weighting(name: str) -> Any:
    """The weighting of a contender, without its warm-up; `None` for the linear sum."""
    import auxnet_keras as ak

    return {
        "linear_12": lambda: None,
        "linear_64": lambda: None,
        "null": lambda: None,
        "class_wise_12": lambda: ak.weighting.ClassWiseWeighting(start_epoch=0),
        "class_wise_64": lambda: ak.weighting.ClassWiseWeighting(start_epoch=0),
        "mgda": ak.weighting.MGDA,
        "mgda_representation": lambda: ak.weighting.MGDA(representation=True),
        "pareto_mtl": ak.weighting.ParetoMTL,
    }[name]()


CONTENDERS = ("linear_12", "null", "linear_64", *TARGETS)
QUICK_CONTENDERS = ("linear_12", "null", "class_wise_12", "mgda")


def contender(name: str, which: str) -> tuple[dict[str, float], Callable[[], None]]:
    """The losses of a first step in `fit`, and a function that runs one more step."""
    contenders = importlib.import_module("contenders")
    keras, tf = importlib.import_module("keras"), importlib.import_module("tensorflow")
    import auxnet_keras as ak
    from auxnet_keras.models import unet

    if which == "quick":
        unet.WIDTHS = (4,)  # shows that the benchmark runs, and traces in seconds
    size, batch_size = SIZES[which]
    keras.utils.set_random_seed(0)
    model = ak.models.UNet(classes_of(name), (*size, 3), main="depth", auxiliary="segmentation")
    contenders.compile_ours(model)
    setting = contenders.Setting("unet", size, batch_size)
    data = tf.data.Dataset.from_tensors(contenders.batch(setting)).repeat()
    method = weighting(name)
    history = model.fit(
        data,
        epochs=1,
        steps_per_epoch=1,
        verbose=0,
        shuffle=False,
        callbacks=[] if method is None else [method],
    ).history
    iterator = iter(data)

    def step() -> None:
        for value in keras.tree.flatten(model.train_function(iterator)):
            float(value)

    return {task: history[f"{task}_loss"][0] for task in ("segmentation", "depth")}, step


def check_same_work(losses: dict[str, dict[str, float]]) -> None:
    """Refuses to compare contenders if a loss of their first step differs from the linear sum's."""
    for name, found in losses.items():
        expected = losses[base_of(name)]
        if not all(math.isclose(found[t], expected[t], rel_tol=1e-3) for t in expected):
            raise SystemExit(f"{name} does different work: losses {found}, expected {expected}.")


def measure_time(which: str, rounds: int, warmup: int) -> Measurements:
    """Seconds per step, with all contenders interleaved in this process."""
    names = QUICK_CONTENDERS if which == "quick" else CONTENDERS
    built = {name: contender(name, which) for name in names}
    check_same_work({name: losses for name, (losses, _) in built.items()})
    steps = {name: timed(step) for name, (_, step) in built.items()}
    return interleaved(steps, rounds=rounds, warmup=warmup)


def measure_memory(which: str, rounds: int) -> Measurements:
    """Peak memory in MiB, in paired fresh processes."""
    names = ("linear_12", "class_wise_12")
    return interleaved(
        {
            name: lambda name=name: in_process(__file__, "--measure", name, f"--{which}")
            for name in names
        },
        rounds=rounds,
    )


def main() -> None:
    """Measures, prints both tables, and writes the ratios and `class_wise_memory`."""
    arguments_parser = parser(__doc__)
    arguments_parser.add_argument(
        "--paper",
        action="store_true",
        help="256x256, batch 8, as in the paper's Table 2; for a GPU",
    )
    for hidden in ("--measure", "--full"):
        options = {"action": "store_true"} if hidden == "--full" else {}
        arguments_parser.add_argument(hidden, help=argparse.SUPPRESS, **options)
    arguments = arguments_parser.parse_args()
    which = "quick" if arguments.quick else "paper" if arguments.paper else "full"
    if arguments.measure:
        _, step = contender(arguments.measure, which)
        for _ in range(MEMORY_STEPS - 1):
            step()
        print(peak_memory())
        return
    quick = arguments.quick
    # Memory first, while this process is small: a child's peak starts at its resident set.
    memory = measure_memory(which, rounds=1 if quick else 5)
    rounds = arguments.rounds or (3 if quick else 20)
    seconds = measure_time(which, rounds, warmup=1 if quick else 2)
    report_both(which, seconds, memory, arguments.json)


def report_both(which: str, seconds: Measurements, memory: Measurements, json_file: Any) -> None:
    """Prints both tables."""
    size, batch_size = SIZES[which]
    setting = f"of the U-Net, {size[0]}x{size[1]}, batch {batch_size}"
    ratios: dict[str, Ratio] = {"null": paired(seconds, "null", "linear_12")}
    for name in (name for name in TARGETS if name in seconds):
        ratios[name] = paired(seconds, name, base_of(name), at_most=TARGETS[name])
    peak = paired(memory, "class_wise_12", "linear_12", at_most=MEMORY_TARGET)
    report(
        f"Training step {setting}, against the linear sum with the same number of classes.",
        "seconds",
        seconds,
        ratios,
        {},
        None,
    )
    print()
    report(
        f"Peak resident memory of {MEMORY_STEPS} training steps {setting}.",
        "MiB",
        memory,
        {"class_wise_12": peak},
        {
            **{name: ratio.median for name, ratio in ratios.items()},
            "class_wise_memory": peak.median,
        },
        json_file,
    )


if __name__ == "__main__":
    sys.exit(main())
