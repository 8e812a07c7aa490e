"""Tables of means: every form of the same cells."""

from auxnet_keras.experiments.reports.score_table import Cell, Row, ScoreTable, mark_best

TABLE = ScoreTable(
    "IoU [%]",
    ("car", "n_1"),
    (
        *mark_best(
            [
                Row("Seg_Net", (Cell(74.52, 0.5), Cell(3.0, digits=0))),
                Row("<Aux>", (Cell(79.0), Cell())),
            ],
            [True, None],
        ),
        Row("paper", (Cell(99.0), Cell(23_672_264.0, digits=0)), published=True),
    ),
)


def test_markdown():
    assert TABLE.markdown() == (
        "| IoU [%] | car | n_1 |\n"
        "|---|---:|---:|\n"
        "| Seg_Net | 74.52 ± 0.50 | 3 |\n"
        "| \\<Aux> | **79.00** | - |\n"
        "| *paper* | 99.00 | 23,672,264 |\n"
    )


def test_csv_has_all_digits_and_the_spread_apart():
    assert TABLE.csv().splitlines() == [
        "IoU [%],car,car sd,n_1",
        "Seg_Net,74.52,0.5,3.0",
        "<Aux>,79.0,,",
        "paper,99.0,,23672264.0",
    ]


def test_latex():
    text = TABLE.latex()
    assert r"IoU [\%] & car & n\_1 \\" in text
    assert r"Seg\_Net & 74.52 $\pm$ 0.50 & 3 \\" in text
    assert r"$<$Aux$>$ & \textbf{79.00} & - \\" in text
    assert r"\textit{paper} & 99.00" in text


def test_html_escapes_and_marks():
    text = TABLE.html()
    assert "&lt;Aux&gt;" in text and "<b>79.00</b>" in text
    assert '<tr class="published"><th>paper</th>' in text


def test_the_only_value_is_not_the_best():
    rows = mark_best([Row("a", (Cell(1.0), Cell(2.0)))], [True, False])
    assert not any(cell.best for cell in rows[0].cells)


def test_the_smaller_is_better_where_asked_and_ties_share():
    rows = mark_best(
        [Row("a", (Cell(1.0),)), Row("b", (Cell(1.0),)), Row("c", (Cell(2.0),))], [False]
    )
    assert [row.cells[0].best for row in rows] == [True, True, False]
