"""Every `>>>` example of a docstring runs, and gives what it says it gives.

An example without an expected value only has to run: `model.fit` returns a history nobody prints.
"""

import ast
import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((*ROOT.glob("auxnet_keras/**/*.py"), *ROOT.glob("data_tools/**/*.py")))
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def _examples():
    """Module, name and docstring of everything with an example; imports nothing."""
    for path in FILES:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node) or ""
                if ">>>" in text:
                    name = getattr(node, "name", "module")
                    yield pytest.param(module, text, id=f"{module}.{name}")


class _Checker(doctest.OutputChecker):
    def check_output(self, want, got, optionflags):
        return not want or super().check_output(want, got, optionflags)


@pytest.mark.parametrize(("module", "text"), _examples())
def test_example(module, text, world):
    parser = doctest.DocTestParser()
    if all(each.options.get(doctest.SKIP) for each in parser.get_examples(text)):
        pytest.skip("marked: it needs a GPU, a download or data that nobody can ship")
    text, names = world(text)
    names = {**vars(importlib.import_module(module)), **names}
    report: list[str] = []
    runner = doctest.DocTestRunner(_Checker(), optionflags=OPTIONS, verbose=False)
    runner.run(parser.get_doctest(text, names, module, module, 0), out=report.append)
    assert not report, "".join(report)
