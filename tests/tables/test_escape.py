"""No text from outside is parsed as markup, whatever a table is written as."""

import csv
import html
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxnet_keras.tables import escape
from auxnet_keras.tables.table import Table

PLAIN = "road, mean IoU, Aux_Net, delta < 1.25, RMSE [m], D1 (%)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PLAIN, PLAIN),
        ("a|b", r"a\|b"),
        ("<script>alert(1)</script>", r"\<script>alert(1)\</script>"),
        ("[here](http://x)", r"[here]\(http://x)"),
        ("*a* _b_ `c` ~d~ $e$ &lt; \\", r"\*a\* \_b\_ \`c\` \~d\~ \$e\$ \&lt; \\"),
        ("two\nlines\x1b[2J", "two?lines?[2J"),
    ],
)
def test_markdown(text, expected):
    assert escape.markdown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mean IoU", "mean IoU"),
        (r"\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("{ } $ & % # _", r"\{ \} \$ \& \% \# \_"),
        ("a~b^c^2 <>|", r"a\textasciitilde{}b\textasciicircum{}c$^2$ $<$$>$$|$"),
        ("[3cm] high", "{[}3cm] high"),
        ("x [m]", "x [m]"),
    ],
)
def test_latex(text, expected):
    assert escape.latex(text) == expected


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+A1", "-A1", "@SUM(A1)"])
def test_a_spreadsheet_runs_no_name(text):
    assert escape.csv(text) == f"'{text}"


@pytest.mark.parametrize("text", ["road", "-1.5", "+3", "1e-3", "a=b", "", "-inf", 'a"b, c'])
def test_other_cells_of_csv_stay(text):
    assert escape.csv(text) == text


def test_csv_has_no_control_characters():
    assert escape.csv("\t=1\r\n") == "?=1??"


@given(st.text())
def test_html_has_no_tag_and_shows_the_text(text):
    shown = escape.html(text)
    assert not set("<>\"'") & set(shown)
    assert all(
        a == b or not b.isprintable() for a, b in zip(html.unescape(shown), text, strict=True)
    )


@given(st.text())
def test_latex_has_no_command_but_ours(text):
    ours = (*(name for name in escape._LATEX.values() if name.startswith("\\text")), "{[}")
    left = escape.latex(text)
    for name in ours:
        left = left.replace(name, "")
    left = re.sub(r"\$(?:[<>|]|\\pm|\^\d)\$", "", left)
    assert not re.search(r"\\[^{}$&%#_]|[~\n]|(?<!\\)[{}$&%#_^]", left)


@given(st.text(min_size=1), st.text(min_size=1))
def test_names_move_no_cell_of_markdown_or_csv(label, column):
    table = Table((column, "b"), ((label, (1.0, 2.0)),))
    for line in table.markdown().splitlines():
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 4
    rows = list(csv.reader(io.StringIO(table.csv(), newline="")))
    assert [len(row) for row in rows] == [3, 3] and rows[1][1:] == ["1.0", "2.0"]
