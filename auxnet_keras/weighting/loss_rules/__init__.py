"""Rules of losses: weights from the losses alone, at no extra pass."""
