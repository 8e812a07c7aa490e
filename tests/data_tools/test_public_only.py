"""The tools use what readers offer to everybody, and nothing behind it."""

import ast
from pathlib import Path

import pytest

import data_tools

FILES = sorted(Path(data_tools.__file__).parent.rglob("*.py"))


def private(name):
    return name.startswith("_") and not name.endswith("__")


def own_names(tree):
    """Private names that a file defines: methods, attributes of `self`, module functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("self", "cls"):
            yield node.attr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_private_name_of_another_is_touched(path):
    tree = ast.parse(path.read_text())
    own = set(own_names(tree))
    touched = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and private(node.attr) and node.attr not in own
    ]
    touched += [
        f"line {node.lineno}: {alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if private(alias.name)
    ]
    assert not touched
