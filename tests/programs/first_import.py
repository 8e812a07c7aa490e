"""Imports each named module before any other of the package, in a process of its own.

Prints for each, as a line of JSON, whether Keras then knows the model. The processes are forks of
one that has imported Keras and TensorFlow, which takes most of the time.
"""

import importlib
import json
import os
import sys

import keras
import tensorflow  # noqa: F401

if __name__ == "__main__":
    for module in sys.argv[1:]:
        child = os.fork()
        if child == 0:
            importlib.import_module(module)
            known = keras.saving.get_registered_object("auxnet_keras>AuxiliaryModel")
            print(json.dumps(known is not None), flush=True)
            os._exit(0)
        os.waitpid(child, 0)
