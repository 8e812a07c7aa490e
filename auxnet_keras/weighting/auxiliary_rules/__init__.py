"""Main + auxiliary rules: weights that only serve the main task."""
