"""Thousands of epochs in one `fit`: do memory, open files, threads or the run folder grow?

A network of 382 parameters trains two batches per epoch on an `ak.data` data set, with validation,
FTWB, a checkpoint per epoch and every other callback of `auxnet train`. Separate processes train
the same without callbacks, and the same layers as a plain `keras.Model` on a plain tf.data
pipeline. Growth that also occurs there is not due to the callbacks, or not to this package.

Every 20th epoch the process samples its own state after a garbage collection. Growth is the slope
of a straight line through the samples after the first fifth, with its 95 % confidence interval,
widened for autocorrelation between neighbouring samples. Linux only: it reads /proc.
"""

import argparse
import contextlib
import ctypes
import gc
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from common import machine, parser

CONTENDERS = ("plain", "bare", "ours")
SIZE = (32, 64)
WARMUP = 0.2  # of the epochs
MOST_MEMORY = 8.0  # KiB per epoch: 200 epochs, as in the papers, stay below 2 MiB
MOST_COUNT = 0.002  # open files or threads per epoch: one in 500 epochs
QUANTITIES = {
    "memory": ("private memory [MiB]", 1024.0, MOST_MEMORY),
    "files": ("open files", 1.0, MOST_COUNT),
    "threads": ("threads", 1.0, MOST_COUNT),
    "folder": ("run folder [MiB]", 1024.0, None),
}
"""Name -> axis label, unit in units of growth, and the largest growth that counts as none."""

Samples = dict[str, list[float]]
"""`epoch` and every quantity, one value per sample."""


