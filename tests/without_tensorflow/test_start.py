"""What JAX reads when it starts: flags and threads are set before, or said to be too late."""

import json
import os
import subprocess
import sys

import jax
import pytest

from auxnet_keras.errors import DataError
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.fit.memory_errors import readable_memory_errors

PROGRAM = """
import json, os, sys
from auxnet_keras.commands.quiet import start_backend
start_backend()
from auxnet_keras.core.determinism import compute_deterministically, jax_has_started
from auxnet_keras.core.threads import thread_count, use_threads
found = [jax_has_started(), use_threads(3), thread_count(), compute_deterministically()]
import jax
jax.devices()
found += [jax_has_started(), use_threads(3), use_threads(2), thread_count()]
print(json.dumps([*found, compute_deterministically(), os.environ["XLA_FLAGS"]]))
"""
FLAG = "--xla_gpu_deterministic_ops=true"


def test_before_and_after_the_start():
    environment = {**os.environ, "NPROC": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=true"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={name: value for name, value in environment.items() if name != "PJRT_NPROC"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    before, after = [False, True, 3, True], [True, True, False, 3]
    flags = f"--xla_cpu_multi_thread_eigen=true {FLAG}"
    assert json.loads(done.stdout) == [*before, *after, True, flags]


def test_lack_of_memory_names_the_settings():
    config = RunConfig(data="street", batch_size=64, size=(512, 1024))
    said = "RESOURCE_EXHAUSTED: Out of memory while trying to allocate 8589934592 bytes."
    expected = pytest.raises(DataError, match=r"64 images of 512x1024.* Out of memory while")
    with expected, readable_memory_errors(config):
        raise jax.errors.JaxRuntimeError(said)
    with pytest.raises(jax.errors.JaxRuntimeError), readable_memory_errors(config):
        raise jax.errors.JaxRuntimeError("INTERNAL: something else")
