"""The names of the depth units; listing them needs no NumPy."""

UNITS = ("disparity_px", "inverse_depth", "metres", "raw")
SIGNS = {"disparity_px": "px", "inverse_depth": "1/m", "metres": "m", "raw": ""}
