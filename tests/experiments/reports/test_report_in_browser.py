"""What a browser does with a report from disk: it loads nothing, and its tables sort."""

import pytest

from auxnet_keras.experiments import load_run, report
from auxnet_keras.experiments.reports.run_page import FILE, write_run_page
from tests.experiments.fake_runs import write_run
from tests.experiments.reports.test_run_page import hostile
from tests.programs import report_in_browser
from tests.programs.tensorboard_in_browser import browser, missing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=missing()),
]


@pytest.fixture(scope="module")
def chromium():
    with browser(1280, 900) as driver:
        yield driver


def test_a_hostile_run_from_disk(chromium, tmp_path):
    run = hostile(tmp_path)
    write_run_page(load_run(run))
    report_in_browser.requests(chromium)
    for width in (report_in_browser.SCREEN, report_in_browser.TELEPHONE):
        report_in_browser.show(chromium, run / FILE, width=width)
        assert report_in_browser.overflow(chromium) == 0
        assert report_in_browser.broken_pictures(chromium) == []
    assert report_in_browser.requests(chromium) == [(run / FILE).as_uri()] * 2
    assert report_in_browser.console(chromium) == []


def test_tables_sort(chromium, tmp_path):
    ious = {"car": 0.25, "road": 0.75, "sky": None}
    one = write_run(tmp_path / "one", 0.5, data="kitti", ious=ious)
    two = write_run(tmp_path / "two", 0.5, data="kitti", ious={"car": 0.5}, model="auxnet")
    report([one, two], tmp_path / "out", pictures=False)
    report_in_browser.show(chromium, tmp_path / "out" / FILE)
    car = chromium.execute_script(
        "return [...document.querySelectorAll('table')[1].tHead.rows[0].cells]"
        ".findIndex(cell => cell.textContent === 'car')"
    )
    direction, rows = report_in_browser.sort(chromium, 1, car)
    assert (direction, rows[:2]) == ("descending", ["two", "one"])
    assert all("Chennupati" in row for row in rows[2:]) and len(rows) == 7
    direction, rows = report_in_browser.sort(chromium, 1, car)
    assert (direction, rows[:2]) == ("ascending", ["one", "two"])
    sky = car - 7  # the one without a value stays last, either way
    assert [report_in_browser.sort(chromium, 1, sky)[1][:2] for _ in range(2)] == [
        ["two", "one"]
    ] * 2
    assert report_in_browser.sort(chromium, 1, 0)[0] == "ascending"  # text from A to Z


def test_a_policy_refuses_scripts_that_are_not_its_own(chromium, tmp_path):
    run = hostile(tmp_path)
    write_run_page(load_run(run))
    page = (run / FILE).read_text().replace("</main>", "<script>window.ran = 1</script></main>")
    (run / FILE).write_text(page)
    report_in_browser.show(chromium, run / FILE)
    assert chromium.execute_script("return window.ran") is None
    assert any("Content Security Policy" in line for line in report_in_browser.console(chromium))
