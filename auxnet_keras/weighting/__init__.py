"""Weightings: how much each task's loss counts. One method a file; base.py says what one is."""

from auxnet_keras._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "Weighting": "base",
        "TaskWeighting": "base",
        "FixedWeights": "fixed",
        "TaskWeightBalancing": "balancing",
        "FocusedTaskWeightBalancing": "focused",
        "ClassWiseWeighting": "class_wise",
        "GradientWeighting": "gradient_base",
        "MGDA": "mgda",
        "ParetoMTL": "pareto",
        "FIGURE_PREFERENCES": "pareto",
    },
)
