"""`--size 96x160` as well as `--size 96 160`."""

import re
from collections.abc import Sequence

_OPTION = "--size"


def spread_sizes(arguments: Sequence[str]) -> list[str]:
    """The arguments with `HxW` after `--size` as two.

    Example:
        >>> spread_sizes(["train", "--size", "96x160", "--out", "run"])
        ['train', '--size', '96', '160', '--out', 'run']
        >>> spread_sizes(["--size=96x160"])
        ['--size', '96', '160']
    """
    found: list[str] = []
    for argument in arguments:
        joined = re.fullmatch(rf"(?:{_OPTION}=)?(\d+)[xX](\d+)", argument)
        if joined and argument.startswith(_OPTION):
            found += [_OPTION, *joined.groups()]
        elif joined and found[-1:] == [_OPTION]:
            found += joined.groups()
        else:
            found.append(argument)
    return found
