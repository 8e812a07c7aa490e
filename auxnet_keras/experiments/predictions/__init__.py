"""Predictions on your own images and videos, and the files they are written to."""
