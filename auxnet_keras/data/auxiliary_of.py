"""Whose auxiliary target a frame has; listing the choices needs no NumPy."""

OWN, OTHER = "own-frame", "other-frame"
CHOICES = (OWN, OTHER)
