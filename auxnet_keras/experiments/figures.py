"""The pictures of a run folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from auxnet_keras.experiments.run import Run


def curves(run: "Run", path: Path) -> None:
    """Losses, scores and loss weights by epoch; the best epoch is marked."""
    history = run.history
    epochs = np.asarray(history.pop("epoch", [])) + 1
    panels = _panels(list(history))
    figure, axes = _subplots(1, len(panels), (5 * len(panels), 3.6))
    best = history.get(f"val_{run.config.main}_loss")
    for axis, (title, names) in zip(axes[0], panels.items(), strict=True):
        for name in names:
            style = "--" if name.startswith("val_") else "-"
            axis.plot(epochs, history[name], style, label=name.replace("_", " "), linewidth=1.2)
        if best and np.isfinite(best).any():
            axis.axvline(epochs[int(np.nanargmin(best))], color="0.7", linewidth=1, zorder=0)
        if title.endswith("loss") and min(min(history[name]) for name in names) > 0:
            axis.set_yscale("log")
        axis.set(title=title, xlabel="epoch")
        axis.legend(fontsize=7)
    _save(figure, path)


def _panels(columns: list[str]) -> dict[str, list[str]]:
    tasks = [c.removesuffix("_loss") for c in columns if c.endswith("_loss") and "val" not in c]
    wanted = {f"{task} loss": [f"{task}_loss", f"val_{task}_loss"] for task in tasks}
    wanted["segmentation scores"] = [
        f"{prefix}segmentation_{score}"
        for score in ("mean_iou", "fw_iou", "pixel_accuracy")
        for prefix in ("", "val_")
    ]
    wanted["loss weights"] = [c for c in columns if c.startswith("weight_")]
    present = {
        title: [name for name in names if name in columns] for title, names in wanted.items()
    }
    return {title: names for title, names in present.items() if names}


def confusion(counts: Any, class_names: tuple[str, ...], path: Path) -> None:
    """The confusion matrix, every row divided by its sum: where the pixels of a class went."""
    matrix = np.asarray(counts, np.float64)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1.0)
    side = 2.0 + 0.45 * len(class_names)
    figure, axes = _subplots(1, 1, (side + 1.0, side))
    axis = axes[0][0]
    axis.imshow(shares, vmin=0.0, vmax=1.0, cmap="Blues")
    for (row, column), share in np.ndenumerate(shares):
        if share >= 0.005:
            colour = "white" if share > 0.5 else "black"
            axis.text(column, row, f"{share:.2f}", ha="center", va="center", fontsize=6, c=colour)
    ticks = np.arange(len(class_names))
    axis.set_xticks(ticks, class_names, rotation=60, ha="right", fontsize=8)
    axis.set_yticks(ticks, class_names, fontsize=8)
    axis.set(xlabel="predicted", ylabel="true", title="Share of a class's pixels")
    _save(figure, path)


def _subplots(rows: int, columns: int, size: tuple[float, float]) -> tuple[Any, Any]:
    # The object interface: pyplot would pick a display and keep figures alive.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False)


def _save(figure: Any, path: Path) -> None:
    # Without the version matplotlib writes, the same picture has the same bytes.
    figure.savefig(path, dpi=120, metadata={"Software": None})
