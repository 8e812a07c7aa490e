"""What JAX reads when it starts and what PyTorch takes: threads, determinism; lack of memory."""

import json
import os
import subprocess
import sys

import keras
import pytest

from auxnet_keras.core.determinism import compute_deterministically
from auxnet_keras.core.threads import thread_count, use_threads
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
on_jax = pytest.mark.skipif(keras.backend.backend() != "jax", reason="not on JAX")
on_torch = pytest.mark.skipif(keras.backend.backend() != "torch", reason="not on PyTorch")


@on_jax
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


@on_torch
def test_pytorch_takes_threads_at_any_time():
    import torch

    before = torch.get_num_threads()
    try:
        assert use_threads(3) and thread_count() == torch.get_num_threads() == 3
        assert compute_deterministically() and torch.are_deterministic_algorithms_enabled()
    finally:
        torch.set_num_threads(before)
        torch.use_deterministic_algorithms(False)


def error_of_backend(said):
    if keras.backend.backend() == "torch":
        return RuntimeError(said)
    import jax

    return jax.errors.JaxRuntimeError(said)


@pytest.mark.parametrize(
    "said",
    [
        "RESOURCE_EXHAUSTED: Out of memory while trying to allocate 8589934592 bytes.",
        "CUDA out of memory. Tried to allocate 8.00 GiB.",
        "[enforce fail at alloc_cpu.cpp:124] . DefaultCPUAllocator: can't allocate memory: you "
        "tried to allocate 8589934592 bytes.",
    ],
)
def test_lack_of_memory_names_the_settings(said):
    config = RunConfig(data="street", batch_size=64, size=(512, 1024))
    expected = pytest.raises(DataError, match=r"64 images of 512x1024.* allocate ")
    with expected, readable_memory_errors(config):
        raise error_of_backend(said)
    other = error_of_backend("INTERNAL: something else")
    with pytest.raises(type(other), match="something else"), readable_memory_errors(config):
        raise other
