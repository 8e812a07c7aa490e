"""A process of throughput.py: one contender, which compiles and measures when it is asked to."""

import argparse
from collections.abc import Callable
from typing import Any

from synthetic import Setting
from turns import seconds_per_step, serve


def contender(kind: str, setting: Setting, variant: str) -> Any:
    """One with `step()`, `wait()`, `memory()` and `facts()`; imports its framework."""
    if kind == "jax":
        from throughput_jax import Ours

        return Ours(setting, variant)
    if kind == "pytorch":
        from throughput_pytorch import Peer

        return Peer(setting, variant)
    from upsampling_jax import Upsampling

    return Upsampling(setting, variant)


class Answers:
    """The answers of a contender; the first one makes it, so that its failure is an answer, too."""

    def __init__(self, make: Callable[[], Any], steps: int) -> None:
        self._make, self._steps = make, steps

    def compile(self) -> dict[str, Any]:
        """How many seconds longer the first step takes than a later one, and the facts."""
        self._contender = self._make()
        first, later = self._seconds(1), self._seconds(2)
        return {"seconds": max(0.0, first - later), **self._contender.facts()}

    def measure(self) -> dict[str, Any]:
        """Seconds per step."""
        return {"seconds": self._seconds(self._steps)}

    def memory(self) -> dict[str, Any]:
        """The largest allocation so far."""
        return {"mib": self._contender.memory()}

    def _seconds(self, steps: int) -> float:
        return seconds_per_step(self._contender.step, steps, self._contender.wait)


def main() -> None:
    """Serves one contender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["jax", "pytorch", "upsampling"])
    parser.add_argument("variant", help="bf16 or float32; of the upsampling, its form")
    parser.add_argument("backbone")
    for number in ("height", "width", "batch", "steps"):
        parser.add_argument(number, type=int)
    given = parser.parse_args()
    setting = Setting(given.backbone, (given.height, given.width), given.batch)
    answers = Answers(lambda: contender(given.kind, setting, given.variant), given.steps)
    serve({name: getattr(answers, name) for name in ("compile", "measure", "memory")})


if __name__ == "__main__":
    main()
