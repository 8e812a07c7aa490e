"""Training step of AuxNet against the same network in plain PyTorch, channels last.

Layers, parameter count, batch, losses and optimizer are the same; the PyTorch code is eager, as in
a tutorial. Neither computes metrics. Above 1, PyTorch is faster.
"""

import contextlib
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

# TensorFlow before Triton, which PyTorch imports if it is there, ends in a segmentation fault.
with contextlib.suppress(ImportError):
    import triton  # noqa: F401

import contenders
import keras
import tensorflow as tf
from common import interleaved, paired, parser, report, timed
from contenders import FULL, QUICK, Setting

try:
    import torch
except ImportError:
    raise SystemExit(
        "This benchmark needs PyTorch, which is not installed: pip install -e '.[bench]'"
    ) from None

from auxnet_pytorch import AuxNet, Batch
from turns import Worker

JAX_COMPILES = 1800  # seconds, at most


def torch_step(setting: Setting, device: str) -> tuple[int, Callable[[], object]]:
    """Parameter count, and a function that does one training step."""
    network = AuxNet().to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4, eps=1e-7)
    batch = Batch(*contenders.batch(setting), device)

    def step() -> float:
        optimizer.zero_grad(set_to_none=True)
        loss = batch.loss(*network(batch.image))
        loss.backward()
        optimizer.step()
        return loss.item()

    return network.count(), step


def keras_step(setting: Setting) -> tuple[int, Callable[[], object]]:
    """Parameter count, and a function that does one training step."""
    model = contenders.network(setting)
    model.compile(optimizer=keras.optimizers.Adam(1e-4), metrics=None)
    data = contenders.endless(setting)
    model.fit(data, epochs=1, steps_per_epoch=1, verbose=0, shuffle=False)
    iterator = iter(data)
    return model.count_params(), lambda: float(model.train_function(iterator)["loss"])


def jax_step(setting: Setting, device: str) -> Callable[[], float]:
    """A function that measures one step of ours on JAX, in a process of its own."""
    numbers = (*setting.size, setting.batch_size, 1)
    command = [sys.executable, str(Path(__file__).with_name("throughput_worker.py"))]
    command += ["jax", "float32", setting.backbone, *map(str, numbers)]
    worker = Worker(command, {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": device})
    worker.ask("compile", JAX_COMPILES)
    return lambda: worker.ask("measure", JAX_COMPILES)["seconds"]


def main() -> None:
    """Measures, prints the table and writes `pytorch`, and with `--jax`, `jax`."""
    arguments_parser = parser(__doc__)
    arguments_parser.add_argument(
        "--jax", action="store_true", help="ours on JAX, too, which compiles for minutes"
    )
    arguments = arguments_parser.parse_args()
    setting = replace(QUICK, backbone="resnet50") if arguments.quick else FULL
    device = "cuda" if tf.config.list_physical_devices("GPU") else "cpu"
    ours, our_step = keras_step(setting)
    theirs, their_step = torch_step(setting, device)
    if ours != theirs:
        raise SystemExit(f"The networks differ: {ours} parameters in Keras, {theirs} in PyTorch.")
    steps = {"PyTorch": timed(their_step), "Keras": timed(our_step)}
    if arguments.jax:
        steps["Keras on JAX"] = jax_step(setting, device)
    measured = interleaved(
        steps, rounds=arguments.rounds or (3 if arguments.quick else 30), warmup=2
    )
    ratios = {"Keras": paired(measured, "Keras", "PyTorch", at_most=1.0)}
    results = {"pytorch": ratios["Keras"].median}
    if arguments.jax:
        ratios["Keras on JAX"] = paired(measured, "Keras on JAX", "PyTorch")
        results["jax"] = ratios["Keras on JAX"].median
    report(
        f"Training step of {setting} ({ours:,} parameters), against PyTorch {torch.__version__} "
        f"channels last, {torch.get_num_threads()} threads, {device}.",
        *("seconds", measured, ratios, results, arguments.json),
    )


if __name__ == "__main__":
    main()
