"""Fixtures of this folder."""

from tests.experiments.fixtures import (  # noqa: F401
    determinism_ends_with_the_test,
    kitti_scenes,
    scenes,
    settings,
    tiny_backbone,
    trained,
)
