"""Light and weather: position of the sun, look of the sky, range of sight."""

import math
from dataclasses import dataclass

import numpy as np

from auxnet_keras.street.palette import pick

KINDS = {
    "clear": 0.27, "cloudy": 0.22, "overcast": 0.16, "sunset": 0.12, "fog": 0.07, "rain": 0.10,
    "dusk": 0.06,
}  # fmt: skip


@dataclass(frozen=True)
class Weather:
    """The light of one scene; colours are RGB 0..255, gains multiply paint.

    Args:
        kind: One of KINDS.
        sun: Unit vector [3] towards the sun.
        sun_gain: Gain [3] of a surface that faces the sun.
        sky_gain: Gain [3] of a surface that sees only the sky.
        zenith: Colour [3] of the sky overhead.
        horizon: Colour [3] of the sky at the horizon, and of the haze.
        haze: Share of light lost per metre.
        clouds: Cover of the sky, 0..1.
        shadow: Darkness of cast shadows, 0..1.
        wet: Mirror-likeness of the road, 0..1.
        lamps: Whether windows and lights are on.
    """

    kind: str
    sun: np.ndarray
    sun_gain: np.ndarray
    sky_gain: np.ndarray
    zenith: np.ndarray
    horizon: np.ndarray
    haze: float
    clouds: float
    shadow: float
    wet: float
    lamps: bool

    def shade(self, normal: np.ndarray) -> np.ndarray:
        """Gain [..., 3] of unit normals [..., 3]: sky from above plus sun (Lambert)."""
        facing = np.maximum(normal @ self.sun, 0.0)
        sky = 0.78 + 0.22 * normal[..., 1]
        return np.multiply.outer(sky, self.sky_gain) + np.multiply.outer(facing, self.sun_gain)

    def lit(self, colour: np.ndarray, normal: np.ndarray, depth: float) -> np.ndarray:
        """Paint [..., 3] under this light as seen from `depth` metres, RGB 0..255.

        Light is lost on the way and replaced by the horizon's: `exp(-haze depth)` remains.
        """
        remains = math.exp(-self.haze * depth)
        lit = np.minimum(colour * self.shade(normal), 255.0)
        return lit * remains + self.horizon * (1 - remains)


# kind: sun gain, sky gain, zenith, horizon, haze range, clouds range, shadow, elevation range
_LOOKS: dict[str, tuple] = {
    "clear": ((0.62, 0.58, 0.50), (0.56, 0.60, 0.68), (64, 118, 196), (190, 212, 232),
              (0.0010, 0.0035), (0.05, 0.35), 0.58, (25, 62)),
    "cloudy": ((0.46, 0.44, 0.40), (0.62, 0.65, 0.70), (92, 132, 188), (204, 214, 224),
               (0.0015, 0.004), (0.4, 0.75), 0.45, (25, 60)),
    "overcast": ((0.08, 0.08, 0.08), (0.80, 0.82, 0.85), (172, 178, 186), (212, 214, 216),
                 (0.003, 0.007), (0.9, 1.0), 0.12, (40, 70)),
    "sunset": ((0.78, 0.52, 0.30), (0.50, 0.48, 0.56), (86, 96, 150), (250, 184, 122),
               (0.003, 0.007), (0.3, 0.65), 0.55, (6, 16)),
    "fog": ((0.04, 0.04, 0.04), (0.82, 0.83, 0.85), (196, 200, 204), (206, 208, 210),
            (0.014, 0.03), (1.0, 1.0), 0.05, (40, 70)),
    "rain": ((0.04, 0.04, 0.05), (0.66, 0.69, 0.74), (126, 134, 146), (170, 176, 184),
             (0.006, 0.012), (1.0, 1.0), 0.10, (40, 70)),
    "dusk": ((0.05, 0.05, 0.08), (0.40, 0.43, 0.56), (40, 52, 96), (156, 124, 132),
             (0.003, 0.006), (0.2, 0.6), 0.08, (4, 8)),
}  # fmt: skip


def sample_weather(rng: np.random.Generator) -> Weather:
    """Draw the light of a scene."""
    kind = pick(rng, KINDS)
    sun_gain, sky_gain, zenith, horizon, haze, clouds, shadow, elevation = _LOOKS[kind]
    # A low sun that glows over the street's end makes the picture: put it ahead at sunset.
    ahead = kind in ("sunset", "dusk")
    azimuth = rng.normal(0, 0.5) if ahead else rng.uniform(-np.pi, np.pi)
    height = np.deg2rad(rng.uniform(*elevation))
    sun = np.array(
        [np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height)]
    )
    # The camera's exposure and white balance differ from drive to drive.
    balance = rng.uniform(0.88, 1.1) * (1 + rng.normal(0, 0.018, 3))
    return Weather(
        kind=kind,
        sun=sun,
        sun_gain=np.array(sun_gain) * balance,
        sky_gain=np.array(sky_gain) * balance,
        zenith=np.clip(np.array(zenith) * balance + rng.normal(0, 6, 3), 0, 255),
        horizon=np.clip(np.array(horizon) * balance + rng.normal(0, 3, 3), 0, 255),
        haze=float(rng.uniform(*haze)),
        clouds=float(rng.uniform(*clouds)),
        shadow=shadow,
        wet=float(rng.uniform(0.45, 0.8)) if kind == "rain" else 0.0,
        lamps=kind in ("dusk", "rain", "fog"),
    )
