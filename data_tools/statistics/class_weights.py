"""Class weights by rarity: two published rules applied to pixel counts.

Both give a class that does not occur the weight 0. The first rule is undefined for it and the
second gives its largest weight; but a network never learns what it never sees, and a large weight
would only let the few validation pixels of such a class dominate the loss.
"""

import numpy as np

ENET_OFFSET = 1.02
"""The paper's c: weights then lie between 1.42 (all pixels) and 50.5 (hardly any)."""


def median_frequency(pixels: np.ndarray, image_pixels: np.ndarray) -> np.ndarray:
    """Median-frequency balancing: `a_c = median(f) / f_c` with `f_c = pixels_c / image_pixels_c`.

    The median is taken over the classes that occur, so half of them get a weight of 1 or more. A
    class that fills the few images in which it occurs does not count as rare, as it would by its
    share of all pixels.

    Args:
        pixels: [K], the pixels of each class.
        image_pixels: [K], all pixels of the images in which the class occurs.

    Returns:
        float64 [K]; 0 for a class without a pixel.

    Example:
        >>> median_frequency(np.array([60, 20, 10, 0]), np.array([100, 100, 100, 0]))
        array([0.333..., 1.        , 2.        , 0.        ])

    Reference:
        Eigen and Fergus, Predicting Depth, Surface Normals and Semantic Labels with a Common
        Multi-Scale Convolutional Architecture, ICCV 2015.
    """
    occurs = np.asarray(pixels) > 0
    weights = np.zeros(len(occurs))
    if occurs.any():
        frequency = np.asarray(pixels)[occurs] / np.asarray(image_pixels)[occurs]
        weights[occurs] = np.median(frequency) / frequency
    return weights


def enet(pixels: np.ndarray) -> np.ndarray:
    """ENet's rule: `a_c = 1 / ln(1.02 + p_c)`, p_c the share of the labelled pixels.

    Args:
        pixels: [K], the pixels of each class.

    Returns:
        float64 [K]; 0 for a class without a pixel.

    Example:
        >>> enet(np.array([1, 1, 0]))
        array([2.388..., 2.388..., 0.        ])

    Reference:
        Paszke et al., ENet: A Deep Neural Network Architecture for Real-Time Semantic Segmentation,
        2016, `w_class = 1 / ln(c + p_class)`.
    """
    occurs = np.asarray(pixels) > 0
    weights = np.zeros(len(occurs))
    share = np.asarray(pixels)[occurs] / max(np.sum(pixels), 1)
    weights[occurs] = 1.0 / np.log(ENET_OFFSET + share)
    return weights
