"""Names for what type checkers cannot see: the arrays of the backend, and what Keras hands over."""

from typing import Any

# A tensor of whichever backend is active; the backends share no type.
Tensor = Any

# What Keras gives to the hooks of a callback: name to number, growing until the epoch ends.
Logs = dict[str, Any] | None
