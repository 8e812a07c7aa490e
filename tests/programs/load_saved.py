"""Loads a saved model with `import auxnet_keras` alone; prints what it found, as JSON."""

import json
import sys
from pathlib import Path

import auxnet_keras  # noqa: F401 - registers the classes when Keras is imported

if __name__ == "__main__":
    import keras
    import numpy as np

    folder = Path(sys.argv[1])
    model = keras.models.load_model(folder / "trained.keras")
    data = np.load(folder / "data.npz")
    found = model.predict(data["images"], verbose=0)
    difference = max(float(np.abs(found[task] - data[task]).max()) for task in found)
    targets = {
        "segmentation": np.zeros(data["images"].shape[:3], np.uint8),
        "depth": np.ones((*data["images"].shape[:3], 1), np.float32),
    }
    iterations = int(model.optimizer.iterations)
    logs = model.train_on_batch(data["images"], targets, return_dict=True)
    outcome = {
        "class": type(model).__name__,
        "largest_difference": difference,
        "iterations": iterations,
        "trains_on": bool(np.isfinite(logs["loss"])),
    }
    print(json.dumps(outcome))
