"""How the site reads docstrings, and that every page of the site is in its contents."""

import re
import runpy

from tests.docs.snippets import ROOT

converted = runpy.run_path(str(ROOT / "docs" / "generate" / "docstrings.py"))["converted"]


def test_code_may_go_over_the_end_of_a_line():
    assert converted(["Takes `a` or `b", "c` and 2*3, *x."]) == [
        "Takes ``a`` or ``b",
        "c`` and 2*3, \\*x.",
    ]


def test_a_letter_may_follow_code():
    assert converted(["Some `Callback`s."]) == ["Some ``Callback``\\ s."]


def test_an_indented_block_is_a_formula_and_a_section_is_not():
    text = ["One line.", "", "    L = a * `b`", "", "Args:", "    x: `X`.", ""]
    assert converted(text) == [
        *("One line.", "", ".. code-block:: text", "", "    L = a * `b`", ""),
        *("Args:", "    x: ``X``.", ""),
    ]


def test_examples_stay_as_they_are_without_the_marks_for_tests():
    text = ["Example:", "    >>> f('`', *x)  # doctest: +SKIP", "    ... + 1"]
    assert converted(text) == ["Example:", "    >>> f('`', *x)", "    ... + 1"]


def test_every_page_is_in_the_contents():
    contents = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^([\w/]+)$", contents, re.MULTILINE))
    assert {page.stem for page in (ROOT / "docs").glob("*.md")} <= listed | {"index"}
