"""`auxnet compare`: two runs inside and outside the region of each class."""

from pathlib import Path
from typing import Annotated

import typer

from auxnet_keras.commands.places import check_folder
from auxnet_keras.commands.quiet import import_tensorflow


def command(
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A", help="Single-task run folder, say.")],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", help="Multi-task run folder, say.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where tables and figure go.")],
    data: Annotated[
        str | None,
        typer.Option("--data", metavar="KIND[:ROOT]", help="Other data than the runs'; all of it."),
    ] = None,
) -> None:
    """Compare two runs class by class: IoU and log L1 of depth, inside and outside its region."""
    check_folder(out, "--out")
    import_tensorflow()
    from auxnet_keras.experiments.score.class_regions import (
        compare,
        print_comparison,
        write_comparison,
    )

    results = compare(run_a, run_b, data)
    write_comparison(results, out)
    print_comparison(results)
    typer.echo(f"Tables and figure are in {out}")
