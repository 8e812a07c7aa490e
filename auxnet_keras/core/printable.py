"""Makes untrusted names safe to print: a terminal interprets escape sequences."""


def printable(text: str) -> str:
    r"""The text with control and other unprintable characters replaced by question marks.

    Example:
        >>> printable("road\x1b[2J")
        'road?[2J'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in text)
