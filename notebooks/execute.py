"""Runs notebooks and stores what they show, small and without traces of this machine.

python notebooks/execute.py                       # all but the study, whose run is long
python notebooks/execute.py 01_train_auxnet.ipynb
"""

import base64
import io
import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

FOLDER = Path(__file__).resolve().parent
STUDY = "03_does_depth_help.ipynb"
WIDEST, COLOURS = 1100, 256
"""Of a stored picture: pixels and colours; with all of them it would be several times as large."""


def execute(path: Path) -> None:
    """Runs a notebook in a folder of its own and writes its outputs into the file."""
    notebook = nbformat.read(path, as_version=4)
    metadata = dict(notebook.metadata)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=None,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            record_timing=False,
            coalesce_streams=True,
        )
        client.execute()
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                shrink(output, folder)
    notebook.metadata = nbformat.from_dict(metadata)  # without the version of this Python
    nbformat.write(notebook, path)
    kilobytes = path.stat().st_size / 1024
    print(f"{path.name}: {time.monotonic() - start:.0f} s, {kilobytes:.0f} KiB", flush=True)


def shrink(output: nbformat.NotebookNode, folder: str) -> None:
    """Makes pictures of an output small, and paths in its texts relative to the notebook."""
    if "text" in output:
        output.text = relative(output.text, folder)
    data = output.get("data", {})
    for kind, value in data.items():
        if kind == "image/png":
            data[kind] = smaller(value)
        elif kind.startswith("text/"):
            data[kind] = relative(value, folder)


def relative(text: str, folder: str) -> str:
    """A text with the working folder left out of its paths."""
    return text.replace(f"{folder}{os.sep}", "").replace(folder, ".")


def smaller(encoded: str) -> str:
    """A PNG in base64 with fewer pixels and colours."""
    picture = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
    if picture.width > WIDEST:
        size = WIDEST, round(picture.height * WIDEST / picture.width)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    best = {"method": Image.Quantize.MAXCOVERAGE, "kmeans": 3, "dither": Image.Dither.NONE}
    fewer = picture.quantize(COLOURS, **best)
    fewer.save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


if __name__ == "__main__":
    names = sys.argv[1:] or sorted(
        file.name for file in FOLDER.glob("*.ipynb") if file.name != STUDY
    )
    for name in names:
        execute(FOLDER / name)
