"""Trains a run, from its config to a finished folder."""
