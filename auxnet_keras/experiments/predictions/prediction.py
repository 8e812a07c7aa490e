"""Predicts your own images and videos, and writes the results as pictures and numbers."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import MofNCompleteColumn

from auxnet_keras.core.progress_bar import bar
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments.predictions.inputs import Input, find_inputs
from auxnet_keras.experiments.predictions.job import Job
from auxnet_keras.experiments.predictions.record import check_is_ours
from auxnet_keras.storage.lock import hold_lock
from auxnet_keras.storage.scratch import sweep

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run

_FEW = 5  # images that need no progress bar


def predict(
    run: "Run",
    paths: Sequence[str | Path],
    out: str | Path,
    *,
    depth: str | Path | None = None,
    upright: bool = True,
    frames: bool = False,
) -> list[Path]:
    """Predicts images and videos with a run's best weights and writes the results.

    The files of `a.png`, all of the image's size:

    * `a_classes.png`: class ids; 8 bits, for more than 256 classes 16;
    * `a_overlay.png`: the classes in their colours, over the image;
    * `a_confidence.png`: 255 times the probability that the network gives to the predicted class;
    * `a_depth.npy`: depth in the run's unit, float32 [H, W];
    * `a_depth16.png`: the same in 16 bits, `depth = stored * png_scale`, 0 where it is not
      positive, 65535 where it is larger than that; the scale is 1/256 for metres and for
      disparity, 1/8192 for inverse depth, 1 for raw numbers;
    * `a_depth.png`: depth in colours, near is bright.

    A video `b.mp4` becomes `b_overlay.webm` and `b_depth.webm`, with its frame rate and size; in
    the latter the same colour is the same depth. Networks without one of the tasks write nothing
    for it. `legend.png` has the names and colours of the classes; `predictions.json` has them, the
    unit and scale of depth, and what was predicted from which file.

    Images are read one at a time. One that cannot be read is reported by a warning, and the others
    are predicted.

    Args:
        run: A trained run.
        paths: Images, videos, folders of them, which are searched with their subfolders, or
            patterns such as `drive/*.png`. Subfolders of the folder named, or of the part of the
            pattern before its first wildcard, become subfolders of `out`.
        out: The folder to write to: new, empty, or with predictions, which the same images replace.
        depth: For FuseNet, a folder of 16-bit depth PNGs, stored as in the run's data, in
            subfolders and with names as the images have; by default the depth of each image in the
            run's data.
        upright: Whether to turn images and videos as the camera's orientation tag says; FuseNet
            does not.
        frames: Whether to write every frame of `b.mp4` as the files of an image, in `b_frames/`,
            instead of videos.

    Returns:
        The images and videos predicted.

    Raises:
        DataError: Before anything is written: no such file. At the end: some could not be read.
            A file cannot be written.
        ConfigError: FuseNet without depth, depth for another network, two images of one name, a
            folder `out` that holds something else. Nothing was written.

    Example:
        >>> run = ak.experiments.load_run("runs/kitti")
        >>> _ = ak.experiments.predict(run, [f"{root}/training/image_2/000000_10.png"], "seen")
        >>> np.load("seen/000000_10_depth.npy").dtype
        dtype('float32')
    """
    inputs = find_inputs(paths)
    out = Path(out)
    job = Job(run, out, depth, upright, frames)
    sources = job.sources(inputs)
    check_is_ours(out)
    failed: list[Path] = []
    with hold_lock(out, "predicting into this folder", ConfigError):
        sweep(out, deep=True)
        job.claim(sources)
        with bar(MofNCompleteColumn()) as progress:
            task = progress.add_task("Predicting", total=len(inputs), visible=len(inputs) > _FEW)
            for one in inputs:
                if not job.predict(one, progress):
                    failed.append(one.path)
                progress.advance(task)
    if failed:
        raise _unreadable(failed, inputs)
    return [one.path for one in inputs]


def _unreadable(failed: Sequence[Path], inputs: Sequence[Input]) -> DataError:
    films = any(one.is_video for one in inputs)
    what, whole = ("files", " in full") if films else ("images", "")
    others = "the others were predicted"
    if len(failed) == len(inputs):
        others = "there is no other" if films else "none was predicted"
    more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
    return DataError(
        f"{len(failed)} of {len(inputs)} {what} could not be read{whole}; {others}. Replace or "
        "remove what the warnings name, then give the same command again. "
        f"Received: {', '.join(map(str, failed[:3]))}{more}."
    )
