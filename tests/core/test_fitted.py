"""Lines on a terminal break between words; in a file they do not break."""

import io

import pytest

from auxnet_keras.core.fitted import fitted

TEXT = "learning-boost needs /data/a/folder/whose/name/is/long"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "21")


def test_a_terminal_breaks_between_words_and_a_file_does_not():
    shown = fitted(f"{TEXT}\nshort", Terminal(), 4)
    assert shown == "learning-boost needs\n    /data/a/folder/whose/name/is/long\nshort"
    assert fitted(TEXT, io.StringIO()) == TEXT


def test_a_closed_stream_is_no_terminal():
    closed = Terminal()
    closed.close()
    closed.isatty = lambda: (_ for _ in ()).throw(ValueError("closed"))
    assert fitted(TEXT, closed) == TEXT
