"""Random input for readers: whatever it is, they answer or raise an error of the package.

AUXNET_FUZZ_EXAMPLES=20000 makes a night of what takes seconds in a test.
"""

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from auxnet_keras.errors import AuxnetError

fuzz = settings(
    max_examples=int(os.environ.get("AUXNET_FUZZ_EXAMPLES", 100)),
    derandomize=True,  # the same examples on every machine
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def answer(read: Callable[..., Any], *arguments: Any) -> Any:
    """What a reader returns; None for an error of the package, which must be one sentence."""
    try:
        return read(*arguments)
    except AuxnetError as error:
        sentence = str(error)
        assert "Received: " in sentence, sentence
        assert "\n" not in sentence and len(sentence) < 2000, sentence
        return None


@st.composite
def damaged(draw: st.DrawFn, *files: bytes) -> bytes:
    """One of some good files with bits flipped, parts cut out, doubled, swapped, or overwritten."""
    data = bytearray(draw(st.sampled_from(files)))
    for _ in range(draw(st.integers(1, 4))):
        if not data:
            break
        start = draw(st.integers(0, len(data) - 1))
        end = min(len(data), start + draw(st.integers(1, 64)))
        match draw(st.sampled_from(["flip", "cut", "end", "double", "swap", "write"])):
            case "flip":
                data[start] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del data[start:end]
            case "end":
                del data[start:]
            case "double":
                data[start:start] = data[start:end]
            case "swap":
                part = data[start:end]
                del data[start:end]
                place = draw(st.integers(0, len(data)))
                data[place:place] = part
            case "write":
                number = draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))
                data[start:end] = bytes([number]) * (end - start)
    return bytes(data)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**31, 2**32, 2**63, 10**400, -(10**400), 1e308, 0.1])
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["~nobody/x", "a\0b", "\ud800", "../..", "/dev/null", "1" * 5000, "x" * 300])
    | st.binary(max_size=4)
    | st.tuples(st.integers(), st.integers())
    | st.dates(),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(st.text(max_size=4) | st.integers(), inside, max_size=4)
    ),
    max_leaves=10,
)
"""Values of all types that YAML, JSON or a caller in Python may give."""
