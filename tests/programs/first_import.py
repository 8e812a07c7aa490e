"""Imports the named module before anything else; prints whether Keras knows the model, as JSON."""

import importlib
import json
import sys

if __name__ == "__main__":
    importlib.import_module(sys.argv[1])
    import keras

    known = keras.saving.get_registered_object("auxnet_keras>AuxiliaryModel")
    print(json.dumps(known is not None))
