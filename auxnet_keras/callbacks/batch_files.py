"""Which image files a batch contains."""

from typing import Any

_MAX_LISTED = 16


class BatchFiles:
    """Names the image files of each batch of the current epoch.

    Args:
        dataset: As `ak.data.load` returns it, with its plan and the number of the next pass. The
            files of any other data set are unknown.
    """

    def __init__(self, dataset: Any = None) -> None:
        known = hasattr(dataset, "plan") and hasattr(dataset, "epoch")
        self._dataset = dataset if known else None

    def of(self, batch: int) -> list[str]:
        """The image files of batch `batch` (from 0), in order; empty if unknown."""
        if self._dataset is None:
            return []
        plan = self._dataset.plan
        order = plan.order(int(self._dataset.epoch) - 1)
        chosen = order[batch * plan.batch_size : (batch + 1) * plan.batch_size]
        return [str(plan.frames[index].image) for index in chosen]


def listed(files: list[str]) -> str:
    """` (a.png, b.png)` to append to a message; empty if unknown, shortened if there are many."""
    if not files:
        return ""
    more = f" and {len(files) - _MAX_LISTED} more" if len(files) > _MAX_LISTED else ""
    return f" ({', '.join(files[:_MAX_LISTED])}{more})"
