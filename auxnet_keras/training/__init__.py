"""The training model and what one of its steps is made of."""
