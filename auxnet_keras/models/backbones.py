"""The backbones by name. Listing them needs no Keras."""

import dataclasses
from collections.abc import Callable
from typing import Any

from auxnet_keras.core.catalogue import Catalogue, resolve


@dataclasses.dataclass(frozen=True)
class Backbone:
    """How to build a backbone and where to tap it.

    Attributes:
        code: A function, or `"package.module:function"`, called like those of
            `keras.applications`: `(include_top=False, weights=None | "imagenet", input_shape=...)`.
            Without taps it is called as `(input_shape)` and returns the pyramid as its output, a
            dict with P3, P4 and P5.
        preprocessing: Mode of `ImagePreprocessing`.
        taps: Names of the layers at strides 4, 8, 16 and 32.
        batch_norm_momentum: Set on every BatchNormalization; `None` keeps the function's value.
    """

    code: str | Callable
    preprocessing: str
    taps: tuple[str, ...] = ()
    batch_norm_momentum: float | None = None

    @property
    def build(self) -> Callable[..., Any]:
        """The function; imports Keras."""
        return resolve(self.code)

    @property
    def pretrained(self) -> bool:
        """Whether it has ImageNet weights."""
        return bool(self.taps)


def _resnet(name: str, last_of_stage_4: int, last_of_stage_3: int) -> Backbone:
    taps = (
        "conv2_block3_out",
        f"conv3_block{last_of_stage_3}_out",
        f"conv4_block{last_of_stage_4}_out",
        "conv5_block3_out",
    )
    return Backbone(f"keras.applications:{name}", "caffe", taps)


# keras.applications builds MobileNetV2 with a BatchNormalization momentum of 0.999: after a few
# hundred steps the moving statistics still hold the initial values, and validation stays at chance.
BACKBONES: Catalogue[Backbone] = Catalogue(
    "backbone",
    {
        "resnet50": _resnet("ResNet50", 6, 4),
        "resnet101": _resnet("ResNet101", 23, 4),
        "resnet152": _resnet("ResNet152", 36, 8),
        "mobilenet_v2": Backbone(
            "keras.applications:MobileNetV2",
            "tf",
            ("block_3_expand_relu", "block_6_expand_relu", "block_13_expand_relu", "out_relu"),
            batch_norm_momentum=0.9,
        ),
        "small": Backbone("auxnet_keras.models.small_backbone:small_backbone", "none"),
    },
)
