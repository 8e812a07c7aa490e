"""Processes many files in threads, with a progress bar."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from rich.progress import MofNCompleteColumn

from auxnet_keras.core.progress_bar import bar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 64  # items given to the threads at a time; their results wait in memory


def in_order(
    what: str, items: Sequence[Item], work: Callable[[Item], Result], done: int = 0
) -> Iterator[tuple[Item, Result]]:
    """As `with_progress`, in the order of the items; as few results wait in memory."""
    pool = ThreadPoolExecutor(os.cpu_count())
    ahead = 2 * (os.cpu_count() or 1)
    begun: deque[tuple[Item, Future[Result]]] = deque()
    left = iter(items)
    try:
        with bar(MofNCompleteColumn()) as progress:
            task = progress.add_task(what, total=done + len(items), completed=done)
            while True:
                begun += [
                    (item, pool.submit(work, item)) for item in islice(left, ahead - len(begun))
                ]
                if not begun:
                    return
                item, future = begun.popleft()
                yield item, future.result()
                progress.advance(task)
    finally:
        pool.shutdown(cancel_futures=True)


def with_progress(
    what: str, items: Sequence[Item], work: Callable[[Item], Result], done: int = 0
) -> Iterator[tuple[Item, Result]]:
    """Processes items in threads with a progress bar; yields each with its result when finished.

    After Ctrl-C or an error, items in progress finish and the others never start.

    Args:
        what: Text before the bar, such as "Counting".
        items: The items to process.
        work: Called with each item, in a thread.
        done: The number of items that an earlier call processed.
    """
    pool = ThreadPoolExecutor(os.cpu_count())
    begun: dict[Future[Result], Item] = {}
    left = iter(items)
    try:
        with bar(MofNCompleteColumn()) as progress:
            task = progress.add_task(what, total=done + len(items), completed=done)
            while True:
                begun |= {
                    pool.submit(work, item): item for item in islice(left, _AHEAD - len(begun))
                }
                if not begun:
                    return
                for done_now in wait(begun, return_when=FIRST_COMPLETED).done:
                    yield begun.pop(done_now), done_now.result()
                    progress.advance(task)
    finally:
        pool.shutdown(cancel_futures=True)
