"""Compares ours with plain Keras, with each measurement in a separate process."""

import argparse
import resource
import subprocess
import sys
from collections.abc import Callable

from common import interleaved, paired, parser, report


def compare(
    script: str,
    measure: Callable[[str, bool], float],
    *,
    description: str,
    caption: str,
    unit: str,
    name: str,
    at_most: float,
) -> None:
    """Runs such a benchmark: one process per measurement, ours and plain alternating.

    Args:
        script: The benchmark's file. With `--measure`, it prints one measurement.
        measure: Takes "ours" or "plain" and whether to be quick; called in the new process.
        description: The benchmark's docstring.
        caption: What is measured.
        unit: The unit of the measurement.
        name: The ratio's JSON name.
        at_most: The target for ours / plain.
    """
    arguments_parser = parser(description)
    arguments_parser.add_argument("--measure", choices=["ours", "plain"], help=argparse.SUPPRESS)
    arguments = arguments_parser.parse_args()
    if arguments.measure:
        print(measure(arguments.measure, arguments.quick))
        return
    quick = ["--quick"] if arguments.quick else []
    measured = interleaved(
        {
            "plain": lambda: in_process(script, "--measure", "plain", *quick),
            "ours": lambda: in_process(script, "--measure", "ours", *quick),
        },
        rounds=arguments.rounds or (1 if arguments.quick else 5),
    )
    ratio = paired(measured, "ours", "plain", at_most=at_most)
    network = "a tiny network, 32x64, batch 2"
    if not arguments.quick:
        network = "AuxNet on resnet50, 224x384, batch 4"
    report(
        f"{caption}: {network}, with FTWB against plain Keras.",
        unit,
        measured,
        {"ours": ratio},
        {name: ratio.median},
        arguments.json,
    )


def in_process(*command: str) -> float:
    """Runs a script in a fresh process and returns the last number it prints."""
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")
    return float(done.stdout.split()[-1])


def peak_memory() -> float:
    """The largest resident set of this process so far, in MiB."""
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes on macOS, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
