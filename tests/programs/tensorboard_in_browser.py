"""TensorBoard on a run, in headless Chromium: finds the charts, and saves a picture of them.

    python -m tests.programs.tensorboard_in_browser runs docs/pictures/tensorboard.png

It needs selenium and Debian's packages `chromium` and `chromium-driver`. It prints as JSON what the
page shows: TensorBoard's tabs, the runs, and the charts of the tab Custom Scalars with their lines.
"""

import contextlib
import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PATIENCE = 90
"""Seconds until the page must show its charts."""

# Elements are in shadow trees, of which TensorBoard's older tabs are made.
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
CHARTS = "tf-custom-scalar-multi-line-chart-card"
DASHBOARD = "tf-custom-scalar-dashboard"


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
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
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


def read(driver: Any, selector: str, expression: str) -> list[Any]:
    """A JavaScript expression of every `node` that the selector finds."""
    return driver.execute_script(FIND.replace("READ", expression), selector)


def wait_for_charts(driver: Any) -> None:
    """Until every chart of an open category has a line.

    Raises:
        TimeoutError: One has none.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        lines = read(driver, CHARTS, "node._seriesNames.length")
        if lines and all(lines):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"Lines of each chart after {PATIENCE} seconds: {lines}")
        time.sleep(0.5)


def shown(driver: Any) -> dict[str, Any]:
    """The tabs, the runs, and the charts of every open category: title to names of lines."""
    ((categories, runs),) = read(
        driver,
        DASHBOARD,
        "[node._categories.filter(each => each.metadata.opened)"
        ".map(each => [each.name, each.items.map(item => item.title)]), node._selectedRuns]",
    )
    lines = dict(read(driver, CHARTS, "[node.title, node._seriesNames]"))
    return {
        "tabs": [tab for tab in read(driver, "[role=tab]", "node.innerText.trim()") if tab],
        "runs": runs,
        "charts": {name: {chart: lines[chart] for chart in charts} for name, charts in categories},
    }


def picture(driver: Any, path: Path) -> None:
    """Saves the page, with the chart of all class weights large and with its legend."""
    opened = "node._toggleExpanded(new Event('tap')), node._toggleMatchesOpen(), true"
    read(driver, CHARTS, f"node.title === 'class weights' && ({opened})")
    time.sleep(3)  # it is drawn again
    path.parent.mkdir(parents=True, exist_ok=True)
    driver.save_screenshot(str(path))


if __name__ == "__main__":
    if missing():
        sys.exit(f"{missing()}; apt-get install chromium chromium-driver, pip install selenium")
    with contextlib.redirect_stdout(sys.stderr):
        address = serve(Path(sys.argv[1]))
    with browser(1560, 1780) as chromium:
        chromium.get(f"{address}#custom_scalars&_smoothingWeight=0")
        wait_for_charts(chromium)
        found = shown(chromium)
        picture(chromium, Path(sys.argv[2]))
    print(json.dumps(found))
