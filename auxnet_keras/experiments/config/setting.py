"""A setting of a run: a field of `RunConfig` with its check and its help."""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any

from auxnet_keras.errors import ConfigError, shown, unknown


def setting(
    default: Any,
    check: Callable[[Any], Any],
    help: str,
    metavar: str | None = None,
    *,
    optional: bool = False,
    flags: str = "",
    changeable: bool = False,
    names: Collection[str] = (),
) -> Any:
    """A field of `RunConfig`: the definition of a setting.

    The command line's option, the page of settings and the checks are made from it.

    Args:
        default: The default value.
        check: As in `values`: returns the value in canonical form, or raises.
        help: One sentence for `--help` and the documentation.
        metavar: The name of its value there.
        optional: Whether it may be `None`.
        flags: Option names, if not `--name-of-the-field`.
        changeable: Whether a resumed run may have another value.
        names: What `{names}` in the help stands for, if `check` does not have them.
    """
    metadata = {
        "check": check,
        "optional": optional,
        "help": help,
        "metavar": metavar,
        "flags": flags,
        "changeable": changeable,
        "names": names or getattr(check, "names", ()),
    }
    return dataclasses.field(default=default, metadata=metadata)


def checked_setting(name: str, value: Any, metadata: Mapping[str, Any]) -> Any:
    """The value in canonical form.

    Raises:
        ConfigError: The setting cannot have this value.
    """
    try:
        return metadata["check"](value)
    except LookupError as error:
        raise unknown(name, value, error.args[0]) from None
    except TypeError as error:
        raise ConfigError(
            f"The setting {name} must be {error}. Received: {shown(value)}."
        ) from None
