"""Training throughput of ours on JAX beside PyTorch: step time, images/s, memory, compilation.

AuxNet on ResNet-50 at 224x384 with batches of 16 and 64 in bf16 and float32, made for a machine
with a GPU and without TensorFlow. PyTorch is as its guides advise: torch.compile, channels last,
autocast, fused Adam. Then the 16x16 transposed convolution with stride 8 by itself: how long it
compiles, and what helps.

Each contender is a process of its own; the two of a setting measure in turns. A framework that is
missing, runs out of memory or of time becomes a note in the table.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from common import Measurements, Ratio, interleaved, paired, parser, report
from synthetic import Setting
from turns import Worker, WorkerFailed

SCRIPT = str(Path(__file__).with_name("throughput_worker.py"))
SIZE = (224, 384)
SETTINGS = [
    (precision, Setting("resnet50", SIZE, batch))
    for precision in ("bf16", "float32")
    for batch in (16, 64)
]
SMALL = [("bf16", Setting("small", (32, 64), 2))]
FRAMEWORKS = {"ours on JAX": "jax", "PyTorch": "pytorch"}
ON_JAX = {"KERAS_BACKEND": "jax", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
QUICK_ON_JAX = {**ON_JAX, "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}  # compiles in half the time
MINUTES = 7.5
ROUNDS, STEPS = 8, 10

Table = dict[str, dict[str, str]]
"""Title of a column to its text by contender."""


class Clock:
    """The time that is left."""

    def __init__(self, minutes: float) -> None:
        self._end = time.monotonic() + 60 * minutes

    def left(self) -> float:
        return self._end - time.monotonic()


class Contender:
    """A worker and what is known about it; after a failure its note says why."""

    def __init__(self, arguments: list[str], environment: dict[str, str], clock: Clock) -> None:
        self._worker = Worker([sys.executable, SCRIPT, *arguments], environment)
        self._clock = clock
        self.note = ""
        self.failed = False
        self.compilation: dict[str, Any] = {}
        self.mib: float | None = None

    def compile(self) -> None:
        """Takes its first step."""
        self.compilation = self._ask("compile") or {}
        self.note = self.note or self.compilation.get("note", "")

    def measure(self) -> float:
        """Seconds per step; not a number after a failure."""
        answer = self._ask("measure")
        return answer["seconds"] if answer else float("nan")

    def close(self) -> None:
        """Asks for the memory, and ends the process."""
        self.mib = (self._ask("memory") or {}).get("mib")
        self._worker.close()

    def _ask(self, request: str) -> dict[str, Any] | None:
        if self.failed:
            return None
        try:
            return self._worker.ask(request, self._clock.left())
        except WorkerFailed as failure:
            self.failed, self.note = True, str(failure)
            return None


def arguments_of(kind: str, variant: str, setting: Setting, steps: int) -> list[str]:
    """The arguments of throughput_worker.py."""
    numbers = (*setting.size, setting.batch_size, steps)
    return [kind, variant, setting.backbone, *map(str, numbers)]


def in_turns(contenders: dict[str, Contender], rounds: int) -> Measurements:
    """Compiles one after the other, then measures in turns; a failed contender has no values."""
    for each in contenders.values():
        each.compile()
    alive = {name: each.measure for name, each in contenders.items() if not each.failed}
    measured = interleaved(alive, rounds) if alive else {}
    for each in contenders.values():
        each.close()
    return {name: [] if each.failed else measured[name] for name, each in contenders.items()}


class Throughput:
    """Fills the table of training steps."""

    def __init__(self, clock: Clock, rounds: int, steps: int, environment: dict[str, str]) -> None:
        self._clock, self._rounds, self._steps = clock, rounds, steps
        self._environment = environment
        self.measured: Measurements = {}
        self.ratios: dict[str, Ratio] = {}
        self.results: dict[str, float] = {}
        titles = ("images/s", "memory [MiB]", "compilation [s]", "note")
        self.columns: Table = {title: {} for title in titles}
        self.device = "no device"
        self.versions: dict[str, str] = {}

    def add(self, precision: str, setting: Setting) -> None:
        """Measures a setting in both frameworks."""
        contenders = {
            name: Contender(
                arguments_of(kind, precision, setting, self._steps),
                self._environment,
                self._clock,
            )
            for name, kind in FRAMEWORKS.items()
        }
        seconds = in_turns(contenders, self._rounds)
        row = {name: f"{precision}, batch {setting.batch_size}, {name}" for name in contenders}
        for name, each in contenders.items():
            self.measured[row[name]] = seconds[name]
            self._describe(row[name], setting, each, seconds[name])
            if each.compilation:
                self.versions[name] = each.compilation["version"]
                self.device = each.compilation["device"]
        ours, theirs = contenders
        if seconds[ours] and seconds[theirs]:
            check_same_network([each.compilation for each in contenders.values()])
            ratio = paired(seconds, theirs, ours, at_least=1.0)
            self.ratios[row[ours]] = ratio
            self.results[f"{precision}_{setting.batch_size}"] = ratio.median

    def _describe(
        self, row: str, setting: Setting, contender: Contender, seconds: list[float]
    ) -> None:
        columns = self.columns
        columns["note"][row] = contender.note
        if contender.compilation:
            columns["compilation [s]"][row] = f"{contender.compilation['seconds']:.1f}"
        if contender.mib is not None:
            columns["memory [MiB]"][row] = f"{contender.mib:.0f}"
        if seconds:
            rate = setting.batch_size / statistics.median(seconds)
            columns["images/s"][row] = f"{rate:.1f}"


def check_same_network(compiled: list[dict[str, Any]]) -> None:
    """Refuses to compare networks of different sizes."""
    ours, theirs = (each["parameters"] for each in compiled)
    if ours != theirs:
        raise SystemExit(f"The networks differ: {ours} parameters in Keras, {theirs} in PyTorch.")


def upsampling(
    setting: Setting, clock: Clock, steps: int, quick: bool
) -> tuple[Measurements, Table]:
    """Seconds to compile the decoder's last layer in different ways, and columns for the table."""
    with tempfile.TemporaryDirectory() as folder:
        cache = {
            "JAX_COMPILATION_CACHE_DIR": folder,
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        }
        flags = os.environ.get("XLA_FLAGS", "")
        ways = {
            "transposed convolution": ("transposed", cache),
            "the same, from JAX's compilation cache": ("transposed", cache),
            "the same, without autotuning": (
                "transposed",
                {"XLA_FLAGS": f"{flags} --xla_gpu_autotune_level=0"},
            ),
            "convolution at low resolution (sub-pixel)": ("sub-pixel", {}),
        }
        if quick:  # no GPU, nothing to tune
            ways.pop("the same, without autotuning")
        seconds: Measurements = {}
        columns: Table = {title: {} for title in ("step [ms]", "note")}
        for name, (form, environment) in ways.items():
            contender = Contender(
                arguments_of("upsampling", form, setting, steps), {**ON_JAX, **environment}, clock
            )
            contender.compile()
            step = contender.measure()
            contender.close()
            seconds[name] = [] if contender.failed else [contender.compilation["seconds"]]
            columns["note"][name] = contender.note
            columns["step [ms]"][name] = "" if contender.failed else f"{1e3 * step:.3g}"
    return seconds, columns


