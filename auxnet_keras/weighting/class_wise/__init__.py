"""Learning Boost: a weight for every class of the auxiliary task."""
