"""Runs command lines, given as JSON, one after another; prints what each says and loads.

The first argument is a list of commands, each a list of words.
"""

import contextlib
import io
import json
import sys

from auxnet_keras.cli import main


def outcome(arguments: list[str]) -> dict:
    """Exit code, output, and which of the slow libraries are loaded now."""
    said, error, code = io.StringIO(), io.StringIO(), None
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(error):
        try:
            main(arguments)
        except SystemExit as end:
            code = end.code
    loaded = [name for name in ("tensorflow", "keras") if name in sys.modules]
    return {"code": code, "out": said.getvalue(), "err": error.getvalue(), "loaded": loaded}


if __name__ == "__main__":
    for arguments in json.loads(sys.argv[1]):
        print(json.dumps(outcome(arguments)))
