"""A depth-buffered canvas: flat surfaces in, antialiased colour and hard labels and depth out."""

from collections.abc import Iterable

import cv2
import numpy as np

from auxnet_keras.street.camera import Camera
from auxnet_keras.street.classes import Label

# Colour is painted on twice the rows and columns and averaged; labels and depth are picked.
OVERSAMPLING = 2
NEAR = 0.6
_SHIFT = 4


def clip_near(points: np.ndarray) -> np.ndarray:
    """The part [M, 3] of a convex polygon [N, 3] beyond the near plane."""
    if points[:, 2].min() >= NEAR:
        return points
    kept = []
    for here, there in zip(points, np.roll(points, -1, axis=0), strict=True):
        if here[2] >= NEAR:
            kept.append(here)
        if (here[2] >= NEAR) != (there[2] >= NEAR):
            kept.append(here + (there - here) * (NEAR - here[2]) / (there[2] - here[2]))
    return np.array(kept).reshape(-1, 3)


class Patch:
    """A rectangle of the canvas on which one object is drawn before its depth test.

    `image` [h, w, 4] holds RGB and, as fourth channel, the number of the visible surface (from
    `surface`; 0 where nothing is drawn). So one stroke paints colour and label.
    """

    def __init__(self, box: tuple[int, int, int, int]):
        self.x, self.y, width, height = box
        self.image = np.zeros((height, width, 4), np.uint8)
        self.window = slice(self.y, self.y + height), slice(self.x, self.x + width)
        self.surfaces: list[tuple[Label, np.ndarray, int]] = []

    def surface(self, label: Label, plane: np.ndarray, instance: int = 0) -> int:
        """Add a plane (see `Camera.plane`) with its owner; returns its number in this patch."""
        self.surfaces.append((label, plane, instance))
        return len(self.surfaces)

    def fixed(self, points: np.ndarray) -> np.ndarray:
        """Canvas pixels [N, 2] as the fixed-point numbers that OpenCV draws with."""
        return np.rint((points - (self.x, self.y)) * (1 << _SHIFT)).astype(np.int32)

    def fill(self, points: np.ndarray, counts: list[int], colours: list[list[float]]) -> None:
        """Fill polygons one over the other.

        Args:
            points: Corners of all polygons [N, 2], canvas pixels.
            counts: How many corners each polygon has.
            colours: RGB and surface number of each polygon.
        """
        corners, start = self.fixed(points), 0
        for count, colour in zip(counts, colours, strict=True):
            cv2.fillPoly(self.image, [corners[start : start + count]], colour, shift=_SHIFT)
            start += count


