"""Names from outside, shown harmless: a terminal obeys what stands behind an escape."""


def printable(text: str) -> str:
    r"""A text whose control characters, and all else without a picture, are question marks.

    Example:
        >>> printable("road\x1b[2J")
        'road?[2J'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in text)
