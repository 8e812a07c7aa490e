"""Dense prediction helped by a second task that is thrown away at inference."""

from auxnet_keras._lazy import attach
from auxnet_keras._registration import register
from auxnet_keras._version import __version__ as __version__

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "models": ".models",
        "weighting": ".weighting",
        "losses": ".losses",
        "metrics": ".metrics",
        "callbacks": ".callbacks",
        "data": ".data",
        "experiments": ".experiments",
        "export": ".export",
        "pictures": ".pictures",
        "errors": ".errors",
    },
)

register()
