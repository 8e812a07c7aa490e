"""The two tasks of the papers, in the order in which text gives their values."""

TASKS = ("segmentation", "depth")
