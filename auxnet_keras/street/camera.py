"""A pinhole camera over flat ground, and planes as linear functions of the pixel."""

from dataclasses import dataclass, replace

import numpy as np

# Horizontal field of view of about 80 degrees, between KITTI's (81) and SYNTHIA's (100).
FOCAL_PER_WIDTH = 0.6
# Metres between the left and the (imagined) right camera, as in KITTI.
BASELINE = 0.54


@dataclass(frozen=True)
class Camera:
    """Pinhole camera `height` metres above the plane Y = 0, looking along Z with X right, Y up.

    A point (X, Y, Z) projects to `u = cx + f X / Z`, `v = cy + f (height - Y) / Z`; integers are
    pixel centres. Pitch is a shift of `cy` (like a shift lens), so that points of the ground at one
    depth stay on one image row and `Z = f height / (v - cy)` holds everywhere on the ground.

    Args:
        size: Height and width in pixels.
        focal: Focal length in pixels.
        cx: Column of the principal point.
        cy: Row of the principal point, which is the horizon.
        height: Metres above the ground.
        baseline: Metres to the right camera of the stereo pair.
    """

    size: tuple[int, int]
    focal: float
    cx: float
    cy: float
    height: float
    baseline: float = BASELINE

    def scaled(self, factor: int) -> "Camera":
        """The same view with `factor` times as many rows and columns."""
        centre = (factor - 1) / 2
        return replace(
            self,
            size=(self.size[0] * factor, self.size[1] * factor),
            focal=self.focal * factor,
            cx=self.cx * factor + centre,
            cy=self.cy * factor + centre,
        )

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels [N, 2] of points [N, 3] in metres with Z > 0."""
        scale = self.focal / points[:, 2]
        pixels = np.empty((len(points), 2))
        pixels[:, 0] = points[:, 0] * scale + self.cx
        pixels[:, 1] = (self.height - points[:, 1]) * scale + self.cy
        return pixels

    def rays(self) -> tuple[np.ndarray, np.ndarray]:
        """Ray slopes: X/Z of every column [W] and (height - Y)/Z of every row [H]."""
        columns = (np.arange(self.size[1]) - self.cx) / self.focal
        rows = (np.arange(self.size[0]) - self.cy) / self.focal
        return columns.astype(np.float32), rows.astype(np.float32)

    def plane(self, point: np.ndarray, normal: np.ndarray) -> np.ndarray:
        """Coefficients (a, b, c) of a plane's inverse depth, `1/Z = a ray_x + b ray_y + c`.

        The inverse depth of any plane is linear in the image, so depth is exact at every pixel
        without tracing rays: put X = ray_x Z and Y = height - ray_y Z into
        `normal . (P - point) = 0` and divide by Z. Points and normals are [..., 3].
        """
        offset = (normal * (point - (0.0, self.height, 0.0))).sum(axis=-1)
        # A plane seen edge-on has no pixels; keep its coefficients finite.
        offset = np.where(np.abs(offset) < 1e-6, 1e-6, offset)
        return normal * (1.0, -1.0, 1.0) / offset[..., None]

    def ground(self) -> np.ndarray:
        """The inverse-depth coefficients of the ground."""
        return np.array([0.0, 1.0 / self.height, 0.0])

    def wall_homography(
        self, corner: np.ndarray, along: np.ndarray, texture: tuple[int, int], size: np.ndarray
    ) -> np.ndarray:
        """Maps texture pixels (column, row) to image pixels for an upright rectangle.

        Args:
            corner: Its upper left corner [3], metres.
            along: Horizontal unit vector [3] from the left to the right edge.
            texture: Rows and columns of the texture.
            size: Height and width of the rectangle, metres.
        """
        across = along * (size[1] / texture[1])
        down = np.array([0.0, -size[0] / texture[0], 0.0])
        origin = corner - np.array([0.0, self.height, 0.0]) + (across + down) / 2
        intrinsics = np.array(
            [[self.focal, 0.0, self.cx], [0.0, -self.focal, self.cy], [0.0, 0.0, 1.0]]
        )
        return intrinsics @ np.stack([across, down, origin], axis=1)


def sample_camera(rng: np.random.Generator, size: tuple[int, int]) -> Camera:
    """A camera as mounted on cars, vans and trucks: height and pitch vary, the lens does not."""
    height, width = size
    return Camera(
        size=size,
        focal=FOCAL_PER_WIDTH * width,
        cx=(width - 1) / 2,
        cy=(height - 1) / 2 + height * float(rng.uniform(-0.14, 0.10)),
        height=float(rng.uniform(1.2, 2.3)),
    )
