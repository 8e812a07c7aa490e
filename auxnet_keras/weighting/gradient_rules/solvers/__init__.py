"""Small solvers for weights from a Gram matrix; no loop in them runs until convergence."""
