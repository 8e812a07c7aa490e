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
    "uncertainty": Method(
        f"{_HERE}.uncertainty:UncertaintyWeighting",
        "a exp(-s), s learned",
        "Kendall et al., CVPR 2018, Eqs. 7 and 10",
    ),
    "imtl-l": Method(
        f"{_HERE}.imtl_l:IMTLL",
        "exp(s), s learned",
        "Liu et al., ICLR 2021",
    ),
    "uw-o": Method(
        f"{_HERE}.uncertainty_optimal:UncertaintyOptimal",
        "1 / L",
        "Kirchdorfer et al., GCPR 2024",
    ),
    "uw-so": Method(
        f"{_HERE}.soft_uncertainty:SoftUncertainty",
        "softmax(1 / (L T))",
        "Kirchdorfer et al., GCPR 2024",
    ),
    "scale-invariant": Method(
        f"{_HERE}.scale_invariant:ScaleInvariantLoss",
        "1 / L, from the sum of log L",
        "Navon et al., ICML 2022",
    ),
    "geometric": Method(
        f"{_HERE}.geometric:GeometricLoss",
        "geometric mean of the losses / (K L)",
        "Chennupati et al., MultiNet++, 2019",
    ),
    "dwa": Method(
        f"{_HERE}.weight_average:DynamicWeightAverage",
        "K softmax(ratio of the last two epochs' losses / T)",
        "Liu et al., CVPR 2019, Eq. 7",
    ),
    "dtp": Method(
        f"{_HERE}.task_priority:DynamicTaskPriority",
        "focal weight of a task's progress",
        "Guo et al., ECCV 2018",
    ),
    "random": Method(
        f"{_HERE}.random_loss:RandomLossWeighting",
        "softmax of normal random numbers",
        "Lin et al., TMLR 2022",
    ),
    "tchebycheff": Method(
        f"{_HERE}.tchebycheff:SmoothTchebycheff",
        "smooth maximum of the losses in units of a warm-up's",
        "Lin et al., ICML 2024",
    ),
    "famo": Method(
        f"{_HERE}.famo:FAMO",
        "z / L, z learned from the losses after the step",
        "Liu et al., NeurIPS 2023, Algorithm 1",
        forwards=2,
    ),
}
