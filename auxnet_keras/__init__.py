"""Dense prediction helped by a second task that is thrown away at inference."""

import lazy_loader as _lazy_loader

from auxnet_keras._version import __version__ as __version__
from auxnet_keras.core.notebook import quiet_tensorflow as _quiet_tensorflow
from auxnet_keras.core.registration import register_with_keras as _register

__getattr__, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)

_register()
_quiet_tensorflow()
