"""A report in headless Chromium, from disk: what it asks the network for, and whether it sorts.

    python -m tests.programs.report_in_browser runs/mine/report.html pictures

It needs selenium and Debian's packages `chromium` and `chromium-driver`. It prints what it found as
JSON, and saves the page as pictures: as wide as a screen, as wide as a telephone, and dark; and as
it is printed.
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

from tests.programs.tensorboard_in_browser import browser, missing

SCREEN, TELEPHONE = 1280, 375

SORT = """
const title = document.querySelectorAll("table")[arguments[0]].tHead.rows[0].cells[arguments[1]];
title.querySelector("button").click();
return [title.getAttribute("aria-sort"),
        [...title.closest("table").tBodies[0].rows].map(row => row.cells[0].textContent)];
"""


def show(driver: Any, page: Path, *, width: int = SCREEN, dark: bool = False) -> None:
    """Opens a page from disk in a window of this width."""
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < SCREEN}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.get(page.resolve().as_uri())


def requests(driver: Any) -> list[str]:
    """Addresses that pages asked for since the last call, without data URIs."""
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    sent = [one for one in messages if one["method"] == "Network.requestWillBeSent"]
    addresses = [one["params"]["request"]["url"] for one in sent]
    return [address for address in addresses if not address.startswith("data:")]


def console(driver: Any) -> list[str]:
    """Lines of the console since the last call, which also has what the page's policy refused."""
    return [entry["message"] for entry in driver.get_log("browser")]


def sort(driver: Any, table: int, column: int) -> tuple[str, list[str]]:
    """Clicks a column's title; returns the direction, and the first cell of every row."""
    direction, rows = driver.execute_script(SORT, table, column)
    return direction, rows


def overflow(driver: Any) -> int:
    """Pixels by which the page, and not a table within it, is wider than the window."""
    root = "document.documentElement"
    return int(driver.execute_script(f"return {root}.scrollWidth - {root}.clientWidth"))


def broken_pictures(driver: Any) -> list[str]:
    """Captions of pictures that the browser cannot show."""
    return driver.execute_script(
        "return [...document.images].filter(one => !one.naturalWidth).map(one => one.alt)"
    )


def picture(driver: Any, path: Path) -> None:
    """Saves the whole page."""
    size = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    clip = {"captureBeyondViewport": True, "clip": {**size, "scale": 1}}
    whole = driver.execute_cdp_cmd("Page.captureScreenshot", clip)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(whole["data"]))


def printed(driver: Any, path: Path) -> None:
    """Saves the page as it is printed on A4."""
    pages = driver.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
    path.write_bytes(base64.b64decode(pages["data"]))


if __name__ == "__main__":
    if missing():
        sys.exit(f"{missing()}; apt-get install chromium chromium-driver, pip install selenium")
    page, out = Path(sys.argv[1]), Path(sys.argv[2])
    found: dict[str, Any] = {"bytes": page.stat().st_size}
    with browser(SCREEN, 900) as chromium:
        for name, width, dark in (
            ("screen", SCREEN, False),
            ("telephone", TELEPHONE, False),
            ("dark", SCREEN, True),
        ):
            show(chromium, page, width=width, dark=dark)
            found[name] = {"overflow": overflow(chromium), "broken": broken_pictures(chromium)}
            picture(chromium, out / f"{name}.png")
        found["sorted"] = sort(chromium, 0, 1)
        printed(chromium, out / "printed.pdf")
        found |= {"requests": requests(chromium), "console": console(chromium)}
    print(json.dumps(found, indent=1))
