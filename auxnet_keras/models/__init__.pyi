from .auxnet import AuxiliaryModel as AuxiliaryModel
from .auxnet import AuxNet as AuxNet
from .catalogue import register as register
from .encoders import encoder as encoder
from .fcn8 import fcn8_decoder as fcn8_decoder
from .fusenet import FuseNet as FuseNet
from .segnet import SegNet as SegNet
from .unet import UNet as UNet
