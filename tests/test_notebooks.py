"""Every notebook runs from top to bottom on a tiny setting, and is stored with small outputs."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
WITHOUT_OUTPUTS = "03_does_depth_help"
"""A study of a few seeds says nothing that should be stored as if it were a result."""
LARGEST = 400 * 1024
"""Bytes of a file: larger ones are not shown where repositories are browsed."""

ABSOLUTE = re.compile(
    r"""(?<![\w.</])/(?:tmp|home|root|work|opt|usr|var|Users|private)/|[A-Z]:\\"""
)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown_texts(outputs):
    for output in outputs:
        yield output.get("text", "")
        for kind, value in output.get("data", {}).items():
            if kind.startswith("text/"):
                yield re.sub(r"data:image/png;base64,[\w+/=]+", "", value)


def wrong(outputs):
    """Outputs that nobody should see: errors, and what Jupyter shows in red."""
    return [
        output
        for output in outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


@pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if path.stem != WITHOUT_OUTPUTS], ids=lambda path: path.stem
)
def test_it_is_stored_with_small_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    cells = code_cells(notebook)
    outputs = [output for cell in cells for output in cell.outputs]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert not wrong(outputs)
    assert not [text for text in shown_texts(outputs) if ABSOLUTE.search(text)]
    assert path.stat().st_size < LARGEST


@pytest.mark.parametrize("text", ["see /tmp/x", "street:/home/me/scenes", "'/root/a'", "C:\\a"])
def test_absolute_paths_are_found(text):
    assert ABSOLUTE.search(text)


@pytest.mark.parametrize("text", ["runs/tmp/x", "images/s", "./var/x", "</var/>", "1/opt/2"])
def test_other_slashes_are_not(text):
    assert not ABSOLUTE.search(text)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path, tmp_path, monkeypatch):
    settings = {"SCENES": "24", "EPOCHS": "1", "SEEDS": "1", "SIZE": "32x64"}
    for name, value in settings.items():
        monkeypatch.setenv(f"AUXNET_{name}", value)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=600,
        resources={"metadata": {"path": str(tmp_path)}},
        kernel_name="python3",
    )
    client.execute()
    assert not wrong([output for cell in code_cells(notebook) for output in cell.outputs])
    assert list(tmp_path.rglob("saved_model.pb"))
    assert list(tmp_path.rglob("events.out.tfevents.*"))
    assert len(list(tmp_path.rglob("*.png"))) >= 3
