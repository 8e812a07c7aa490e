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
    "gradnorm": Method(
        f"{_HERE}.grad_norm:GradNorm",
        "gradients of equal length, longer for tasks that learn slowly",
        "Chen et al. 2018",
    ),
}
