"""The main + auxiliary rules by name."""

from auxnet_keras.weighting.method import Method

_HERE = "auxnet_keras.weighting.auxiliary_rules"

METHODS: dict[str, Method] = {
    "gate": Method(
        f"{_HERE}.gradient_gate:GradientGate",
        "an auxiliary gradient counts if it does not oppose the main one",
        "Du et al. 2018; Yu et al. 2020",
    ),
    "ol-aux": Method(
        f"{_HERE}.ol_aux:OLAux",
        "auxiliary weights grow while gradients agree, and fall while they do not",
        "Lin et al. 2019",
    ),
    "meta-balance": Method(
        f"{_HERE}.meta_balance:MetaBalance",
        "at every variable, auxiliary gradients of about the main one's length",
        "He et al. 2022",
    ),
    "priority": Method(
        f"{_HERE}.priority_descent:PriorityDescent",
        "the main gradient, bent until every auxiliary loss falls a little",
        "PCD 2026",
    ),
    "auto-lambda": Method(
        f"{_HERE}.auto_lambda:AutoLambda",
        "learned on the main loss after the step, on held-out samples",
        "Liu et al. 2022",
        forwards=2,
        backwards=(1, 1),
    ),
}
