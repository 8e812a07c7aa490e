"""Opens TensorBoard on a run in headless Chromium, finds the charts and saves a picture of them.

    python -m tests.programs.tensorboard_in_browser RUN/tensorboard docs/pictures/tensorboard.png

It needs selenium and Debian's packages `chromium` and `chromium-driver`. It prints as JSON what the
browser shows: the categories of the tab Custom Scalars with their charts and lines, the groups of
the tab Time Series, the runs, the texts, and the columns of HParams.
"""

import contextlib
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PATIENCE = 60
"""Seconds until a page must show what it loads."""

FIND = """
const selector = arguments[0], found = [];
const walk = node => {
  for (const child of node.children) {
    if (child.matches(selector)) found.push(child);
    walk(child);
    if (child.shadowRoot) walk(child.shadowRoot);
  }
};
walk(document);
return found.map(node => READ);
"""
"""Finds elements also in shadow trees, of which TensorBoard's older tabs are made."""


def missing() -> str:
    """What this machine lacks to run it; empty if nothing."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "selenium is not installed"
    lacking = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"{' and '.join(lacking)} not found" if lacking else ""


@contextlib.contextmanager
def browser(width: int, height: int) -> Iterator[Any]:
    """Headless Chromium with a window of this size."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"):
        options.add_argument(f"--{flag}")
    options.add_argument(f"--window-size={width},{height}")
    service = webdriver.ChromeService(executable_path=str(shutil.which("chromedriver")))
    driver = webdriver.Chrome(options, service)
    try:
        yield driver
    finally:
        driver.quit()


def serve(folder: Path) -> str:
    """Starts TensorBoard in this process; returns its address."""
    from tensorboard import program

    board = program.TensorBoard()
    board.configure(argv=[None, "--logdir", str(folder), "--port", "0", "--host", "127.0.0.1"])
    return board.launch()


def wait_for(what: Callable[[], Any]) -> Any:
    """Calls it until it returns something."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = what()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} found nothing in {PATIENCE} seconds")
        time.sleep(0.5)


def read(driver: Any, selector: str, what: str) -> list[Any]:
    """A JavaScript expression of every `node` that the selector finds."""
    return driver.execute_script(FIND.replace("READ", what), selector)
