"""The public face: what `dir`, type checkers and editors see of a package that imports lazily."""

import ast
import importlib
import os
import subprocess
import sys
from pathlib import Path

import jedi
import pytest

import auxnet_keras as ak

ROOT = Path(__file__).resolve().parents[1]
FACES = [
    f"auxnet_keras.{stub.parent.name}"
    for stub in sorted(ROOT.glob("auxnet_keras/*/__init__.pyi"))
    if stub.parent.name in ak.__all__
]

RIGHT = """
import auxnet_keras as ak

model = ak.models.AuxNet(num_classes=12, class_names=["road"] * 12)
model.compile(optimizer="adam", loss_weights={"segmentation": 1.0})
weighting = ak.weighting.ClassWiseWeighting(depth_bins=[5.0, 10.0, 20.0])
train = ak.data.load("street", split="train", size=(32, 64), limit=8)
model.fit(train, epochs=1, callbacks=[weighting, ak.callbacks.HistoryFile("history.csv")])
run = ak.experiments.train({"data": "street", "epochs": 1})
print(run.results, ak.__version__)
"""

# A line of code -> what mypy answers.
WRONG = {
    "ak.models.AuxNet(num_clases=12)": 'Unexpected keyword argument "num_clases" for "AuxNet"',
    "ak.data.laod('street')": 'Module has no attribute "laod"',
    "ak.data.load('street', size='large')": 'Argument "size" to "load" has incompatible type "str"',
    "ak.models.UNet('twelve')": 'Argument 1 to "UNet" has incompatible type "str"',
    "ak.weighting.FixedWeights(3)": 'Argument 1 to "FixedWeights" has incompatible type "int"',
    "ak.wieghting": 'Module has no attribute "wieghting"',
}


def stub_names(package: str) -> set[str]:
    """The names that a package's stub makes public."""
    stub = ROOT.joinpath(*package.split("."), "__init__.pyi")
    return {
        alias.asname
        for node in ast.walk(ast.parse(stub.read_text()))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }


@pytest.mark.parametrize("package", ["auxnet_keras", *FACES])
def test_dir_is_the_stub(package):
    module = importlib.import_module(package)
    assert set(dir(module)) == set(module.__all__) == stub_names(package)


def test_every_public_name_is_there():
    for package in ("auxnet_keras", *FACES):
        for name in stub_names(package):
            assert getattr(importlib.import_module(package), name) is not None


@pytest.mark.slow
def test_mypy_lets_right_code_pass_and_stops_misspellings(tmp_path):
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(RIGHT)
    wrong.write_text("\n".join(["import auxnet_keras as ak", *WRONG]) + "\n")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", right, wrong],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    answers = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert done.returncode == 1, done.stdout + done.stderr
    assert not [line for line in answers if "wrong.py" not in line]
    for number, (code, answer) in enumerate(WRONG.items(), 2):
        mine = [line for line in answers if f"wrong.py:{number}:" in line]
        assert any(answer in line for line in mine), f"{code}: {mine}"


def completions(code: str) -> list[jedi.api.classes.Completion]:
    script = jedi.Script(f"import auxnet_keras as ak\n{code}", project=jedi.Project(str(ROOT)))
    return script.complete(2, len(code))


@pytest.mark.parametrize("package", FACES)
def test_an_editor_offers_the_public_names(package):
    """jedi adds the modules it finds in the folder; of everything else it offers what is public."""
    offered = [
        found
        for found in completions(f"ak.{package.partition('.')[2]}.")
        if not found.name.startswith("_")
    ]
    public = stub_names(package)
    modules = {
        path.stem
        for path in ROOT.joinpath(*package.split(".")).iterdir()
        if path.stem != "__init__"
    }
    assert public <= {found.name for found in offered}
    assert {found.name for found in offered} - modules <= public


def test_an_editor_offers_the_rooms():
    offered = {found.name for found in completions("ak.")}
    rooms = {path.stem for path in (ROOT / "auxnet_keras").iterdir()}
    assert set(ak.__all__) <= offered
    assert {name for name in offered if not name.startswith("_")} <= rooms


@pytest.mark.parametrize(
    ("call", "parameter"),
    [
        ("ak.models.AuxNet(", "num_classes"),
        ("ak.weighting.ParetoMTL(", "preference"),
        ("ak.data.load(", "split"),
        ("ak.losses.PixelCrossEntropy(", "class_weights"),
        ("ak.experiments.train(", "config"),
    ],
)
def test_an_editor_shows_signature_and_docstring(call, parameter):
    script = jedi.Script(f"import auxnet_keras as ak\n{call}", project=jedi.Project(str(ROOT)))
    (signature,) = script.get_signatures()
    assert parameter in {found.name for found in signature.params}
    assert len(signature.docstring(raw=True)) > 50
