"""A depth-buffered canvas: flat surfaces in, antialiased colour and hard labels and depth out."""

from collections.abc import Sequence

import cv2
import numpy as np

from auxnet_keras.data.street.camera import Camera
from auxnet_keras.data.street.classes import Label

# Colour is painted on twice the rows and columns and averaged; labels and depth are picked.
OVERSAMPLING = 2
NEAR = 0.6
_SHIFT = 4

Colour = Sequence[float] | np.ndarray


def clip_near(points: np.ndarray) -> np.ndarray:
    """The part [M, 3] of a convex polygon [N, 3] that lies beyond the near plane."""
    if (points[:, 2] >= NEAR).all():
        return points
    kept = []
    for here, there in zip(points, np.roll(points, -1, axis=0), strict=True):
        if here[2] >= NEAR:
            kept.append(here)
        if (here[2] >= NEAR) != (there[2] >= NEAR):
            kept.append(here + (there - here) * (NEAR - here[2]) / (there[2] - here[2]))
    return np.array(kept).reshape(-1, 3)


class Patch:
    """A rectangle of the canvas that one object is drawn on before it is depth-tested."""

    def __init__(self, canvas: "Canvas", outline: np.ndarray):
        rows, columns = canvas.camera.size
        low = np.floor(outline.min(axis=0)).astype(int) - 1
        high = np.ceil(outline.max(axis=0)).astype(int) + 2
        self.x, self.y = max(int(low[0]), 0), max(int(low[1]), 0)
        width, height = min(int(high[0]), columns) - self.x, min(int(high[1]), rows) - self.y
        self.empty = width < 1 or height < 1
        if not self.empty:
            self.image = np.zeros((height, width, 3), np.uint8)
            self.surface = np.zeros((height, width), np.uint16)

    @property
    def window(self) -> tuple[slice, slice]:
        height, width = self.surface.shape
        return slice(self.y, self.y + height), slice(self.x, self.x + width)

    def _fixed(self, points: np.ndarray) -> np.ndarray:
        return np.rint((np.asarray(points) - (self.x, self.y)) * (1 << _SHIFT)).astype(np.int32)

    def polygon(
        self, points: np.ndarray, colour: Colour | None = None, surface: int | None = None
    ) -> None:
        """Fill a polygon [N, 2] of the image; without a surface the labels stay what they are."""
        corners = [self._fixed(points)]
        if colour is not None:
            cv2.fillPoly(self.image, corners, tuple(map(float, colour)), shift=_SHIFT)
        if surface is not None:
            cv2.fillPoly(self.surface, corners, surface, shift=_SHIFT)

    def disc(
        self,
        centre: np.ndarray,
        radius: float,
        colour: Colour | None = None,
        surface: int | None = None,
        thickness: float = -1.0,
    ) -> None:
        """A filled circle, or a ring when a thickness in pixels is given."""
        x, y = self._fixed(np.asarray(centre)).tolist()
        scaled = max(int(radius * (1 << _SHIFT)), 1)
        line = -1 if thickness < 0 else max(round(thickness), 1)
        if colour is not None:
            shade = tuple(map(float, colour))
            cv2.circle(self.image, (x, y), scaled, shade, line, cv2.LINE_8, _SHIFT)
        if surface is not None:
            cv2.circle(self.surface, (x, y), scaled, surface, line, cv2.LINE_8, _SHIFT)

    def limb(
        self,
        start: np.ndarray,
        end: np.ndarray,
        widths: tuple[float, float],
        colour: Colour | None = None,
        surface: int | None = None,
    ) -> None:
        """A tapering stroke with round ends; widths in pixels."""
        start, end = np.asarray(start, float), np.asarray(end, float)
        along = end - start
        side = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-6) / 2
        quad = [
            start + side * widths[0],
            end + side * widths[1],
            end - side * widths[1],
            start - side * widths[0],
        ]
        self.polygon(np.array(quad), colour, surface)
        if min(widths) > 2:
            self.disc(start, widths[0] / 2, colour, surface)
            self.disc(end, widths[1] / 2, colour, surface)


