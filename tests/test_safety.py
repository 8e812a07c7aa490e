"""No code of the package runs what a file holds, nor a shell."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(
    path
    for folder in ("auxnet_keras", "data_tools", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)
MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
BUILTINS = {"eval", "exec", "compile", "__import__"}
MEMBERS = {
    "Lambda",
    "enable_unsafe_deserialization",
    "extractall",
    "full_load",
    "load_all",
    "popen",
    "safe_load",  # plain_yaml is safer
    "unsafe_load",
}
FUNCTIONS = {"os.system", "yaml.load"}
KEYWORDS = {"safe_mode": True, "allow_pickle": False, "shell": False}


def dangers(source: str) -> list[str]:
    """What a program should not hold, by line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [f"import {a.name}" for a in node.names if a.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom):
            names = (
                [f"import {node.module}"] if (node.module or "").split(".")[0] in MODULES else []
            )
            names += [f"import {a.name}" for a in node.names if a.name in MEMBERS]
        elif isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            names = [name] if node.attr in MEMBERS or name in FUNCTIONS else []
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in BUILTINS:
                names = [node.func.id]
            names += [
                ast.unparse(k)
                for k in node.keywords
                if k.arg in KEYWORDS
                and not (isinstance(k.value, ast.Constant) and k.value.value is KEYWORDS[k.arg])
            ]
        found += [f"line {node.lineno}: {name}" for name in names]
    return found


@pytest.mark.parametrize(
    "line",
    [
        "keras.saving.load_model(path, safe_mode=False)",
        "keras.saving.load_model(path, safe_mode=flag)",
        "np.load(path, allow_pickle=True)",
        "import pickle",
        "from pickle import loads",
        "import joblib.numpy_pickle",
        "keras.layers.Lambda(f)",
        "from keras.layers import Lambda",
        "yaml.load(text)",
        "yaml.safe_load(text)",
        "eval(text)",
        "exec(text)",
        "subprocess.run(line, shell=True)",
        "os.system(line)",
        "archive.extractall(folder)",
        "keras.config.enable_unsafe_deserialization()",
    ],
)
def test_dangers_are_seen(line):
    assert dangers(f"import os\n{line}")


def test_no_source_holds_one():
    assert len(SOURCES) > 100
    held = {str(path.relative_to(ROOT)): dangers(path.read_text()) for path in SOURCES}
    assert {path: lines for path, lines in held.items() if lines} == {}
