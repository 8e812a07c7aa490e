"""Fixtures of this folder."""

from tests.experiments.fixtures import scenes  # noqa: F401
