"""A network without weights, and the files that predictions are written to."""

import weakref

import cv2
import numpy as np

from auxnet_keras.experiments.run.predictor import Prediction

FILES = ("classes.png", "overlay.png", "confidence.png", "depth.png", "depth16.png", "depth.npy")
ALWAYS = {"legend.png", "predictions.json"}


def written(folder):
    """All files below a folder, except hidden ones."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")
    return {path.relative_to(folder).as_posix() for path in found}


def files_of(*stems):
    return {f"{stem}_{ending}" for stem in stems for ending in FILES}


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


class Fake:
    """A network that predicts class 1 at 2 metres; counts the images that are in memory."""

    tasks = ("segmentation", "depth")
    needs_depth = False

    def __init__(self, interrupt_at=None):
        self.alive, self.most, self.calls, self.interrupt_at = 0, 0, 0, interrupt_at

    def __call__(self, image, depth=None, *, confidence=False):
        self.calls += 1
        if self.calls == self.interrupt_at:
            raise KeyboardInterrupt
        self.alive += 1
        self.most = max(self.most, self.alive)
        weakref.finalize(image, self._gone)
        size = image.shape[:2]
        classes = np.ones(size, np.uint8) if "segmentation" in self.tasks else None
        sure = np.ones(size, np.float32) if confidence and classes is not None else None
        return Prediction(classes, np.full(size, 2, np.float32), sure)

    def _gone(self):
        self.alive -= 1
