from .pixel_losses import DepthL1 as DepthL1
from .pixel_losses import PixelCrossEntropy as PixelCrossEntropy
from .pixel_losses import PixelLoss as PixelLoss
from .task_loss import TaskLoss as TaskLoss
