"""Random draws: paint that all classes share, and picks from weighted lists."""

from typing import TypeVar

import numpy as np

T = TypeVar("T")
# Colour alone must not reveal a class: walls, cars, coats, signs and fences all draw from these.
SWATCHES: dict[str, list[tuple[int, int, int]]] = {
    "white": [(232, 230, 224), (214, 214, 212), (224, 218, 204)],
    "grey": [(168, 168, 166), (136, 138, 140), (112, 112, 114), (150, 146, 140), (186, 184, 180)],
    "dark": [(58, 60, 64), (74, 72, 70), (48, 50, 56), (88, 86, 86)],
    "cream": [(216, 196, 158), (204, 178, 140), (226, 208, 176), (196, 172, 130)],
    "earth": [(140, 108, 80), (116, 88, 64), (158, 124, 92), (98, 78, 62), (132, 116, 98)],
    "brick": [(150, 84, 66), (132, 72, 58), (166, 104, 82), (122, 62, 54)],
    "red": [(168, 44, 40), (142, 34, 38), (186, 62, 50)],
    "green": [(82, 112, 66), (64, 96, 62), (104, 126, 78), (54, 84, 66), (120, 138, 92)],
    "blue": [(66, 92, 140), (88, 114, 148), (48, 66, 104), (118, 142, 166)],
    "yellow": [(208, 170, 66), (190, 146, 58), (222, 188, 98)],
    "pink": [(200, 150, 138), (186, 132, 124)],
}


def paint(rng: np.random.Generator, *names: str) -> np.ndarray:
    """A colour [3] from one of the named swatches, varied in brightness and hue."""
    # One draw and plain floats: a scene mixes hundreds of paints.
    name, tone, light, *hue = rng.random(6).tolist()
    tones = SWATCHES[names[int(name * len(names))]]
    gain = 0.85 + 0.28 * light
    colour = [
        min(max(channel * gain + 17 * (shift - 0.5), 8.0), 248.0)
        for channel, shift in zip(tones[int(tone * len(tones))], hue, strict=True)
    ]
    return np.array(colour)


def pick(rng: np.random.Generator, shares: dict[T, float]) -> T:
    """One of the keys, drawn with its share (shares sum to 1)."""
    left = float(rng.random())
    for name, share in shares.items():
        left -= share
        if left < 0:
            return name
    return name
