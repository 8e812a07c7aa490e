"""The page of every command, read from Typer's own parser."""

from collections.abc import Iterator
from typing import Any

import typer

from auxnet_keras.cli import app
from generate.markdown import code, table


def pages() -> Iterator[tuple[str, str]]:
    """One page."""
    sections = [_section(name, command) for name, command in commands()]
    yield "commands.md", "\n".join([_HEAD, *sections])


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its full name, such as `auxnet data verify`."""
    yield from _below("auxnet", typer.main.get_command(app))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for word, child in inner.items():
        yield from _below(f"{name} {word}", child)


def _section(name: str, command: Any) -> str:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option"]
    usage = " ".join([name, *(_argument(each) for each in arguments), "[OPTIONS]"])
    rows = [(code(_argument(each)), each.help or "") for each in arguments]
    rows += [(code(_option(each)), _help(each)) for each in options if each.name != "help"]
    parts = [f"## {name}", _text(command.help), f"```\n{usage}\n```"]
    if rows:
        parts.append(table(("argument or option", "meaning"), rows))
    return "\n\n".join(parts) + "\n"


def _argument(argument: Any) -> str:
    return argument.metavar or argument.name.upper()


def _option(option: Any) -> str:
    names = " / ".join(filter(None, [*option.opts, *option.secondary_opts]))
    if option.is_flag or option.metavar is None:
        return names
    return f"{names} {option.metavar}"


def _help(option: Any) -> str:
    said = option.help or ""
    if option.required:
        return f"{said} Required."
    if option.show_default and option.default not in (None, False):
        return f"{said} Default: `{option.default}`."
    return said


def _text(docstring: str | None) -> str:
    return "\n".join(line.strip() for line in (docstring or "").splitlines()).strip()


_HEAD = """# Commands

Every command has `--help` (`-h`). `--size 96x160` means `--size 96 160`. Once
`auxnet --install-completion` has run, your shell completes commands, options and names. `--debug`,
anywhere in a command, adds the stack trace to an error.
Exit codes: 0 success; 1 an error with its message, errors found by `auxnet data verify`, unreadable
files in `auxnet predict`, `auxnet data browse` and `auxnet data statistics`, or data that
`auxnet data download` leaves to you; 2 wrong usage; 130 interrupted; 143 terminated by SIGTERM.
"""
