"""What `fit` takes beside a weighting: progress, TensorBoard, and what a run leaves on disk."""

from auxnet_keras._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "BestWeights": "best",
        "CheckpointError": "checkpoint_store",
        "HistoryFile": "history",
        "NonFinite": "non_finite",
        "NonFiniteError": "non_finite",
        "Progress": "progress",
        "ResumableCheckpoint": "checkpoint",
        "TensorBoard": "tensorboard",
        "TensorBoardPictures": "tensorboard_pictures",
        "WeightBoard": "weight_board",
    },
)
