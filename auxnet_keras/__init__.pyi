from . import callbacks as callbacks
from . import data as data
from . import errors as errors
from . import experiments as experiments
from . import export as export
from . import jupyter as jupyter
from . import losses as losses
from . import metrics as metrics
from . import models as models
from . import optimizers as optimizers
from . import plots as plots
from . import weighting as weighting

__version__: str
