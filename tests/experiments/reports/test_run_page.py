"""The page of a run: everything is in it, nothing of it runs, and what is missing is said."""

import base64
import hashlib
import json
import re
import shutil
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from auxnet_keras.experiments import load_run, report
from auxnet_keras.experiments.reports.embedding import LOSSLESS, WIDEST, embedded
from auxnet_keras.experiments.reports.pages import Page, write_html
from auxnet_keras.experiments.reports.run_page import FILE, write_run_page
from auxnet_keras.experiments.reports.section import Section
from auxnet_keras.experiments.reports.side_by_side import best_of, differences
from auxnet_keras.tables.table import Table
from tests.experiments.fake_runs import write_run

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}\x1b[2J"


class Elements(HTMLParser):
    """What a browser makes of a page: its elements, and the text in them."""

    def __init__(self, path):
        super().__init__()
        self.elements, self.words, self.titles, self.inside = [], [], [], ""
        self.text = path.read_text()
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = tag

    def handle_data(self, data):
        self.words.append(data)
        if self.inside in ("h2", "h3") and data.strip():
            self.titles.append(data)


def add_pictures(run, *names, size=(40, 30)):
    (run / "figures").mkdir(exist_ok=True)
    for name in names:
        Image.new("RGB", size, "red").save(run / "figures" / f"{name}.png")


def hostile(folder):
    """A run whose class names, settings, command and file names are markup."""
    run = write_run(folder / "run <b>bold</b>", ious={EVIL: 0.5}, limit=20)
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["data"]["info"]["class_names"][1] = EVIL
    manifest["data"]["info"]["licence"] = EVIL
    manifest["versions"][EVIL] = EVIL
    manifest["events"][0]["command"] = f"auxnet train --data '{EVIL.replace(chr(39), '')}'\nrm -rf"
    (run / "manifest.json").write_text(json.dumps(manifest))
    text = f"image,file,mean_iou,pixel_accuracy\n{EVIL.replace(',', '')},a<b>.png,0.25,0.5\n"
    (run / "per_image.csv").write_text(text.replace('"', ""))
    add_pictures(run, "curves", "confusion")
    return run


def test_hostile_texts_are_shown_and_not_run(tmp_path):
    run = hostile(tmp_path)
    write_run_page(load_run(run))
    page = Elements(run / FILE)
    tags = [tag for tag, _ in page.elements]
    assert tags.count("script") == 1 and tags.count("img") == 2 and "b" not in tags
    assert not [attributes for _, attributes in page.elements if "onerror" in attributes]
    shown = "".join(page.words)
    assert "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}?[2J" in shown
    assert "\x1b" not in page.text and "a<b>.png" in shown
    assert not re.search("^rm", shown, re.MULTILINE)  # of a command, which stays a comment


def test_the_policy_lets_only_its_own_script_run(tmp_path):
    write_html(Page("t", "", {}), tmp_path / FILE)
    page = Elements(tmp_path / FILE)
    (policy,) = (a["content"] for tag, a in page.elements if "content-security" in str(a).lower())
    script = page.text.split("<script>")[1].split("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert "default-src 'none'" in policy and f"script-src 'sha256-{digest}'" in policy
    places = [v for _, a in page.elements for k, v in a.items() if k in ("src", "href")]
    assert places == ["data:,"] and "@import" not in page.text and "url(" not in page.text


def test_paragraphs_lists_and_code(tmp_path):
    text = "One & two.\n\n- a < b\n- c"
    long = "\n".join("`x" for _ in range(12))
    section = Section("S", text, code={"short": "a\nb", "long": long})
    write_html(Page("t", "", {"": [section]}), tmp_path / FILE)
    page = Elements(tmp_path / FILE)
    words = [word for word in page.words if word.strip()]
    assert {"One & two.", "a < b", "c", "a\nb", long} <= set(words)
    assert [("open" in a) for tag, a in page.elements if tag == "details"] == [True, False]


def test_a_run_of_0_1_0_lacks_parts_and_images(tmp_path):
    run = write_run(tmp_path / "run")
    add_pictures(run, "curves", "confusion", "qualitative")
    write_run_page(load_run(run))
    page = Elements(run / FILE)
    assert page.titles == [
        "Scores", "Scores of every class", "Curves", "Confusion matrix", "Predictions", "Settings",
        "Data", "Versions and machine", "How to reproduce",
    ]  # fmt: skip
    assert "Notes and omissions" not in page.text
    assert "pip" not in page.text and "--out runs/run" in page.text
    assert str(tmp_path) not in page.text  # it is handed on: without folders of this machine


def test_half_written_runs_show_what_there_is_and_say_what_is_missing(tmp_path):
    half = write_run(tmp_path / "half", finished=False)
    (half / "results.json").unlink()
    new = write_run(tmp_path / "new", finished=False)
    for name in ("results.json", "history.csv"):
        (new / name).unlink()
    damaged = write_run(tmp_path / "damaged")
    (damaged / "results.json").write_text("{")
    results = report([half, new, damaged], tmp_path / "out", pictures=False)
    assert results["runs"] == [] and results["scores"] == {}
    page = Elements(tmp_path / "out" / FILE)
    said = "".join(page.words)
    assert "half is not finished (3 of 3 epochs); the same command resumes it" in said
    assert "new has no finished epoch yet (0 of 3)" in said
    assert re.search(r"damaged/results.json is damaged", said)
    assert "half: mean IoU at the training size, segmentation0.300" in said.replace("\n", "")
    assert (tmp_path / "out" / "figures" / "half" / "curves.png").is_file()
    assert page.titles[0] == "Curves" and "Settings" in page.titles
    assert "Scores" not in page.titles


def test_runs_side_by_side(tmp_path):
    one = write_run(tmp_path / "single", 0.3, ious={"car": 0.25, "pole": None})
    two = write_run(tmp_path / "helped", 0.35, ious={"car": 0.125}, model="auxnet", seed=0)
    results = report([one, two], tmp_path / "out", pictures=False)
    assert len(results["comparisons"]) == 1
    tables = tmp_path / "out" / "tables" / "runs"
    scores = (tables / "scores.md").read_text().splitlines()
    assert scores[0] == "| score | single | helped | helped - single |"
    assert "| mean IoU | 0.3000 | **0.3500** | +0.0500 |" in scores
    assert "| frequency-weighted IoU | 0.6000 | 0.6000 | 0.0000 |" in scores  # neither is best
    assert (
        r"mean IoU & 0.3000 & \textbf{0.3500} & +0.0500 \\" in (tables / "scores.tex").read_text()
    )
    row = (tables / "iou_differences.csv").read_text().splitlines()
    names = row[0].split(",")
    cells = dict(zip(names, row[1].split(","), strict=True))
    assert cells["difference [points]"] == "helped - single"
    assert float(cells["car"]) == pytest.approx(-12.5) and cells["pole"] == ""
    settings = (tables / "settings.md").read_text().splitlines()
    assert settings[2].startswith("| model | segnet | auxnet |")
    page = Elements(tmp_path / "out" / FILE)
    assert page.titles[:3] == ["Run by run", "Scores", "Scores of every class"]
    assert "street" in page.titles and "Does it help?" in page.titles
    assert (tmp_path / "out" / "figures" / "main_scores.png").is_file()


def test_scores_on_other_frames_are_not_compared(tmp_path):
    one = write_run(tmp_path / "a", 0.3)
    two = write_run(tmp_path / "b", 0.4, fingerprint="beef" * 16)
    report([one, two], tmp_path / "out", pictures=False)
    tables = tmp_path / "out" / "tables" / "runs"
    assert "**" not in (tables / "scores.md").read_text()
    assert not (tables / "iou.md").exists()
    assert "their numbers do not compare" in (tmp_path / "out" / FILE).read_text()


def test_the_papers_rows_need_its_classes(tmp_path):
    run = write_run(tmp_path / "kitti", 0.5, data="kitti")
    report(run, tmp_path / "out", pictures=False)
    table = (tmp_path / "out" / "tables" / "runs" / "iou.md").read_text()
    assert "*AuxNet FTWB (Chennupati et al. 2019)* | 48.43" in table
    page = (tmp_path / "out" / FILE).read_text()
    assert page.count('<tr class="published">') == 5 and "Rows in italics are the paper" in page

    other = write_run(tmp_path / "other", 0.5, data="kitti")
    content = json.loads((other / "results.json").read_text())
    del content["segmentation"]["iou_fence"]
    (other / "results.json").write_text(json.dumps(content))
    report(other, tmp_path / "out2", pictures=False)
    assert 'class="published"' not in (tmp_path / "out2" / FILE).read_text()


class TestPictures:
    def test_a_small_png_stays_as_it_is(self, tmp_path):
        add_pictures(tmp_path, "a")
        file = tmp_path / "figures" / "a.png"
        found = embedded(file)
        kind, content = found.uri.split(",")
        assert kind == "data:image/png;base64" and base64.b64decode(content) == file.read_bytes()
        assert (found.width, found.height) == (40, 30)

    def test_a_large_one_is_shrunk(self, tmp_path):
        noise = np.random.default_rng(0).integers(0, 255, (300, 2 * WIDEST, 3), np.uint8)
        Image.fromarray(noise).save(tmp_path / "large.png")
        assert (tmp_path / "large.png").stat().st_size > LOSSLESS
        found = embedded(tmp_path / "large.png")
        assert found.uri.startswith("data:image/webp;base64,")
        assert (found.width, found.height) == (WIDEST, 150)

    @pytest.mark.parametrize("content", [None, b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"<svg/>"])
    def test_what_is_no_picture_is_said(self, tmp_path, content):
        path = tmp_path / "a.png"
        if content is not None:
            path.write_bytes(content)
        assert embedded(path) is None
        section = Section("S", figures={"what it shows": path})
        write_html(Page("t", "", {"": [section]}), tmp_path / FILE)
        assert "The picture a.png cannot be read." in (tmp_path / FILE).read_text()


def test_text_tables_are_written_too(tmp_path):
    table = Table(("value",), (("a", ("b",)),), corner="setting")
    Section("S", tables={"one": table}, facts={"two": table}).write_tables(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{name}.{ending}" for name in ("one", "two") for ending in ("md", "csv", "tex")
    }


def test_a_training_leaves_its_page(trained):
    page = Elements(trained.path / FILE)
    assert page.titles == [
        "Scores", "Scores of every class", "Parts of the images", "Curves", "Confusion matrix",
        "Worst images", "Predictions", "Training data", "Settings", "Data", "Versions and machine",
        "How to reproduce",
    ]  # fmt: skip
    assert page.text.count('src="data:image/') == 6
    assert (trained.path / FILE).stat().st_size < 5_000_000
    assert FILE in trained.manifest.content["artefacts"]
    assert "Notes and omissions" not in page.text
    words = [word for word in page.words if word.strip()]
    shown = f"{trained.results['segmentation']['mean_iou']:.3f}"
    assert words[words.index("mean IoU, segmentation") + 1] == shown


def test_a_continued_run_says_whose_scores_are_shown(trained, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(trained.path, copy)
    config = (copy / "config.yaml").read_text()
    (copy / "config.yaml").write_text(config.replace("epochs: 2", "epochs: 4"))
    report(copy, tmp_path / "out", pictures=False)
    page = (tmp_path / "out" / FILE).read_text()
    assert "copy is being continued (2 of 4 epochs)" in page


def test_cells_mark_what_is_shown():
    cells = best_of([0.99961, 0.99959, 1.5, None], False, 4)
    assert [cell.best for cell in cells] == [True, True, False, False]  # both are 0.9996
    assert not any(cell.best for cell in best_of([0.5, None], True, 4))  # nothing to be better than
    assert list(map(str, differences([1.0, 1.25, 0.99999, 0.5, None], 4))) == [
        "+0.2500", "0.0000", "-0.5000", "-",
    ]  # fmt: skip