class Canvas:
    """The picture so far: colour, nearest surface and inverse depth of every sample.

    Surface 0 is the sky, with inverse depth 0. Other surfaces are planes; where one is nearer than
    what is there, it replaces it, whatever the order of painting.
    """

    def __init__(self, camera: Camera):
        self.output_camera = camera
        self.camera = camera.scaled(OVERSAMPLING)
        rows, columns = self.camera.size
        self.image = np.zeros((rows, columns, 4), np.uint8)
        self.surface = np.zeros((rows, columns), np.uint16)
        self.inverse_depth = np.zeros((rows, columns), np.float32)
        self.ray_x, self.ray_y = self.camera.rays()
        self._half_view = float(self.ray_x[-1])
        self.lamps: list[tuple[np.ndarray, np.ndarray, float]] = []
        self._surfaces: list[tuple[Label, np.ndarray, int]] = [(Label.SKY, np.zeros(3), 0)]
        self._instances = 0

    def new_instance(self) -> int:
        """The next id for an object that can move."""
        self._instances += 1
        return self._instances

    def new_surface(self, label: Label, plane: np.ndarray) -> int:
        """Register a plane that is painted without a patch; returns its number."""
        self._surfaces.append((label, plane, 0))
        return len(self._surfaces) - 1

    def glow(self, position: np.ndarray, colour: np.ndarray, size: float) -> None:
        """Register a lamp at a point [3]; `add_glow` draws its halo."""
        self.lamps.append((position, np.asarray(colour, float), size))

    def in_view(self, points: Iterable[np.ndarray], margin: float = 0.0) -> bool:
        """Whether anything upright within `margin` of ground points (x, z) can be seen."""
        front = left = right = False
        for x, z in points:
            reach = self._half_view * z + margin
            front, left, right = front or z > NEAR - margin, left or x > -reach, right or x < reach
        return bool(front and left and right)

    def patch(self, outline: np.ndarray, nearest: float) -> Patch | None:
        """An empty patch around pixels [N, 2], or None if all there is nearer than `nearest`."""
        rows, columns = self.camera.size
        left, top = outline.min(axis=0).tolist()
        right, bottom = outline.max(axis=0).tolist()
        x, y = max(int(left) - 1, 0), max(int(top) - 1, 0)
        width, height = min(int(right) + 3, columns) - x, min(int(bottom) + 3, rows) - y
        if width < 1 or height < 1:
            return None
        behind = self.inverse_depth[y : y + height, x : x + width]
        return Patch((x, y, width, height)) if behind.min() < 1 / nearest else None

    def paste(self, patch: Patch, opaque: np.ndarray | None = None) -> None:
        """Put a patch on the canvas where it is nearer than what is there.

        Args:
            patch: The patch.
            opaque: Boolean [h, w]; elsewhere the surface is recorded but the colour behind it
                stays (railings, spokes).
        """
        number, depth = patch.image[..., 3], self.inverse_depth[patch.window]
        inverse = self._inverse_depth(patch, number)
        nearer = (inverse > depth) & (number > 0)
        mask = nearer.view(np.uint8)
        if isinstance(inverse, float):
            depth[nearer] = inverse
        else:
            cv2.copyTo(inverse, mask, depth)
        first = len(self._surfaces) - 1
        self._surfaces += patch.surfaces
        cv2.copyTo(cv2.add(number, first, dtype=cv2.CV_16U), mask, self.surface[patch.window])
        if opaque is not None:
            mask = (nearer & opaque).view(np.uint8)
        cv2.copyTo(patch.image, mask, self.image[patch.window])

    def _inverse_depth(self, patch: Patch, number: np.ndarray) -> np.ndarray | float:
        """Inverse depth of what a patch shows [h, w], or one value if it faces the camera."""
        ray_x, ray_y = self.ray_x[patch.window[1]], self.ray_y[patch.window[0]]
        only = patch.surfaces[0][1]
        if all(plane is only for _, plane, _ in patch.surfaces):
            a, b, c = only.tolist()
            if a == b == 0:
                return c
            return (a * ray_x)[None, :] + (b * ray_y + np.float32(c))[:, None]
        planes = np.array([(0, 0, 0), *(plane for _, plane, _ in patch.surfaces)], np.float32)
        x, y, constant = (planes[:, column].take(number) for column in range(3))
        return x * ray_x + y * ray_y[:, None] + constant

    def flat(
        self, corners: np.ndarray, colour: np.ndarray, label: Label, normal: np.ndarray
    ) -> None:
        """Paint a convex polygon [N, 3] in one colour."""
        visible = clip_near(corners)
        if len(visible) < 3:
            return
        outline = self.camera.project(visible)
        patch = self.patch(outline, float(visible[:, 2].min()))
        if patch is not None:
            number = patch.surface(label, self.camera.plane(corners[0], normal))
            patch.fill(outline, [len(outline)], [[*colour.tolist(), number]])
            self.paste(patch)

    def labels(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Class ids [H, W], instance ids [H, W] and depth in metres [H, W] at pixel centres."""
        first = OVERSAMPLING // 2
        surface = self.surface[first::OVERSAMPLING, first::OVERSAMPLING]
        names, planes, owners = zip(*self._surfaces, strict=True)
        a, b, c = np.array(planes, np.float32).T
        ray_x, ray_y = self.output_camera.rays()
        inverse = a.take(surface) * ray_x + b.take(surface) * ray_y[:, None] + c.take(surface)
        # A pixel's centre may be just outside a surface that its sample hit; if the plane is so
        # steep that this matters, the sample's own depth is better.
        sample = self.inverse_depth[first::OVERSAMPLING, first::OVERSAMPLING]
        steep = (inverse < 0.5 * sample) | (inverse > 2 * sample)
        np.copyto(inverse, sample, where=steep)
        with np.errstate(divide="ignore"):
            depth = 1 / inverse
        depth[surface == 0] = np.inf
        return np.array(names, np.uint8)[surface], np.array(owners, np.uint16)[surface], depth
