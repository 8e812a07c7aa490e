"""A table in its five forms."""

import math
import re

import pytest

from auxnet_keras.tables.table import Table

TABLE = Table(
    ("Seg|Net", "=A1"),
    (("mean IoU", (0.25, 0.3456)), ("<b>road", ("[red]x", None)), ("-x", (math.nan, 2.0))),
)


def test_markdown_has_a_dash_where_there_is_no_value():
    assert TABLE.markdown() == (
        "| | Seg\\|Net | =A1 |\n"
        "|---|---:|---:|\n"
        "| mean IoU | 0.250 | 0.346 |\n"
        "| \\<b>road | [red]x | - |\n"
        "| -x | - | 2.000 |\n"
    )


def test_csv_keeps_all_digits():
    assert TABLE.csv() == ("score,Seg|Net,'=A1\nmean IoU,0.25,0.3456\n<b>road,[red]x,\n'-x,,2.0\n")


def test_latex_is_for_booktabs():
    assert TABLE.latex() == (
        "\\begin{tabular}{lrr}\n"
        "\\toprule\n"
        " & Seg$|$Net & =A1 \\\\\n"
        "\\midrule\n"
        "mean IoU & 0.250 & 0.346 \\\\\n"
        "$<$b$>$road & {[}red]x & - \\\\\n"
        "-x & - & 2.000 \\\\\n"
        "\\bottomrule\n"
        "\\end{tabular}\n"
    )


def test_html_has_a_caption():
    shown = TABLE.html("a & b")
    assert shown.startswith("<table><caption>a &amp; b</caption><thead><tr><th></th><th>Seg|Net")
    assert "<td>&lt;b&gt;road</td><td>[red]x</td><td>-</td>" in shown
    assert shown.count("<tr>") == 4 and "<caption>" not in TABLE.html()
    assert TABLE._repr_html_() == TABLE.html()  # in notebooks


def test_the_terminal_shows_names_as_they_are_and_obeys_none(capsys):
    Table(("one\x1b[2J",), (("[red]road", (1.0,)),), digits=1, corner="class").show("T\x1b]0;x\nU")
    shown = capsys.readouterr().out
    assert "\x1b" not in shown and "one?[2J" in shown and "[red]road" in shown and "1.0" in shown
    assert shown.startswith("T?]0;x\nU\n") and "class" in shown


def test_three_files_are_written(tmp_path):
    TABLE.write(tmp_path, "table")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["table.csv", "table.md", "table.tex"]
    assert (tmp_path / "table.tex").read_text() == TABLE.latex()


def shown_at(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    names = ("SegNet", "AuxNet", "difference", "position prior")
    Table(names, (("frequency-weighted IoU", (0.1, 0.2, "+0.100", None)),)).show("Scores")
    return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)


@pytest.mark.parametrize(("width", "framed"), [(66, True), (57, False)])
def test_a_narrow_terminal_breaks_between_words(width, framed, monkeypatch, capsys):
    shown = shown_at(width, monkeypatch, capsys)
    assert ("┃" in shown) == framed
    words = set(shown.replace("┃", " ").replace("│", " ").split())
    assert {"frequency-weighted", "IoU", "difference", "position", "prior", "+0.100"} <= words
    assert max(map(len, shown.splitlines())) <= width


def test_a_table_that_is_too_wide_becomes_lines(monkeypatch, capsys):
    assert shown_at(40, monkeypatch, capsys) == (
        "Scores\nfrequency-weighted IoU\n  SegNet: 0.100\n  AuxNet: 0.200\n"
        "  difference: +0.100\n  position prior: -\n"
    )


def test_a_file_has_no_columns(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    Table(("a" * 30, "b" * 30), (("row", (0.1, 0.2)),)).show()
    assert max(map(len, capsys.readouterr().out.splitlines())) == 73
