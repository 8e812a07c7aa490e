"""A small world for the examples of docstrings and pages: street scenes, a toy network, one run.

What examples say about data and networks of full size is replaced by something of a second or two.
"""

import shutil
import socket
from pathlib import Path

import pytest

SIZE = (32, 64)


@pytest.fixture(autouse=True)
def _catalogues_as_they_were():
    """What an example registers is gone after it: other tests list the catalogues."""
    from auxnet_keras.data.readers.catalogue import KINDS
    from auxnet_keras.export.catalogue import FORMATS
    from auxnet_keras.models.catalogue import NETWORKS
    from auxnet_keras.optimizers.catalogue import OPTIMIZERS
    from auxnet_keras.optimizers.schedules.catalogue import SCHEDULES
    from auxnet_keras.weighting.catalogue import WEIGHTINGS

    catalogues = (WEIGHTINGS, NETWORKS, KINDS, FORMATS, OPTIMIZERS, SCHEDULES)
    before = [set(catalogue) for catalogue in catalogues]
    yield
    for catalogue, names in zip(catalogues, before, strict=True):
        for name in set(catalogue) - names:
            catalogue.remove(name)


@pytest.fixture(scope="session")
def kitti(tmp_path_factory):
    """Twenty scenes in KITTI's layout."""
    from auxnet_keras import street

    root = tmp_path_factory.mktemp("scenes") / "kitti"
    street.write(root, 20, seed=0, layout="kitti", size=(64, 96))
    return root


@pytest.fixture(scope="session")
def folder_data(kitti, tmp_path_factory):
    """The same scenes as a data set of the kind `folder`."""
    from data_tools.convert import convert

    root = tmp_path_factory.mktemp("folder") / "mine"
    convert(f"kitti:{kitti}", root)
    return root


RUN = {
    **{"backbone": "small", "weights": "none", "size": SIZE, "batch_size": 4, "epochs": 1},
    **{"limit": 4, "deterministic": False},
}


@pytest.fixture(scope="session")
def finished_run(kitti, tmp_path_factory):
    """One finished run; examples get copies."""
    from auxnet_keras.experiments import train

    out = tmp_path_factory.mktemp("runs") / "kitti"
    train({"data": f"kitti:{kitti}", "weighting": "twb", "out": str(out), **RUN})
    return out


@pytest.fixture(scope="session")
def names(kitti):
    """What every example may use: packages, data, and a toy network, compiled once."""
    import keras
    import numpy as np
    import tensorflow as tf

    import auxnet_keras as ak

    image = keras.Input((*SIZE, 3), name="image")
    features = keras.layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    logits = keras.layers.Conv2D(len(ak.data.info("kitti").class_names), 1)(features)
    depth = keras.layers.Conv2D(1, 1)(features)
    model = ak.models.AuxiliaryModel(image, {"segmentation": logits, "depth": depth})
    model.compile("adam", run_eagerly=True)
    small = {"size": SIZE, "batch_size": 4, "limit": 4, "cache": "memory"}
    train, val = (ak.data.load("kitti", kitti, split=split, **small) for split in ("train", "val"))
    images, _ = next(iter(val))
    return {
        **{"ak": ak, "keras": keras, "np": np, "tf": tf, "Path": Path},
        **{"root": str(kitti), "train": train, "val": val, "images": images},
        **{"image": image, "logits": logits, "depth": depth, "model": model},
    }


@pytest.fixture
def world(kitti, names, tmp_path, monkeypatch, request):
    """`world(text)` -> the text with real places, and the names it may use; works in a new folder.

    A text that reads runs finds `runs/kitti`, `runs/other`, `runs/single` and `runs/multi`.
    """
    monkeypatch.chdir(tmp_path)

    def no_network(*_):
        raise OSError("an example of the documentation asks for the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)

    def prepared(text):
        import auxnet_keras as ak

        if any(word in text for word in ("load_run(", "compare(", "experiments.train(")):
            finished = request.getfixturevalue("finished_run")
            for name in ("kitti", "other", "single", "multi"):
                shutil.copytree(finished, tmp_path / "runs" / name)
        if "/data/mine" in text:
            text = text.replace("/data/mine", str(request.getfixturevalue("folder_data")))
        _make_small(monkeypatch)
        weighting = ak.weighting.TaskWeightBalancing()
        return text.replace("/data/kitti2015", str(kitti)), {**names, "weighting": weighting}

    catalogues = _catalogues()
    before = [set(catalogue) for catalogue in catalogues]
    yield prepared
    for catalogue, names_before in zip(catalogues, before, strict=True):
        for name in set(catalogue) - names_before:
            catalogue.remove(name)


def _catalogues():
    from auxnet_keras.data.readers.catalogue import KINDS
    from auxnet_keras.export.catalogue import FORMATS
    from auxnet_keras.models.backbones import BACKBONES
    from auxnet_keras.models.catalogue import NETWORKS
    from auxnet_keras.weighting.catalogue import WEIGHTINGS

    return KINDS, FORMATS, BACKBONES, NETWORKS, WEIGHTINGS


def _make_small(monkeypatch):
    """Data, networks and trainings of a second, whatever size an example asks for."""
    import auxnet_keras as ak

    def smaller(package, name, **fixed):
        original = getattr(package, name)

        def call(*args, **kwargs):
            few = {"labels": fixed["limit"]} if kwargs.get("labels") else {}
            return original(*args, **{**kwargs, **fixed, **few})

        monkeypatch.setattr(package, name, call)

    def network(name, **defaults):
        original = getattr(ak.models, name)

        def build(*args, **kwargs):
            return original(*args, **{**defaults, **kwargs, "input_shape": (*SIZE, 3)})

        monkeypatch.setattr(ak.models, name, build)

    for name in ("load", "arrays"):
        smaller(ak.data, name, size=SIZE, batch_size=4, limit=4)
    for name in ("AuxNet", "SegNet", "FuseNet"):
        network(name, backbone="small", weights=None)
    network("UNet")
    smaller(ak.data.street, "write", count=2, size=(64, 96))
    experiment = ak.experiments.train
    monkeypatch.setattr(
        ak.experiments,
        "train",
        lambda settings, callbacks=(): experiment({**settings, **RUN}, callbacks),
    )  # the folder holds this very run, finished
    original = ak.models.AuxiliaryModel.fit

    def fit(self, *args, **kwargs):
        steps = {"steps_per_epoch": 1} if "steps_per_epoch" in kwargs else {}
        return original(self, *args, **{**kwargs, "epochs": 1, "verbose": 0, **steps})

    monkeypatch.setattr(ak.models.AuxiliaryModel, "fit", fit)
    compiled = ak.models.AuxiliaryModel.compile

    def compile(self, *args, **kwargs):  # eagerly: for one step, tracing takes longer
        return compiled(self, *args, **{**kwargs, "run_eagerly": True})

    monkeypatch.setattr(ak.models.AuxiliaryModel, "compile", compile)
