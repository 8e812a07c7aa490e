"""The rules of losses by name."""

from auxnet_keras.weighting.method import Method

_HERE = "auxnet_keras.weighting.loss_rules"

METHODS: dict[str, Method] = {
    "fixed": Method(
        f"{_HERE}.fixed:FixedWeights",
        "constant",
        "AuxNet, Eq. 2: AuxNet_400, AuxNet_1000",
        needs_values=True,
    ),
    "first-loss": Method(
        f"{_HERE}.first_loss:FirstLossWeights",
        "constant: 1 / the first loss",
        "Learning Boost's program",
    ),
    "schedule": Method(
        f"{_HERE}.weight_schedule:WeightSchedule",
        "given at some epochs or steps; constant or linear in between",
        "-",
        needs_values=True,
    ),
    "twb": Method(
        f"{_HERE}.balancing:TaskWeightBalancing",
        "λ_main ← L_aux, λ_aux ← L_main, moving average",
        "AuxNet, Algorithm 1",
    ),
    "ftwb": Method(
        f"{_HERE}.focused:FocusedTaskWeightBalancing",
        "λ_main ← L_main L_aux, λ_aux ← L_main, moving average",
        "AuxNet, Algorithm 2",
    ),
}
