"""The names of the class palettes; listing them needs no NumPy."""

OWN, COLOUR_BLIND = "data", "colour-blind"
PALETTES = (OWN, COLOUR_BLIND)
