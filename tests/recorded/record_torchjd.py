"""Writes torchjd.json: the weights an independent library finds for random gradients.

Tests only read the file. To write it again, in an environment of its own:

    pip install torch==2.13.0 torchjd==0.18.0
    python tests/recorded/record_torchjd.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import torch
from torchjd.aggregation import MGDAWeighting

SETTINGS = {
    "default": {"epsilon": 1e-3, "max_iters": 100},
    "tight": {"epsilon": 1e-9, "max_iters": 200_000},
}


def main() -> None:
    """Gradients of a few tasks, some opposed, some of very different length, and their weights."""
    generator = torch.Generator().manual_seed(0)
    cases = []
    for tasks in (2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6):
        gradients = torch.randn(tasks, 8, generator=generator, dtype=torch.float64)
        gradients += 0.5 * torch.randn(8, generator=generator, dtype=torch.float64)
        gradients *= torch.exp(torch.randn(tasks, 1, generator=generator, dtype=torch.float64))
        gram = gradients @ gradients.T
        weights = {
            name: MGDAWeighting(**setting)(gram).tolist() for name, setting in SETTINGS.items()
        }
        cases.append({"gram": gram.tolist(), "weights": weights})
    recorded = {
        "torch": version("torch"),
        "torchjd": version("torchjd"),
        "settings": SETTINGS,
        "cases": cases,
    }
    path = Path(__file__).with_name("torchjd.json")
    path.write_text(json.dumps(recorded, indent=1) + "\n")


if __name__ == "__main__":
    main()
