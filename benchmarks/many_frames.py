"""Time and memory until the first batch of `ak.data.load` on a long list of frames.

The folder has KITTI's layout; its files are hard links to the image, label and disparity of one
frame, so that the benchmark measures listing. Every measurement is a fresh process, alternating
between 10,000 and 100,000 frames: with ten times the frames, anything quadratic takes a hundred
times as long. With `--shards` it is 100,000 and 1,000,000 frames in shards, whose records repeat
the files of one small frame.
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

import shard_index
from common import interleaved, paired, parser, report
from processes import peak_memory

FEW, MANY = 10_000, 100_000
FEW_IN_SHARDS, MANY_IN_SHARDS = 100_000, 1_000_000
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


def make_shards(root: Path, frames: int) -> Path:
    """Creates `frames` frames in shards, and a few for the setup."""
    shard_index.write(root / "one", 10)
    return shard_index.write(root / "many", frames)


def measure(kind: str, root: str) -> list[float]:
    """Measures the three `PARTS` in this process."""
    import auxnet_keras as ak

    one = Path(root).parent / "one"  # TensorFlow's one-time setup must not count for the list
    next(iter(ak.data.load(kind, one, split="all", size=(32, 64), batch_size=1)))
    before = peak_memory()
    start = time.perf_counter()
    train = ak.data.load(kind, root, split="train", size=(32, 64))
    next(iter(train))
    first = time.perf_counter() - start
    memory = peak_memory() - before
    start = time.perf_counter()
    train.plan.identity()
    return [first, time.perf_counter() - start, memory]


def in_process(kind: str, root: Path) -> list[float]:
    """Runs `measure` in a fresh process."""
    command = [sys.executable, __file__, "--measure", kind, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Creates both folders, measures, and prints a table for each part."""
    arguments_parser = parser(__doc__ or "")
    arguments_parser.add_argument("--shards", action="store_true", help="measure shards")
    arguments_parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = arguments_parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(*arguments.measure)))
        return
    sizes = (FEW_IN_SHARDS, MANY_IN_SHARDS) if arguments.shards else (FEW, MANY)
    sizes = (100, 1_000) if arguments.quick else sizes
    kind, created, what = "kitti", make, "data in KITTI's layout"
    if arguments.shards:
        kind, created, what = "shards", make_shards, "shards"
    names = [f"{size:,} frames" for size in sizes]
    parts: dict[str, list[list[float]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        roots = {
            name: created(Path(folder) / name.replace(" ", "_"), size)
            for name, size in zip(names, sizes, strict=True)
        }

        def contender(name: str) -> float:
            parts[name].append(in_process(kind, roots[name]))
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
            f"{part}, {what}.",
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
