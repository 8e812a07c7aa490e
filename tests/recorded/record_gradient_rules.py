"""Writes gradient_rules.json: the directions an independent library finds for random gradients.

Double precision, gradients of norms near 1 with ratios below 10. Random orders are made known by
replacing `torch.randperm`. Where the library adds constants to a Gram matrix, they are made small
first: with its defaults UPGrad is only within 1e-3 of its definition. Tests only read the file. To
write it again, in an environment of its own:

    pip install torch==2.13.0 torchjd==0.18.0 cvxpy==1.9.3 ecos==2.0.14 quadprog qpsolvers scipy
    python tests/recorded/record_gradient_rules.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import torch
from torchjd import aggregation
from torchjd.linalg import QuadprogProjector

PACKAGES = ("torch", "torchjd", "cvxpy", "clarabel", "ecos", "quadprog", "scipy")
TARGETS = 0.4
"""Of every pair in GradVac, so that there is something to correct."""


def reversed_order(count: int) -> torch.Tensor:
    """Takes the place of `torch.randperm`."""
    return torch.arange(count - 1, -1, -1)


def gradvac(gradients: torch.Tensor) -> torch.Tensor:
    """One step from the same target for every pair."""
    rule = aggregation.GradVac(beta=0.5)
    rule(gradients)
    rule.gramian_weighting._phi_t.fill_(TARGETS)
    return rule(gradients)


def upgrad(gradients: torch.Tensor) -> torch.Tensor:
    """Without the constants that the defaults add."""
    return aggregation.UPGrad(projector=QuadprogProjector(norm_eps=0.0, reg_eps=1e-12))(gradients)


RULES = {
    "pcgrad": aggregation.PCGrad(),
    "gradvac": gradvac,
    "upgrad": upgrad,
    "cagrad": aggregation.CAGrad(c=0.4),
    "imtl-g": aggregation.IMTLG(),
    "config": aggregation.ConFIG(),
    "aligned": aggregation.AlignedMTL(),
    "fairgrad": aggregation.FairGrad(alpha=2.0),
    "nash": lambda gradients: aggregation.NashMTL(len(gradients), optim_niter=100)(gradients),
}


def main() -> None:
    """Gradients of a few tasks, some opposed, and the direction of every rule."""
    torch.randperm = reversed_order
    generator = torch.Generator().manual_seed(0)
    cases = []
    for tasks in (2, 2, 2, 2, 3, 3, 3, 4, 4):
        gradients = torch.randn(tasks, 6, generator=generator, dtype=torch.float64)
        gradients += 0.8 * torch.randn(6, generator=generator, dtype=torch.float64)
        gradients /= gradients.norm(dim=1, keepdim=True)
        gradients *= torch.exp(2 * torch.rand(tasks, 1, generator=generator).double() - 1)
        directions = {name: rule(gradients).tolist() for name, rule in RULES.items()}
        cases.append({"gradients": gradients.tolist(), "directions": directions})
    recorded = {
        "packages": {name: version(name) for name in PACKAGES},
        "settings": {"cagrad": {"c": 0.4}, "fairgrad": {"alpha": 2.0}, "gradvac": TARGETS},
        "cases": cases,
    }
    path = Path(__file__).with_name("gradient_rules.json")
    path.write_text(json.dumps(recorded, indent=1) + "\n")


if __name__ == "__main__":
    main()
