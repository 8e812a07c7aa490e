"""Builds the sdist and the wheel, and tries the wheel where nothing else of the project is.

It does there what a stranger does first: help, imports, a training, an export that loads.

    python tests/programs/wheel_smoke.py
"""

import importlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("auxnet_keras", "data_tools")
DATA_FILES = ("py.typed", "*.pyi", "*.yaml", "*.json", "*.html", "*.css", "*.js")


def run(*command: str | Path, folder: Path) -> str:
    """Standard output of a command; its errors end the program."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def environment(folder: Path, wheel: Path) -> Path:
    """A fresh environment with the wheel; what it depends on comes from the running one."""
    run(sys.executable, "-m", "venv", folder, folder=ROOT)
    python = folder / "bin/python"
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", wheel, folder=folder)
    (site,) = folder.glob("lib/python*/site-packages")
    # Folders named in a .pth have theirs not read, so an editable install there stays unseen.
    places = [place for place in sys.path if place.endswith("site-packages")]
    (site / "dependencies.pth").write_text("\n".join(places) + "\n")
    return python


def build_and_try() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        run(sys.executable, "-m", "build", "--outdir", folder / "dist", folder=ROOT)
        (wheel,) = (folder / "dist").glob("*.whl")
        (sdist,) = (folder / "dist").glob("*.tar.gz")
        python = environment(folder / "environment", wheel)
        (folder / "elsewhere").mkdir()
        here = Path(__file__).resolve()
        print(run(python, "-I", here, "installed", folder=folder / "elsewhere"), end="")
        print(f"{wheel.name} and {sdist.name} are good.")


def missing_files() -> list[str]:
    """Data files of the repository that the installed packages lack."""
    missing = []
    for package in PACKAGES:
        installed = Path(str(importlib.import_module(package).__file__)).parent
        if installed.is_relative_to(ROOT):
            sys.exit(f"{package} comes from {installed}, which is not the wheel.")
        for pattern in DATA_FILES:
            for path in (ROOT / package).rglob(pattern):
                name = path.relative_to(ROOT / package)
                if not (installed / name).is_file():
                    missing.append(f"{package}/{name}")
    return missing


def try_installed() -> None:
    if missing := missing_files():
        sys.exit(f"The wheel lacks {missing}.")
    names = 0
    stubs = [stub for package in PACKAGES for stub in (ROOT / package).rglob("__init__.pyi")]
    for stub in stubs:
        module = importlib.import_module(".".join(stub.parent.relative_to(ROOT).parts))
        for name in module.__all__:
            getattr(module, name)
        names += len(module.__all__)
    print(f"{names} public names")
    auxnet = Path(sys.executable).with_name("auxnet")
    folder = Path.cwd()
    print(run(auxnet, "--version", folder=folder), end="")
    run(auxnet, "--help", folder=folder)
    run(auxnet, *TRAIN, folder=folder)
    run(auxnet, "export", "run", "--out", "export", folder=folder)
    import numpy as np
    import tensorflow as tf

    (found,) = {path.parent for path in folder.glob("export/**/saved_model.pb")}
    served = tf.saved_model.load(str(found)).signatures["serving_default"]
    output = served(image=tf.constant(np.zeros((1, 40, 70, 3), np.uint8)))
    print({name: tuple(value.shape) for name, value in output.items()})


TRAIN = [
    *("train", "--out", "run", "--data", "street", "--limit", "4", "--epochs", "1"),
    *("--model", "auxnet", "--backbone", "small", "--weights", "none"),
    *("--size", "32", "64", "--batch-size", "2"),
]

if __name__ == "__main__":
    if sys.argv[1:] == ["installed"]:
        try_installed()
    else:
        build_and_try()
