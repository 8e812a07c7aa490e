"""Colours and markers that distinguish a study's arms, also for the colour-blind and in print."""

# Okabe and Ito's colours; black is reserved for baselines.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
MARKS = ["o", "s", "^", "D", "v", "P", "X"]


def style(number: int) -> dict[str, str]:
    """Colour and marker of the n-th arm; the first 42 are distinct."""
    return {"color": COLOURS[number % len(COLOURS)], "marker": MARKS[number % len(MARKS)]}