def sample(folder: Path) -> dict[str, float]:
    """The resources this process holds now."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # free memory that glibc keeps for later is not a leak
    own = Path("/proc/self")
    # Not the whole resident set: the system reclaims pages of libraries when it needs them.
    status = dict(line.split(":", 1) for line in (own / "status").read_text().splitlines())
    kilobytes = sum(int(status[name].split()[0]) for name in ("RssAnon", "VmSwap"))
    files = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return {
        "memory": kilobytes / 2**10,
        "files": sum(1 for _ in (own / "fd").iterdir()),
        "threads": sum(1 for _ in (own / "task").iterdir()),
        "folder": sum(files) / 2**20,
    }


def growth(epochs: list[float], values: list[float]) -> tuple[float, float]:
    """Slope after the warm-up, and half the width of its 95 % confidence interval."""
    x, y = np.asarray(epochs, float), np.asarray(values, float)
    late = x > WARMUP * x[-1]
    x, y = x[late] - x[late].mean(), y[late] - y[late].mean()
    slope = float(x @ y / (x @ x))
    rest = y - slope * x
    error = np.sqrt(rest @ rest / max(len(x) - 2, 1) / (x @ x))
    common = float(rest[1:] @ rest[:-1] / (rest @ rest)) if rest.any() else 0.0
    common = min(max(common, 0.0), 0.99)
    return slope, float(1.96 * error * np.sqrt((1 + common) / (1 - common)))


def soak(name: str, epochs: int, every: int) -> Samples:
    """Trains a contender and returns the samples."""
    import keras

    import auxnet_keras as ak
    from auxnet_keras.experiments.run.log import EpochLog, run_log

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "run"
        folder.mkdir()
        scenes = Path(temporary) / "scenes"
        ak.data.street.write(scenes, 30, 0, size=(64, 96))
        options: dict[str, Any] = {"size": SIZE, "batch_size": 2, "limit": 4}
        train, val = (ak.data.load("street", scenes, split=s, **options) for s in ("train", "val"))
        board = folder / "tensorboard"
        callbacks = [
            ak.weighting.FocusedTaskWeightBalancing(),
            ak.callbacks.NonFinite(),
            ak.callbacks.Progress(),
            EpochLog(),
            ak.callbacks.HistoryFile(folder / "history.csv"),
            ak.callbacks.TensorBoard(board, write_graph=False),
            ak.callbacks.WeightBoard(board),
            ak.callbacks.TensorBoardPictures(
                board, val, every=max(1, epochs // 10), figures=folder / "figures"
            ),
            ak.callbacks.BestWeights(folder / "best.weights.h5"),
            ak.callbacks.ResumableCheckpoint(folder, every=500, dataset=train),
        ]
        keras.utils.set_random_seed(0)
        image, outputs = _layers()
        if name == "plain":
            model: Any = keras.Model(image, outputs)
            losses = {"segmentation": "mse", "depth": "mse"}
            model.compile("adam", losses, metrics=dict.fromkeys(losses, "mae"))
            train, val = (_plain(data) for data in (train, val))
        else:
            model = ak.models.AuxiliaryModel(image, outputs)
            model.compile("adam")
        samples: Samples = {}
        with run_log(folder) if name == "ours" else contextlib.nullcontext():
            model.fit(
                train,
                validation_data=val,
                epochs=epochs,
                verbose=0,
                shuffle=False,
                callbacks=[
                    *(callbacks if name == "ours" else []),
                    _sampler(samples, folder, every),
                ],
            )
    return samples


def _layers() -> tuple[Any, dict[str, Any]]:
    from keras import Input, layers

    image = Input((*SIZE, 3), name="image")
    features = layers.Conv2D(8, 3, padding="same")(layers.Rescaling(1 / 255)(image))
    features = layers.ReLU()(layers.BatchNormalization()(features))
    heads = {"segmentation": 13, "depth": 1}
    return image, {task: layers.Conv2D(n, 1, name=task)(features) for task, n in heads.items()}


def _plain(dataset: Any) -> Any:
    """The same batches from memory, as targets of a squared error."""
    import tensorflow as tf

    images, targets = zip(*dataset, strict=True)
    classes = tf.one_hot(tf.concat([t["segmentation"] for t in targets], 0), 13)
    depth = tf.concat([t["depth"] for t in targets], 0)
    samples = (tf.concat(images, 0), {"segmentation": classes, "depth": depth})
    return tf.data.Dataset.from_tensor_slices(samples).batch(2)


def _sampler(samples: Samples, folder: Path, every: int) -> Any:
    import keras

    class Sampler(keras.callbacks.Callback):
        """Samples every `every` epochs."""

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if (epoch + 1) % every == 0:
                for quantity, value in {"epoch": epoch + 1, **sample(folder)}.items():
                    samples.setdefault(quantity, []).append(value)

    return Sampler()


def in_process(name: str, epochs: int, every: int) -> Samples:
    """Runs `soak` in a fresh process; its progress goes to standard error."""
    command = [sys.executable, __file__, "--measure", name]
    command += ["--epochs", str(epochs), "--every", str(every)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed.")
    return json.loads(done.stdout.splitlines()[-1])


def draw(measured: dict[str, Samples], path: Path) -> None:
    """Draws a panel for every quantity and a line for every contender."""
    from auxnet_keras.plots import figure as figures
    from auxnet_keras.plots.learning_curves import COLOURS

    figure = figures.new(11, 6.2)
    panels = figure.subplots(2, 2).flat
    for axes, (quantity, (title, _, _)) in zip(panels, QUANTITIES.items(), strict=True):
        widths = (4.0, 2.4, 1.2)  # overlapping lines stay visible
        for colour, width, (name, samples) in zip(COLOURS, widths, measured.items(), strict=False):
            axes.plot(
                samples["epoch"], samples[quantity], color=colour, label=name, linewidth=width
            )
        figures.plain(axes)
        axes.set_title(title, fontsize=11, weight="bold", color=figures.INK, loc="left")
        axes.set_xlabel("epoch", fontsize=9, color=figures.INK)
        axes.set_ylim(bottom=0)
    figure.axes[0].legend(frameon=False, fontsize=9, loc="lower right")
    figure.tight_layout(w_pad=2.0, h_pad=1.5)
    figures.save(figure, path)


def rows(measured: dict[str, Samples]) -> Iterator[str]:
    """The lines of the table."""
    yield "| contender | quantity | after the warm-up | at the end | growth per epoch | flat |"
    yield "|---|---|---|---|---|---|"
    for name, samples in measured.items():
        for quantity, (title, scale, most) in QUANTITIES.items():
            slope, half = (scale * value for value in growth(samples["epoch"], samples[quantity]))
            unit = " KiB" if scale > 1 else ""
            verdict = "" if most is None else _verdict(slope, half, most)
            first, last = (f"{samples[quantity][i]:.6g}" for i in (_first_late(samples), -1))
            spread = f"{slope:.3g} ± {half:.2g}{unit}"
            yield f"| {name} | {title} | {first} | {last} | {spread} | {verdict} |"


def _verdict(slope: float, half: float, most: float) -> str:
    if slope + half <= most:
        return "yes"
    return "**no**" if slope - half > most else "unclear"


def _first_late(samples: Samples) -> int:
    return next(i for i, x in enumerate(samples["epoch"]) if x > WARMUP * samples["epoch"][-1])


def main() -> None:
    """Measures all contenders, prints the table and draws the curves."""
    arguments_parser = parser(__doc__ or "")
    arguments_parser.add_argument("--epochs", type=int, default=2000, metavar="N")
    arguments_parser.add_argument(
        "--every", type=int, default=20, metavar="N", help="sample every N epochs"
    )
    arguments_parser.add_argument("--png", type=Path, metavar="FILE", help="draw the curves")
    arguments_parser.add_argument("--measure", choices=CONTENDERS, help=argparse.SUPPRESS)
    given = arguments_parser.parse_args()
    epochs, every = (4, 2) if given.quick else (given.epochs, given.every)
    if given.measure:
        with contextlib.redirect_stdout(sys.stderr):
            samples = soak(given.measure, epochs, every)
        print(json.dumps(samples))
        return
    measured = {name: in_process(name, epochs, every) for name in CONTENDERS}
    print(f"**{epochs} epochs of two batches in one fit.** Sampled every {every}. {machine()}")
    print("", *rows(measured), sep="\n")
    if given.png:
        draw(measured, given.png)
    if given.json:
        ours = measured["ours"]
        first = _first_late(ours)
        ratios = {f"soak_{q}": ours[q][-1] / ours[q][first] for q in ("memory", "files", "threads")}
        given.json.write_text(json.dumps(ratios, indent=1) + "\n")


if __name__ == "__main__":
    main()
