"""The networks by name, for `--model` and the documentation. Listing them needs no Keras."""

import dataclasses
from collections.abc import Callable

from auxnet_keras.core.catalogue import Catalogue, resolve


@dataclasses.dataclass(frozen=True)
class Network:
    """A network as the catalogue lists it.

    Attributes:
        code: The constructor, or `"package.module:function"`; takes `(num_classes, input_shape)`
            and `class_names=`, with `two_tasks` also `main=` and `auxiliary=`, without
            `own_encoder` also `backbone=` and `weights=`.
        about: Short description for tables.
        source: Paper.
        two_tasks: Trains a main and an auxiliary task; either task can be the main one.
        own_encoder: Has no exchangeable backbone.
        depth_input: Takes depth as a second image.
        stride: Image sides must be multiples of this power of 2.
    """

    code: str | Callable
    about: str
    source: str
    two_tasks: bool = False
    own_encoder: bool = False
    depth_input: bool = False
    stride: int = 32

    @property
    def constructor(self) -> Callable:
        """The function; imports Keras."""
        return resolve(self.code)


_HERE = "auxnet_keras.models"

NETWORKS: Catalogue[Network] = Catalogue(
    "model",
    {
        "auxnet": Network(
            f"{_HERE}.auxnet:AuxNet",
            "one encoder, an FCN-8 decoder for each task",
            "AuxNet, Figure 3",
            two_tasks=True,
        ),
        "segnet": Network(
            f"{_HERE}.segnet:SegNet", "segmentation alone: AuxNet's baseline", "AuxNet, Table 2"
        ),
        "fusenet": Network(
            f"{_HERE}.fusenet:FuseNet",
            "depth as a second input: AuxNet's upper baseline",
            "Hazirbas et al. 2016",
            depth_input=True,
        ),
        "unet": Network(
            f"{_HERE}.unet:UNet",
            "one encoder, a decoder with skip connections for each task",
            "Ronneberger et al. 2015; Learning Boost",
            two_tasks=True,
            own_encoder=True,
            stride=16,
        ),
    },
)


def register(
    name: str,
    network: str | Callable,
    *,
    about: str = "",
    source: str = "",
    two_tasks: bool = False,
    own_encoder: bool = False,
    depth_input: bool = False,
    stride: int = 32,
) -> None:
    """Adds a network of your own under a name for `--model` and `RunConfig(model=...)`.

    Args:
        name: Lower-case letters, digits, `-` and `_`.
        network: The constructor, or `"package.module:function"`; see `Network`.
        about: Short description for tables.
        source: Paper.
        two_tasks: Trains a main and an auxiliary task; either task can be the main one.
        own_encoder: Has no exchangeable backbone.
        depth_input: Takes depth as a second image.
        stride: Image sides must be multiples of this power of 2.

    Raises:
        ConfigError: The name is taken or malformed.

    Example:
        >>> def TinyNet(num_classes, input_shape, *, class_names=None):
        ...     image = keras.Input(input_shape, name="image")
        ...     logits = keras.layers.Conv2D(num_classes, 1)(image)
        ...     return ak.models.AuxiliaryModel(
        ...         image, {"segmentation": logits}, auxiliary=None, class_names=class_names)
        >>> ak.models.register("tinynet", TinyNet, own_encoder=True, stride=1)
    """
    NETWORKS.add(
        name,
        Network(network, about, source, two_tasks, own_encoder, depth_input, stride),
    )
