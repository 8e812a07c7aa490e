"""Samples per second of `ak.data.load` against bare decoding of the same files with OpenCV.

Bare decoding reads image, label and disparity of every frame with `cv2.imread` and discards them:
no checks, no resizing, no batches, no TensorFlow. Without a cache, the pipeline does all that in
addition to the same decoding, in the same number of threads; with a cache, it does not decode at
all. `Batches`, which `load` returns without TensorFlow, goes through the same frames, against
tf.data with the same cache. For every contender, the files are in the operating system's cache.
"""

import argparse
import logging
import os
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
from common import interleaved, paired, parser, report, timed

import auxnet_keras as ak

THREADS = os.cpu_count() or 1  # all cores, as in the pipeline
KITTI_SIZE = (375, 1242)
PASSES = 5  # over the same frames; KITTI has twice as many, other data sets hundreds of times more
CACHED_PASSES = 20  # one pass from memory is too short to time


def bare(frames: list[ak.data.Frame]) -> Callable[[], object]:
    """Only decodes all frames."""

    def decode(frame: ak.data.Frame) -> None:
        cv2.imread(str(frame.image), cv2.IMREAD_COLOR_RGB)
        for path in (frame.label, frame.depth):
            if path is not None:
                cv2.imread(str(path), cv2.IMREAD_UNCHANGED)

    def run() -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(decode, frames))

    return run


def through(dataset: Iterable, passes: int = 1) -> Callable[[], object]:
    """Some passes over a dataset."""

    def run() -> None:
        for _ in range(passes):
            for _ in dataset:
                pass

    return run


def rate(run: Callable[[], object], samples: int) -> Callable[[], float]:
    """Turns `run` into a contender measured in samples per second."""
    seconds = timed(run)
    return lambda: samples / seconds()


def measure(root: Path, arguments: argparse.Namespace, cache: Path) -> None:
    """Measures the frames of `root`, prints the table and writes `uncached` and `cached`."""
    frames = ak.data.source("kitti", root).frames("all")
    quick = arguments.quick
    passes, cached_passes = (1, 1) if quick else (PASSES, CACHED_PASSES)

    options = {"split": "all", "shuffle": True}

    def contender(where: str | Path | None, passes: int) -> Callable[[], float]:
        dataset = ak.data.load("kitti", root, cache=where, **options)
        return rate(through(dataset.repeat(passes)), passes * len(frames))

    def batches(where: str | Path | None, passes: int) -> Callable[[], float]:
        dataset = ak.data.arrays("kitti", root, cache=where, **options)
        return rate(through(dataset, passes), passes * len(frames))

    measured = interleaved(
        {
            "bare decoding": rate(bare(passes * frames), passes * len(frames)),
            "uncached": contender(None, passes),
            "cached in memory": contender("memory", cached_passes),
            "cached in a folder": contender(cache, cached_passes),
            "`Batches`, uncached": batches(None, passes),
            "`Batches`, cached in memory": batches("memory", cached_passes),
            "`Batches`, cached in a folder": batches(cache, cached_passes),
        },
        rounds=arguments.rounds or (2 if quick else 10),
        warmup=1,  # fills the caches
    )
    cached = ("cached in memory", "cached in a folder")
    ratios = {name: paired(measured, name, "bare decoding", at_least=10.0) for name in cached}
    ratios["uncached"] = paired(measured, "uncached", "bare decoding", at_least=0.85)
    without = {f"`Batches`, {name}": name for name in ("uncached", *cached)}
    for name, base in without.items():
        ratios[name] = paired(measured, name, base, at_least=0.95)
    report(
        f"Data pipeline: {len(frames)} frames in KITTI's layout to 224x384, batch 8, against "
        f"decoding them in {THREADS} threads; `Batches` against tf.data.",
        "samples per second",
        measured,
        ratios,
        {
            "uncached": ratios["uncached"].median,
            "cached": min(ratios[name].median for name in cached),
            "batches": min(ratios[name].median for name in without),
        },
        arguments.json,
    )


def main() -> None:
    """Uses a real KITTI folder, or writes street scenes of the same size."""
    arguments_parser = parser(__doc__)
    arguments_parser.add_argument("--root", type=Path, help="a KITTI 2015 folder")
    arguments = arguments_parser.parse_args()
    logging.getLogger("auxnet_keras").setLevel(logging.ERROR)  # frames without depth are fine
    with tempfile.TemporaryDirectory() as folder:
        root = arguments.root
        if root is None:
            count = 8 if arguments.quick else 64
            root = ak.data.street.write(
                Path(folder) / "kitti", count, seed=0, layout="kitti", size=KITTI_SIZE
            )
        measure(root, arguments, Path(folder) / "cache")


if __name__ == "__main__":
    main()
