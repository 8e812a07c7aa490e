"""The rules of gradients by name."""

from auxnet_keras.weighting.method import Method

_HERE = "auxnet_keras.weighting.gradient_rules"

METHODS: dict[str, Method] = {
    "mgda": Method(
        f"{_HERE}.mgda:MGDA",
        "shortest common descent direction",
        "Sener & Koltun 2018",
    ),
    "pareto": Method(
        f"{_HERE}.pareto:ParetoMTL",
        "descent that keeps the losses near a preferred ratio",
        "Lin et al. 2019",
        needs_values=True,
    ),
    "pcgrad": Method(
        f"{_HERE}.pcgrad:PCGrad",
        "each gradient without what opposes the others, summed",
        "Yu et al. 2020",
    ),
    "upgrad": Method(
        f"{_HERE}.upgrad:UPGrad",
        "each gradient projected on directions that raise no loss, averaged",
        "Quinton & Rey 2024",
    ),
    "cagrad": Method(
        f"{_HERE}.cagrad:CAGrad",
        "near the mean gradient, the fastest fall of the slowest loss",
        "Liu et al., NeurIPS 2021",
    ),
    "imtl-g": Method(
        f"{_HERE}.imtl_g:IMTLG",
        "equally long along every gradient",
        "Liu et al., ICLR 2021",
    ),
    "nash": Method(
        f"{_HERE}.nash:NashMTL",
        "bargaining solution: M λ = 1 / λ",
        "Navon et al. 2022",
    ),
    "fairgrad": Method(
        f"{_HERE}.fairgrad:FairGrad",
        "fair decrease of the losses: M λ = λ^(-1/alpha)",
        "Ban & Ji 2024",
    ),
    "aligned": Method(
        f"{_HERE}.aligned:AlignedMTL",
        "gradients made orthogonal and equally long, summed",
        "Senushkin et al. 2023",
    ),
    "config": Method(
        f"{_HERE}.config:ConFIG",
        "equal cosine to every gradient, length of the sum",
        "Liu et al., ICLR 2025",
    ),
    "gradvac": Method(
        f"{_HERE}.gradvac:GradVac",
        "gradients turned until their cosine is at least its average",
        "Wang et al. 2021",
    ),
    "gradnorm": Method(
        f"{_HERE}.grad_norm:GradNorm",
        "gradients of equal length, longer for tasks that learn slowly",
        "Chen et al. 2018",
    ),
}
