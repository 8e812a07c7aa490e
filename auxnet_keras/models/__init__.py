"""Networks: encoders, decoders, and the training model that knows its main and auxiliary task."""

from auxnet_keras._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "AuxiliaryModel": "auxiliary_model",
        "AuxNet": "auxnet",
        "FuseNet": "fusenet",
        "SegNet": "segnet",
        "UNet": "unet",
        "fcn8_decoder": "fcn8",
        "encoder": "encoders",
    },
)
