"""The Python of README and pages runs; their command lines name commands and options that exist."""

import pytest

from tests.docs.snippets import PAGES, command_lines, python_of

WITH_PYTHON = [page for page in PAGES if python_of(page)]
LINES = [(page, line) for page in PAGES for line in command_lines(page)]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=lambda page: page.stem)
def test_python_runs(page, world):
    program, names = world(python_of(page))
    exec(compile(program, str(page), "exec"), names)


def test_there_are_command_lines():
    assert len(LINES) > 40


@pytest.mark.parametrize(
    ("page", "line"), LINES, ids=[f"{page.stem}: {' '.join(line)[:50]}" for page, line in LINES]
)
def test_command_line_parses(page, line):
    import typer

    from auxnet_keras.cli import app

    command, words = typer.main.get_command(app), list(line)
    if "--help" in words or "--version" in words:
        return
    while hasattr(command, "commands"):
        name = words.pop(0)
        assert name in command.commands, f"no command {name!r}"
        command = command.commands[name]
    command.make_context("auxnet", words)  # raises on a wrong option, runs nothing
