"""Time and memory until the first batch of `ak.data.load` on a list of 100,000 frames.

The folder has KITTI's layout; its files are hard links to the image, label and disparity of one
frame, so that the benchmark measures listing. Every measurement is a fresh process, alternating
between 10,000 and 100,000 frames: with ten times the frames, anything quadratic takes a hundred
times as long.
`signature` is the additional work of a resumable training: it reads the size of every file once.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import interleaved, paired, parser, report
from processes import peak_memory

FEW, MANY = 10_000, 100_000
LINKS = 10_000  # per file; ext4 allows 65,000
PARTS = ("seconds to the first batch", "seconds for the signature", "MiB on top of the imports")
NAMES = ("first_batch", "signature", "memory")


def make(root: Path, frames: int) -> Path:
    """Creates `frames` frames below `root`, with three hard links each."""
    from auxnet_keras import street

    street.write(root / "one", 1, 0, layout="kitti", size=(64, 96))
    for folder in ("image_2", "semantic", "disp_occ_0"):
        place = root / "many" / "training" / folder
        place.mkdir(parents=True)
        first = next((root / "one").rglob(f"{folder}/*_10.png"))
        for number in range(frames):
            path = place / f"{number:06d}_10.png"
            if number % LINKS == 0:
                first = shutil.copyfile(first, path)
            else:
                os.link(first, path)
    return root / "many"


def measure(root: str) -> list[float]:
    """Measures the three `PARTS` in this process."""
    import auxnet_keras as ak

    one = Path(root).parent / "one"  # TensorFlow's one-time setup must not count for the list
    next(iter(ak.data.load("kitti", one, split="all", size=(32, 64), batch_size=1)))
    before = peak_memory()
    start = time.perf_counter()
    train = ak.data.load("kitti", root, split="train", size=(32, 64))
    next(iter(train))
    first = time.perf_counter() - start
    memory = peak_memory() - before
    start = time.perf_counter()
    train.plan.identity()
    return [first, time.perf_counter() - start, memory]


def in_process(root: Path) -> list[float]:
    """Runs `measure` in a fresh process."""
    command = [sys.executable, __file__, "--measure", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Creates both folders, measures, and prints a table for each part."""
    arguments_parser = parser(__doc__ or "")
    arguments_parser.add_argument("--measure", metavar="ROOT", help=argparse.SUPPRESS)
    arguments = arguments_parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure)))
        return
    sizes = (100, 1_000) if arguments.quick else (FEW, MANY)
    names = [f"{size:,} frames" for size in sizes]
    parts: dict[str, list[list[float]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        roots = {
            name: make(Path(folder) / name.replace(" ", "_"), size)
            for name, size in zip(names, sizes, strict=True)
        }

        def contender(name: str) -> float:
            parts[name].append(in_process(roots[name]))
            return parts[name][-1][0]

        interleaved(
            {name: lambda name=name: contender(name) for name in names},
            rounds=arguments.rounds or (1 if arguments.quick else 3),
        )
    results = {}
    for number, part in enumerate(PARTS):
        # A ratio needs more than 0, and a few frames may take no additional memory.
        measured = {name: [max(each[number], 1e-6) for each in parts[name]] for name in names}
        ratio = paired(measured, names[1], names[0], at_most=20.0)
        results[NAMES[number]] = ratio.median
        last = number == len(PARTS) - 1
        report(
            f"{part}, data in KITTI's layout.",
            part.split()[0],
            measured,
            {names[1]: ratio},
            results,
            arguments.json if last else None,
        )
        if not last:
            print()


if __name__ == "__main__":
    main()
