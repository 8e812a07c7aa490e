"""`auxnet predict`: class maps, overlays, confidence and depth of your own images and videos."""

from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands.early import trained_run
from auxnet_keras.commands.places import check_folder, check_free
from auxnet_keras.commands.quiet import start_backend
from auxnet_keras.commands.say import say


def command(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.")],
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help="Images, videos, folders with their subfolders, or patterns."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder to write to: new, empty, or with earlier predictions.",
        ),
    ],
    depth: Annotated[
        Path | None,
        typer.Option(
            "--depth",
            metavar="DIR",
            help="FuseNet's second input: depth PNGs in subfolders and with names as the images.",
        ),
    ] = None,
    frames: Annotated[
        bool,
        typer.Option("--frames", help="Write the frames of videos as pictures, not as videos."),
    ] = False,
    as_stored: Annotated[
        bool,
        typer.Option("--as-stored", help="Do not turn photos and videos upright."),
    ] = False,
) -> None:
    """Predict images and videos: class ids, a coloured overlay, confidence, and depth.

    An image that cannot be read is named; the others are predicted, and the exit code is 1.
    """
    check_folder(out, "--out")
    from auxnet_keras.experiments.predictions.inputs import find_inputs
    from auxnet_keras.experiments.predictions.record import check_is_ours
    from auxnet_keras.experiments.predictions.video_reading import VIDEOS

    opened = trained_run(run)
    find_inputs(paths)
    check_is_ours(out)
    check_free(out, "predicting into this folder")
    start_backend()
    from auxnet_keras.experiments.predictions.prediction import predict

    done = predict(opened, paths, out, depth=depth, upright=not as_stored, frames=frames)
    videos = sum(path.suffix.lower() in VIDEOS for path in done)
    counts = {"image(s)": len(done) - videos, "video(s)": videos}
    said = " and ".join(f"{count} {what}" for what, count in counts.items() if count)
    say(f"{said} predicted; see {out}")
