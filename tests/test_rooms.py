"""The rooms of the package are ordered: an import goes down, never up and never in a circle.

Models are above training, because each of them is an `AuxiliaryModel`; data is below the
weightings, because the bins of a depth are facts of a data set.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ORDER = [
    ["auxnet_keras._version", "auxnet_keras.errors"],
    ["auxnet_keras.core"],
    ["auxnet_keras.safety", "auxnet_keras.storage"],
    [
        "auxnet_keras.losses",
        "auxnet_keras.metrics",
        "auxnet_keras.optimizers",
        "auxnet_keras.street",
        "auxnet_keras.tables",
    ],
    ["auxnet_keras.data", "auxnet_keras.plots"],
    ["auxnet_keras.weighting", "auxnet_keras.callbacks"],
    ["auxnet_keras.training"],
    ["auxnet_keras.models"],
    ["auxnet_keras.export", "data_tools"],
    ["auxnet_keras.experiments"],
    ["auxnet_keras.commands", "auxnet_keras.jupyter"],
    ["auxnet_keras.cli"],
    ["auxnet_keras.__main__"],
]
FLOORS = {room: floor for floor, rooms in enumerate(ORDER) for room in rooms}
FILES = sorted((*ROOT.glob("auxnet_keras/**/*.py"), *ROOT.glob("data_tools/**/*.py")))
PACKAGES = {"auxnet_keras", "data_tools"}
WITHOUT_TENSORFLOW = ("losses", "metrics", "optimizers", "weighting", "models", "street")
STEPS = {"adam_kernel.py", "tensorflow_step.py", "task_gradients.py"}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in FILES}


def imports(path: Path) -> Iterator[str]:
    """Modules of the package that a file imports, also inside its functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else str(node.module)


def room_of(module: str) -> str | None:
    """The room a module is in; the package itself is in none: it only opens the others."""
    return next((room for room in FLOORS if f"{module}.".startswith(f"{room}.")), None)


def test_every_module_is_in_a_room():
    assert [module for module in MODULES if room_of(module) is None] == ["auxnet_keras"]


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_go_down(path):
    own = room_of(module_of(path))
    if own is None:
        return
    upward = [
        target
        for target in imports(path)
        if target.partition(".")[0] in PACKAGES
        and (there := room_of(target)) is not None
        and there != own
        and FLOORS[there] >= FLOORS[own]
    ]
    assert not upward, f"{module_of(path)} imports {upward}, which are above it or on its level"


def test_no_circle_inside_a_room():
    graph = {
        module: {t for t in imports(path) if t in MODULES and t != module}
        for module, path in MODULES.items()
    }
    finished: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail[trail.index(module) :], module))
        if module in finished:
            return
        for target in graph[module]:
            visit(target, (*trail, module))
        finished.add(module)

    for module in graph:
        visit(module, ())


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_tensorflow_is_imported_where_it_may_be(path):
    room = path.relative_to(ROOT).parts[1]
    if room not in WITHOUT_TENSORFLOW and not (room == "training" and path.name not in STEPS):
        return
    names = [name.partition(".")[0] for name in imports(path)]
    assert "tensorflow" not in names
