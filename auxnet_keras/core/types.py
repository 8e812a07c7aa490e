"""Names for types that type checkers cannot see: the backend's tensors, and Keras' logs."""

from typing import Any

# A tensor of the active backend; the backends have no common type.
Tensor = Any

# The logs that Keras passes to a callback's hooks: name to number, growing until the epoch ends.
Logs = dict[str, Any] | None
