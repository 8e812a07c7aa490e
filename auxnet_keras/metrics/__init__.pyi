from . import confusion as confusion
from . import depth as depth
from . import depth_scores as depth_scores
from . import kitti as kitti
from . import segmentation as segmentation
from .depth import DepthMetrics as DepthMetrics
from .segmentation import SegmentationMetrics as SegmentationMetrics
