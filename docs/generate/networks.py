"""The networks and backbones of the catalogues."""

from collections.abc import Iterator

from auxnet_keras.models.backbones import BACKBONES
from auxnet_keras.models.catalogue import NETWORKS
from generate.markdown import autodoc, code, table


def pages() -> Iterator[tuple[str, str]]:
    """One page."""
    rows = [
        (
            code(name),
            code(network.constructor.__name__),
            network.about,
            "main and auxiliary" if network.two_tasks else "main alone",
            str(network.stride),
            network.source,
        )
        for name, network in NETWORKS.items()
    ]
    header = ("name", "constructor", "what it is", "tasks", "sides in multiples of", "source")
    backbones = [
        (code(name), "yes" if backbone.pretrained else "no") for name, backbone in BACKBONES.items()
    ]
    details = [
        f"## {network.constructor.__name__}\n\n"
        + autodoc("autofunction", f"auxnet_keras.models.{network.constructor.__name__}", "no-index")
        for network in NETWORKS.values()
    ]
    parts = [_HEAD, table(header, rows), _BACKBONES, table(("name", "ImageNet weights"), backbones)]
    yield "networks.md", "\n".join([*parts, _OWN, *details])


_HEAD = """# Networks

The input is RGB 0..255, of any integer or float type; each network includes its preprocessing.
Segmentation is returned as logits, depth in the target's unit.
"""

_BACKBONES = """
## Backbones

`backbone=` (or `--backbone`) takes one of these names:
"""

_OWN = """
In Python it also takes any Keras model with outputs named `P3`, `P4` and `P5` at strides 8, 16
and 32, such as the backbones of keras-cv and keras-hub. Any other network becomes an
`AuxiliaryModel`: see [Recipes: your own network](../recipes.md#your-own-network).
"""
