"""Which files a batch was made of."""

from typing import Any

_MOST = 16


class BatchFiles:
    """Names the images of the batches of the pass that is under way.

    Args:
        dataset: As `ak.data.load` returns it: it knows its plan, and which pass comes next. Of any
            other data set nothing is known.
    """

    def __init__(self, dataset: Any = None) -> None:
        known = hasattr(dataset, "plan") and hasattr(dataset, "epoch")
        self._dataset = dataset if known else None

    def of(self, batch: int) -> list[str]:
        """The images of batch `batch`, counted from 0, in their order; empty if unknown."""
        if self._dataset is None:
            return []
        plan = self._dataset.plan
        order = plan.order(int(self._dataset.epoch) - 1)
        chosen = order[batch * plan.batch_size : (batch + 1) * plan.batch_size]
        return [str(plan.frames[index].image) for index in chosen]


def listed(files: list[str]) -> str:
    """` (a.png, b.png)` for a sentence; nothing if unknown, and only the first of very many."""
    if not files:
        return ""
    more = f" and {len(files) - _MOST} more" if len(files) > _MOST else ""
    return f" ({', '.join(files[:_MOST])}{more})"