class Canvas:
    """What is seen so far: colour, nearest surface and inverse depth of every sample.

    Surface 0 is the sky: inverse depth 0 everywhere. Other surfaces are planes; where they are
    the nearest thing so far they replace what was there, whatever the order of painting.
    """

    def __init__(self, camera: Camera):
        self.output_camera = camera
        self.camera = camera.scaled(OVERSAMPLING)
        rows, columns = self.camera.size
        self.image = np.zeros((rows, columns, 3), np.uint8)
        self.surface = np.zeros((rows, columns), np.uint16)
        self.inverse_depth = np.zeros((rows, columns), np.float32)
        self.ray_x, self.ray_y = self.camera.rays()
        self._planes: list[np.ndarray] = [np.zeros(3)]
        self._labels: list[int] = [Label.SKY]
        self._instances: list[int] = [0]
        self._last_instance = 0
        self.lamps: list[tuple[np.ndarray, np.ndarray, float]] = []

    @property
    def surfaces(self) -> int:
        """How many surfaces there are, the sky included."""
        return len(self._planes)

    def glow(self, position: np.ndarray, colour: np.ndarray, size: float) -> None:
        """A lamp at a point [3] whose halo is added when the picture is finished."""
        self.lamps.append((position, np.asarray(colour, float), size))

    def flat(self, corners: np.ndarray, colour: Colour, label: Label, normal: np.ndarray) -> None:
        """Paint a convex polygon [N, 3] in one colour."""
        visible = clip_near(corners)
        if len(visible) < 3:
            return
        outline = self.camera.project(visible)
        patch = self.patch(outline)
        if not patch.empty:
            surface = self.new_surface(label, self.camera.plane(corners[0], normal))
            patch.polygon(outline, colour, surface)
            self.paste(patch)

    def new_instance(self) -> int:
        """The next id for an object that can move."""
        self._last_instance += 1
        return self._last_instance

    def new_surface(self, label: Label, plane: np.ndarray, instance: int = 0) -> int:
        """Register a plane (see `Camera.plane`) and what it belongs to; returns its id."""
        self._planes.append(plane)
        self._labels.append(label)
        self._instances.append(instance)
        return len(self._planes) - 1

    def billboard(self, label: Label, depth: float, instance: int = 0) -> int:
        """Register a plane that faces the camera at `depth` metres."""
        return self.new_surface(label, np.array([0.0, 0.0, 1.0 / depth]), instance)

    def patch(self, outline: np.ndarray) -> Patch:
        """An empty drawing of the part of the image around `outline` [N, 2]."""
        return Patch(self, outline)

    def paste(self, patch: Patch, opaque: np.ndarray | None = None) -> None:
        """Put a drawing on the canvas where it is nearer than what is there.

        Args:
            patch: The drawing; where its surface is 0 it is empty.
            opaque: Boolean [h, w]; elsewhere the surface is recorded but the colour behind it
                stays (railings, spokes).
        """
        window = patch.window
        ray_x = self.ray_x[window[1]][None, :]
        ray_y = self.ray_y[window[0]][:, None]
        present = np.unique(patch.surface)
        inverse = np.zeros(patch.surface.shape, np.float32)
        for surface in present[present > 0].tolist():
            a, b, c = self._planes[surface].astype(np.float32)
            values = a * ray_x + (b * ray_y + c)
            if len(present) <= 2:
                inverse = np.broadcast_to(values, inverse.shape)
            else:
                np.copyto(inverse, values, where=patch.surface == surface)
        nearer = (patch.surface > 0) & (inverse > self.inverse_depth[window])
        np.copyto(self.inverse_depth[window], inverse, where=nearer)
        np.copyto(self.surface[window], patch.surface, where=nearer)
        if opaque is not None:
            nearer &= opaque
        cv2.copyTo(patch.image, nearer.view(np.uint8), self.image[window])

    def labels(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Class ids [H, W], instance ids [H, W] and depth in metres [H, W] at pixel centres."""
        first = OVERSAMPLING // 2
        surface = self.surface[first::OVERSAMPLING, first::OVERSAMPLING]
        planes = np.array(self._planes, np.float32)[surface]
        ray_x, ray_y = self.output_camera.rays()
        inverse = planes[..., 0] * ray_x[None, :] + planes[..., 1] * ray_y[:, None]
        inverse += planes[..., 2]
        with np.errstate(divide="ignore"):
            depth = np.where(surface == 0, np.float32(np.inf), 1 / np.maximum(inverse, 1e-3))
        labels = np.array(self._labels, np.uint8)[surface]
        instances = np.array(self._instances, np.uint16)[surface]
        return labels, instances, depth.astype(np.float32)
