"""What a run predicts, and where it is worst."""

from pathlib import Path

from auxnet_keras.core.whole_numbers import check_whole
from auxnet_keras.experiments.outputs.figures import caption
from auxnet_keras.experiments.outputs.strip import drawn, strip_picture
from auxnet_keras.experiments.run.run import Run, load_run
from auxnet_keras.experiments.score.scored_data import scored_data
from auxnet_keras.experiments.score.top_losses import top_losses
from auxnet_keras.jupyter.picture import Picture


def show_results(run: Run | str | Path, count: int = 4, *, data: str | None = None) -> Picture:
    """Shows images with truth, prediction and errors, the main task first.

    Args:
        run: A trained run, or its folder.
        count: Frames to show, at least 1, evenly spaced.
        data: As for `ak.experiments.evaluate`: `None` for the validation split of the run's data.

    Raises:
        ConfigError, DataError: As `ak.experiments.evaluate`; a count that is not positive.

    Example:
        >>> run = ak.experiments.load_run("runs/kitti")
        >>> ak.jupyter.show_results(run).save("results.png")
    """
    check_whole("count", count, least=1)
    run = _run(run)
    chosen = scored_data([run], data)
    even = [
        chosen.frames[round(i * (len(chosen.frames) - 1) / max(count - 1, 1))] for i in range(count)
    ]
    frames = list({frame.name: frame for frame in even}.values())
    image = strip_picture({run.config.model: run}, chosen.source, frames=frames)
    return Picture(image, f"{run.name}: {len(frames)} of {len(chosen.frames)} frames")


def show_top_losses(
    run: Run | str | Path, count: int = 4, *, by: str | None = None, data: str | None = None
) -> Picture:
    """Shows the images with the worst scores, the worst first, as `show_results` does.

    Args:
        run: A trained run, or its folder.
        count: Images to show, at least 1.
        by: The score, as for `ak.experiments.top_losses`; by default the main task's first.
        data: As above.

    Raises:
        ConfigError, DataError: As `ak.experiments.top_losses`.

    Example:
        >>> run = ak.experiments.load_run("runs/kitti")
        >>> ak.jupyter.show_top_losses(run, by="abs_rel").save("worst.png")
    """
    run = _run(run)
    worst = top_losses(run, count, by=by, data=data)
    image = drawn(
        {run.config.model: run},
        [one.sample for one in worst],
        {run.config.model: [one.prediction for one in worst]},
        [caption(one.name, one.scores, run.config.tasks) for one in worst],
    )
    return Picture(image, f"{run.name}: the worst {len(worst)} images")


def _run(run: Run | str | Path) -> Run:
    return run if isinstance(run, Run) else load_run(run)