def main() -> None:
    """Measures, prints both tables and writes the ratios: images/s of ours / PyTorch."""
    arguments_parser = parser(__doc__)
    arguments_parser.add_argument(
        "--small", action="store_true", dest="quick", help="the same as --quick"
    )
    arguments_parser.add_argument(
        "--minutes", type=float, default=MINUTES, help=f"{MINUTES} by default; then it stops"
    )
    arguments: argparse.Namespace = arguments_parser.parse_args()
    clock = Clock(arguments.minutes)
    quick = arguments.quick
    steps = 2 if quick else STEPS
    rounds = arguments.rounds or (2 if quick else ROUNDS)
    table = Throughput(clock, rounds, steps, QUICK_ON_JAX if quick else ON_JAX)
    settings = SMALL if quick else SETTINGS
    seconds, columns = upsampling(settings[0][1], clock, steps, quick)
    for precision, setting in settings:
        table.add(precision, setting)
    network = f"AuxNet on {settings[0][1].backbone}, {'x'.join(map(str, settings[0][1].size))}"
    versions = ", ".join(f"{name} {version}" for name, version in table.versions.items())
    report(
        f"Training step of {network}, on {table.device} ({versions}); the ratio is of images/s.",
        *("seconds", table.measured, table.ratios, table.results, arguments.json, table.columns),
    )
    print()
    report(
        "Compilation of the transposed convolution with 12 channels, 16x16, stride 8, forward and "
        f"backward, float32, batch {settings[0][1].batch_size}.",
        *("seconds", seconds, {}, {}, None, columns),
    )


if __name__ == "__main__":
    main()
