"""Class colours that stay apart for colour-blind readers."""

import numpy as np

from auxnet_keras.plots.palette_names import COLOUR_BLIND

# The order in which the smallest difference falls as slowly as possible.
_COLOURS = (
    (51, 26, 255),
    (178, 128, 51),
    (230, 255, 0),
    (102, 178, 255),
    (76, 102, 102),
    (102, 26, 0),
    (76, 204, 153),
    (0, 0, 128),
    (128, 178, 178),
    (76, 51, 51),
    (26, 76, 102),
    (0, 128, 153),
    (255, 255, 178),
    (128, 230, 255),
    (204, 178, 0),
    (178, 51, 0),
    (26, 0, 51),
    (26, 128, 255),
    (26, 153, 128),
    (102, 102, 76),
)


def colour_blind_palette(classes: int) -> np.ndarray:
    """Colours for class maps that differ also with protanopia or deuteranopia.

    Any two of them, and each from black (the ignore label) and white, differ by at least 18 in
    CIEDE2000 for up to 8 classes, 13.6 for up to 16 and 13.4 for up to 20, as people with normal
    vision, protanopia and deuteranopia see them; 1 is the least that is noticed. Beyond 20 classes
    the colours repeat.

    Args:
        classes: Number of classes.

    Returns:
        uint8 [classes, 3], RGB, to be passed wherever a picture takes a palette.

    Example:
        >>> info = ak.data.info("street")
        >>> palette = ak.plots.colour_blind_palette(info.num_classes)
        >>> scene = ak.data.street.render(seed=0, index=7)
        >>> ak.plots.colour_labels(scene.segmentation, palette).shape[-1]
        3

    Reference:
        Simulation: Machado, Oliveira and Fernandes, IEEE TVCG 15(6), 2009. Difference: Sharma, Wu
        and Dalal, The CIEDE2000 Color-Difference Formula, 2005.
    """
    return np.array([_COLOURS[c % len(_COLOURS)] for c in range(classes)], np.uint8).reshape(-1, 3)


def named_palette(name: str, own: np.ndarray) -> np.ndarray:
    """The palette with one of the `PALETTES` names.

    Args:
        name: "data" or "colour-blind".
        own: The data set's, uint8 [K, 3].
    """
    return colour_blind_palette(len(own)) if name == COLOUR_BLIND else own
