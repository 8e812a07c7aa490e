"""YAML for settings: values, lists and mappings, without the features that blow up a short file.

PyYAML's safe loader runs no code, but it repeats the target of an alias (a page of them fills the
memory), recurses as deep as a file demands, reads 20:30 as 1230 and takes the last of two equal
keys.
"""

import re
from collections.abc import Hashable
from typing import Any

import yaml

MAX_DEPTH, MAX_VALUES = 20, 50_000

_NULL, _BOOL, _INT, _FLOAT = (
    f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float")
)
_RESOLVED: list[tuple[str, str, str]] = [
    (_NULL, r"~|null|Null|NULL|", "~nN\0"),
    (
        _BOOL,
        r"yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF",
        "yYnNtTfFoO",
    ),
    # Only as many digits as fit 64 bits: Python is slow to read more and refuses to print them.
    (_INT, r"[-+]?(?:0|[1-9][0-9]{0,17}|0x[0-9a-fA-F]{1,15})", "-+0123456789"),
    (
        _FLOAT,
        r"[-+]?(?:[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|\.[0-9]+"
        r"(?:[eE][-+]?[0-9]+)?|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN)",
        "-+0123456789.",
    ),
]


class YamlError(Exception):
    """The text is not plain YAML; the caller turns this into its own error."""


class _PlainLoader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as in PyYAML

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = self._values = 0

    def compose_node(self, parent: Any, index: Any) -> yaml.Node | None:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise self._problem("an alias; write the value out", event)
        if event.tag is not None:
            raise self._problem("a tag; leave it out", event)
        self._depth += 1
        self._values += 1
        if self._values > MAX_VALUES:
            raise self._problem(f"more than {MAX_VALUES:,} values", event)
        if self._depth > MAX_DEPTH:
            raise self._problem(f"more than {MAX_DEPTH} nested values", event)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._problem("a name that is a list or a mapping", key)
            name = self.construct_object(key)
            if name in seen:
                raise self._problem(f"the name {str(name)[:60]!r} a second time", key)
            seen.add(name)
        return super().construct_mapping(node, deep)

    @staticmethod
    def _problem(what: str, where: Any) -> yaml.MarkedYAMLError:
        return yaml.MarkedYAMLError(problem=f"found {what}", problem_mark=where.start_mark)


for _tag, _pattern, _first in _RESOLVED:
    _PlainLoader.add_implicit_resolver(
        _tag, re.compile(rf"(?:{_pattern})\Z"), ["" if c == "\0" else c for c in _first]
    )


def plain_yaml(text: str) -> Any:
    """Parses YAML text, in time and memory that grow only with its length.

    Numbers follow YAML 1.2; dates and longer integers are strings.

    Raises:
        YamlError: The text is not YAML, or has aliases, tags, a name twice, more than `MAX_VALUES`
            values, or more than `MAX_DEPTH` nested values; the message names the line.
    """
    try:
        loader = _PlainLoader(text)  # already checks for invalid characters
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError(f"line {line}, {error.reason}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, " if mark else ""
        raise YamlError(f"{where}{error.problem or error.context}") from error
