"""Runs commands in processes of their own, on JAX or PyTorch."""

import os
import subprocess
import sys

import pytest

from tests.experiments.fixtures import scenes  # noqa: F401

if os.environ.get("KERAS_BACKEND") not in ("jax", "torch"):
    collect_ignore_glob = ["*"]


@pytest.fixture(scope="session")
def start():
    """Starts `auxnet` with some words; what it prints is kept."""

    def run(*words):
        return subprocess.Popen(
            [sys.executable, "-m", "auxnet_keras", *map(str, words)],
            # Halves the time to compile on JAX.
            env={**os.environ, "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return run


@pytest.fixture(scope="session")
def auxnet(start):
    """Runs `auxnet` to its end; returns what it said on standard output and error."""

    def run(*words, code=0):
        process = start(*words)
        said = process.communicate(timeout=600)
        assert process.returncode == code, said
        return said

    return run


@pytest.fixture(scope="session")
def tiny(scenes):  # noqa: F811
    """Options of a training in seconds."""
    return (
        *("--data", f"street:{scenes}", "--backbone", "small", "--weights", "none"),
        *("--size", "32x64", "--batch-size", 4, "--learning-rate", 0.01),
    )
