"""Scores and predictions of a trained network."""
