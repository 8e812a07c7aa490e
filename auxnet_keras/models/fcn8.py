"""The FCN-8 decoder of AuxNet's tasks."""

from collections.abc import Mapping

from keras import layers

from auxnet_keras.core.types import Tensor
from auxnet_keras.models.sub_pixel import Conv2DTranspose


def fcn8_decoder(
    pyramid: Mapping[str, Tensor], channels: int, name: str, activation: str | None = None
) -> Tensor:
    """Scores three pyramid levels, adds them from coarse to fine, and upsamples to the image.

    With K channels it has (C5 + C4 + C3) K + 288 K^2 + 6 K parameters; on ResNet-50 that is
    3590 K + 288 K^2, as paper A's Table 2 implies.

    Args:
        pyramid: Features P3, P4, P5 of shapes [B, H/8, W/8, C3], [B, H/16, W/16, C4],
            [B, H/32, W/32, C5].
        channels: K, number of classes or of regressed values.
        name: The task; the layers are named after it, so they can be found and removed.
        activation: Activation of the output: `None` for logits or a regression, or `"softmax"`.

    Returns:
        [B, H, W, K]. The whole decoder is float32 whatever the precision policy, because half
        precision has too few digits for the scores of rare classes and for disparities.

    Reference:
        Long et al., Fully Convolutional Networks, CVPR 2015 (FCN-8s); paper A, section 3.1.
    """

    def score(level: str) -> Tensor:
        return layers.Conv2D(channels, 1, dtype="float32", name=f"{name}_score_{level.lower()}")(
            pyramid[level]
        )

    def enlarge(features: Tensor, kernel: int, stride: int, suffix: str) -> Tensor:
        return Conv2DTranspose(
            channels, kernel, stride, padding="same", dtype="float32", name=f"{name}_{suffix}"
        )(features)

    def add(features: Tensor, level: str) -> Tensor:
        return layers.Add(dtype="float32", name=f"{name}_add_{level.lower()}")(
            [features, score(level)]
        )

    features = enlarge(score("P5"), 4, 2, "up_p4")
    features = add(features, "P4")
    features = enlarge(features, 4, 2, "up_p3")
    features = add(features, "P3")
    output = enlarge(features, 16, 8, "up_image")
    if activation is not None:
        output = layers.Activation(activation, dtype="float32", name=f"{name}_{activation}")(output)
    return output
