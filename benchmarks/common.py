"""Shared by the benchmarks: interleaved measurement, paired ratios, a Markdown table, a JSON file.

Imports nothing heavy: a process that only starts others must stay small (see memory.py).
"""

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

Measurements = dict[str, list[float]]
"""Contender to its measurements, one per round."""


def parser(description: str) -> argparse.ArgumentParser:
    """The arguments common to all benchmarks."""
    arguments = argparse.ArgumentParser(description=description.splitlines()[0])
    arguments.add_argument("--quick", action="store_true", help="small and short: does it run?")
    arguments.add_argument("--rounds", type=int, metavar="N", help="rounds to measure")
    arguments.add_argument("--json", type=Path, metavar="FILE", help="write the ratios by name")
    return arguments


def timed(step: Callable[[], object]) -> Callable[[], float]:
    """Turns `step` into a contender that returns its wall time in seconds."""

    def measure() -> float:
        start = time.perf_counter()
        step()
        return time.perf_counter() - start

    return measure


def interleaved(
    contenders: Mapping[str, Callable[[], float]], rounds: int, warmup: int = 0
) -> Measurements:
    """Measures every contender once per round, so that a slow minute affects all of them.

    The order is reversed and rotated from round to round: no contender is always first or always
    follows the same one.

    Args:
        contenders: Name to a function that runs it once and returns a measurement.
        rounds: Rounds that are recorded.
        warmup: Rounds before them that are not.
    """
    measured: Measurements = {name: [] for name in contenders}
    for number in range(warmup + rounds):
        first = number // 2 % len(contenders)
        order = [*contenders][first:] + [*contenders][:first]
        for name in order if number % 2 == 0 else order[::-1]:
            value = contenders[name]()
            if number >= warmup:
                measured[name].append(value)
    return measured


@dataclass(frozen=True)
class Ratio:
    """A contender relative to another one, round by round, and the target."""

    rounds: list[float]
    at_most: float | None = None
    at_least: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def target(self) -> str:
        """The target and whether it is met."""
        if self.at_most is not None:
            return f"<= {self.at_most:.3g}: {'met' if self.median <= self.at_most else 'missed'}"
        if self.at_least is not None:
            return f">= {self.at_least:.3g}: {'met' if self.median >= self.at_least else 'missed'}"
        return ""


def paired(
    measured: Measurements,
    contender: str,
    base: str,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
) -> Ratio:
    """`contender / base` within each round, because a slow round affects both."""
    rounds = [a / b for a, b in zip(measured[contender], measured[base], strict=True)]
    return Ratio(rounds, at_most, at_least)


def report(
    caption: str,
    unit: str,
    measured: Measurements,
    ratios: Mapping[str, Ratio],
    results: Mapping[str, float],
    json_file: Path | None,
    columns: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Prints the table and writes the results.

    Args:
        caption: What was measured; rounds, machine and versions are appended.
        unit: The unit of the measurements.
        measured: One row per contender: median, and lower to upper quartile; empty without any.
        ratios: Contender to its ratio, shown in its row.
        results: JSON name to ratio.
        json_file: Where to write `results`, if anywhere.
        columns: Title of a further column to its text by contender.
    """
    rounds = max(len(values) for values in measured.values())
    print(f"**{caption}** Median (quartiles) of {rounds} interleaved rounds. {machine()}\n")
    more = columns or {}
    titles = ["contender", unit, "ratio", "target", *more]
    print(f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}")
    for name, values in measured.items():
        ratio = ratios.get(name)
        base = "1" if values else ""
        shown = (_spread(ratio.rounds), ratio.target) if ratio else (base, "")
        cells = [name, _spread(values), *shown, *(each.get(name, "") for each in more.values())]
        print(f"| {' | '.join(cells)} |")
    if json_file is not None:
        json_file.write_text(json.dumps(dict(results), indent=1) + "\n")


def _spread(values: list[float]) -> str:
    if not values:
        return ""
    middle = statistics.median(values)
    if len(values) < 2:
        return f"{middle:.4g}"
    lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
    return f"{middle:.4g} ({lower:.4g} to {upper:.4g})"


def machine() -> str:
    """Processor, cores, memory, accelerator and versions in one line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parts = [f"{_line('/proc/cpuinfo', 'model name') or platform.processor()}, {cores} cores"]
    kilobytes = _line("/proc/meminfo", "MemTotal")
    if kilobytes:
        parts.append(f"{int(kilobytes.split()[0]) / 2**20:.0f} GiB")
    if os.environ.get("CUDA_VISIBLE_DEVICES") != "":
        cards = Path("/proc/driver/nvidia/gpus").glob("*/information")
        parts += [_line(str(card), "Model") or "NVIDIA GPU" for card in cards]
    installed = [_installed(name) for name in ("tensorflow", "keras", "numpy")]
    versions = [f"Python {platform.python_version()}", *filter(None, installed)]
    return ", ".join([*parts, platform.system(), *versions])


def _installed(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


def _line(path: str, key: str) -> str | None:
    """The value of the first `key: value` line of a file in /proc."""
    file = Path(path)
    lines = file.read_text().splitlines() if file.is_file() else []
    return next((x.split(":", 1)[1].strip() for x in lines if x.startswith(key)), None)
