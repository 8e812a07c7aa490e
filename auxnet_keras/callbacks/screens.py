"""Where a changing line is shown: a terminal, a notebook, or a log, which only grows."""

import abc
from typing import Any

from rich.console import Console
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from auxnet_keras.core.notebook import in_notebook


class Screen(abc.ABC):
    """Shows one line at a time."""

    @property
    def width(self) -> int | None:
        """Columns of a line, now; `None` if any length fits."""
        return None

    @abc.abstractmethod
    def update(self, line: Text) -> None:
        """Shows `line` in place of the previous one."""

    @abc.abstractmethod
    def finish(self, line: Text) -> None:
        """Shows `line` in place of the previous one and keeps it."""


class TerminalScreen(Screen):
    """Overwrites the current line; changes no terminal state that an interrupt would leave set."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @property
    def width(self) -> int:
        return self._console.width

    def update(self, line: Text) -> None:
        self._erase()
        self._console.print(_cut(line, self._console.width - 1), end="", no_wrap=True)

    def finish(self, line: Text) -> None:
        self._erase()
        self._console.print(line)

    def _erase(self) -> None:
        erase = Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2))
        self._console.control(erase)


class NotebookScreen(Screen):
    """One output of a Jupyter cell: the lines that stay, of all epochs, and the current one."""

    KEPT = 12
    """Lines that stay at most; the history has all of them."""

    def __init__(self) -> None:
        self._output: Any = None
        self._lines: list[str] = []

    @property
    def width(self) -> int:
        return 100  # of a cell in a window of usual width

    def update(self, line: Text) -> None:
        self._show([*self._lines, line.plain])

    def finish(self, line: Text) -> None:
        self._lines.append(line.plain)
        self._show(self._lines)

    def _show(self, lines: list[str]) -> None:
        from IPython.display import display

        left_out = ["..."] if len(lines) > self.KEPT else []
        data = {"text/plain": "\n".join([*left_out, *lines[-self.KEPT :]])}
        if self._output is None:
            self._output = display(data, raw=True, display_id=True)
        else:
            self._output.update(data, raw=True)


class LogScreen(Screen):
    """Prints only the final lines, for log files and CI."""

    def update(self, line: Text) -> None:
        """Does nothing: a log cannot replace a line."""

    def finish(self, line: Text) -> None:
        print(line.plain, flush=True)


def _cut(line: Text, width: int) -> Text:
    """As much of a line as fits, without half a word."""
    if line.cell_len <= width:
        return line
    shown = line.copy()
    shown.truncate(width - 1)
    end = shown.plain.rfind(" ")
    if line.plain[len(shown.plain) : len(shown.plain) + 1].strip() and end > 0:
        shown = shown[:end]
    shown.rstrip()
    shown.end = ""
    return shown.append("\N{HORIZONTAL ELLIPSIS}")


def screen() -> Screen:
    """The screen that suits standard output."""
    if in_notebook():
        return NotebookScreen()
    console = Console()
    return TerminalScreen(console) if console.is_terminal else LogScreen()
