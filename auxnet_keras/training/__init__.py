"""The training model and the parts of its training step."""
