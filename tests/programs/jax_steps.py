"""What a step on JAX promises beside its numbers; prints JSON."""

import json

import keras
import numpy as np
from keras import ops

import auxnet_keras as ak
from tests.toys import batch_of, toy_batches, toy_model


class Wrong(keras.layers.Layer):
    """Adds 0, with an infinite gradient."""

    def call(self, inputs):
        return inputs + ops.sqrt(0.0 * ops.abs(inputs))


def heads(features, image, last=lambda x: x):
    outputs = {
        "segmentation": keras.layers.Conv2D(4, 1, dtype="float32", name="classes")(last(features)),
        "depth": keras.layers.Conv2D(1, 1, dtype="float32", name="metres")(features),
    }
    return ak.models.AuxiliaryModel(image, outputs)


def with_dropout() -> keras.Model:
    toy = toy_model()
    features = toy.get_layer("classes").input
    return heads(keras.layers.Dropout(0.5)(features), toy.input)


def ready(model, weighting, optimizer=None) -> keras.Model:
    model.compile(optimizer or keras.optimizers.SGD(1.0), metrics=None, run_eagerly=True)
    if weighting is not None:
        weighting.set_model(model)
    return model


def others(weighting) -> list:
    """Statistics and seeds after one batch."""
    keras.utils.set_random_seed(0)
    model = ready(with_dropout(), weighting, keras.optimizers.SGD(0.0))
    model.train_on_batch(*batch_of(toy_batches(1), 0))
    return [np.asarray(v, float).ravel().tolist() for v in model.non_trainable_variables[:3]]


def convolutions(weighting) -> int:
    """How many there are in a step; three of them are the forward pass."""
    import jax

    model = ready(toy_model(), weighting)
    model.optimizer.build(model.trainable_variables)
    state = model._get_jax_state(True, True, True, True)
    lowered = jax.jit(model.train_step).lower(state, batch_of(toy_batches(1), 0))
    return lowered.as_text().count("stablehlo.convolution")


def scaled(initial_scale) -> list:
    """The weights after a batch, with a loss scale or without; all zeros if it overflowed."""
    keras.utils.set_random_seed(0)
    optimizer = keras.optimizers.SGD(0.1)
    if initial_scale:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=initial_scale)
    model = ready(toy_model(), ak.weighting.MGDA(), optimizer)
    model.train_on_batch(*batch_of(toy_batches(1), 0))
    return [np.ravel(v).astype(float).tolist() for v in model.variables]


def bad_gradient(weighting) -> list:
    """What the guard says, and whether the batch changed anything."""
    toy = toy_model()
    model = ready(heads(toy.get_layer("classes").input, toy.input, Wrong()), weighting)
    before = [np.array(v) for v in model.variables]
    model.train_on_batch(*batch_of(toy_batches(1), 0))
    same = all(np.array_equal(a, b) for a, b in zip(before, model.variables, strict=True))
    return [model.guard.explain_last_skip(model), same]


def measured() -> dict:
    """The logs of a training with diagnostics, and whether it noticed them."""
    trained = []
    for more in ([], [ak.callbacks.GradientDiagnostics(batch_of(toy_batches(1), 0), every=2)]):
        keras.utils.set_random_seed(0)
        model = toy_model()
        values = np.random.default_rng(0)
        model.set_weights([values.uniform(0.0, 0.2, w.shape) for w in model.get_weights()])
        model.compile(keras.optimizers.SGD(1e-3), metrics=None)
        weighting = ak.weighting.TaskWeightBalancing()
        history = model.fit(
            *toy_batches(3), batch_size=4, shuffle=False, verbose=0, callbacks=[weighting, *more]
        ).history
        trained.append([np.asarray(v).tobytes() for v in model.variables])
    logs = {name: values[0] for name, values in history.items() if name.startswith("gradient_")}
    return {"same": trained[0] == trained[1], **logs}


def main() -> None:
    w = ak.weighting
    outcome = {
        "others": [others(each) for each in (None, w.MGDA(), w.MGDA(True))],
        "convolutions": [convolutions(each) for each in (None, w.MGDA(), w.MGDA(True))],
        "scaled": [scaled(None), scaled(2.0**12)],
        "overflow": scaled(2.0**127),
        "bad": [bad_gradient(each) for each in (None, w.MGDA())],
        "measured": measured(),
    }
    print(json.dumps(outcome))


if __name__ == "__main__":
    main()
