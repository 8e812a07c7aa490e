"""Text as a `dataset.yaml` holds it: values that YAML reads back, and comments of one line."""

import json

from auxnet_keras.core.printable import printable


def quoted(text: str) -> str:
    """Any text as one YAML value: JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


def comment(text: str) -> str:
    """A comment of one line."""
    return f"# {printable(text)}"
