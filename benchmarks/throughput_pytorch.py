"""Contender of throughput.py: the training step of the same network in PyTorch."""

import warnings
from typing import Any

import torch
from auxnet_pytorch import AuxNet, Batch
from processes import peak_memory
from synthetic import Setting, batch

CUDA = torch.cuda.is_available()
# Without a GPU this only shows that the benchmark runs; Inductor would compile C++ for minutes.
BACKEND = "inductor" if CUDA else "aot_eager"


class Peer:
    """As PyTorch's guides advise: `torch.compile`, channels last, autocast, fused Adam, TF32."""

    def __init__(self, setting: Setting, precision: str) -> None:
        torch.backends.cudnn.benchmark = True
        torch.backends.cudnn.allow_tf32 = True  # as XLA does
        torch.set_float32_matmul_precision("high")
        self._device = "cuda" if CUDA else "cpu"
        self._half = precision == "bf16"
        self._network = AuxNet(setting.backbone).to(self._device, memory_format=torch.channels_last)
        self._optimizer = torch.optim.Adam(
            self._network.parameters(), lr=1e-4, eps=1e-7, fused=CUDA
        )
        self._batch = Batch(*batch(setting), self._device)
        self._compiled = torch.compile(self._forward, backend=BACKEND)
        self._note = "" if CUDA else f"compiled by {BACKEND}"

    def _forward(self) -> torch.Tensor:
        with torch.autocast(self._device, torch.bfloat16, enabled=self._half):
            predictions = self._network(self._batch.image)
        return self._batch.loss(*predictions)

    def facts(self) -> dict[str, Any]:
        """The number of parameters, the device, the version, and what is not as it should be."""
        name = torch.cuda.get_device_name() if CUDA else "cpu"
        return {
            "parameters": self._network.count(),
            "device": name,
            "version": torch.__version__,
            "note": self._note,
        }

    def step(self) -> None:
        """Starts one step."""
        self._optimizer.zero_grad(set_to_none=True)
        try:
            loss = self._compiled()
        except torch.cuda.OutOfMemoryError:
            raise
        except Exception as error:  # no C compiler, for example; better an eager peer than none
            if self._compiled is self._forward:
                raise
            warnings.warn(f"torch.compile failed: {error}", stacklevel=1)
            self._compiled, self._note = self._forward, "not compiled: torch.compile failed"
            loss = self._compiled()
        loss.backward()
        self._optimizer.step()
        self._loss = loss.detach()

    def wait(self) -> None:
        """Until the device has finished."""
        self._loss.item()
        if CUDA:
            torch.cuda.synchronize()

    def memory(self) -> float:
        """The largest allocation in MiB, on the device or, on a CPU, resident in this process."""
        return torch.cuda.max_memory_allocated() / 2**20 if CUDA else peak_memory()
