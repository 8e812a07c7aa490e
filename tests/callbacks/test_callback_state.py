import keras
import numpy as np
import pytest

from auxnet_keras.callbacks.callback_state import restore_state, saved_state


def test_what_callbacks_remember_comes_back():
    stopping = keras.callbacks.EarlyStopping("val_loss", mode="min")
    plateau = keras.callbacks.ReduceLROnPlateau("val_loss", mode="min")
    best = keras.callbacks.ModelCheckpoint("a.weights.h5", save_weights_only=True)
    stopping.wait, stopping.best, stopping.best_epoch = 2, np.float32(0.25), 4
    stopping.best_weights = [np.arange(3.0), np.ones((2, 2))]
    plateau.wait, plateau.best, plateau.cooldown_counter = 1, 0.5, 3
    best.best = 0.125
    numbers, arrays = saved_state([stopping, plateau, keras.callbacks.History(), best])
    others = [
        keras.callbacks.EarlyStopping("val_loss", mode="min"),
        keras.callbacks.ReduceLROnPlateau("val_loss", mode="min"),
        keras.callbacks.ModelCheckpoint("a.weights.h5", save_weights_only=True),
    ]
    restore_state(others, numbers, arrays)
    assert (others[0].wait, others[0].best, others[0].best_epoch) == (2, 0.25, 4)
    np.testing.assert_array_equal(others[0].best_weights[0], np.arange(3.0))
    assert len(others[0].best_weights) == 2
    assert (others[1].wait, others[1].best, others[1].cooldown_counter) == (1, 0.5, 3)
    assert others[2].best == 0.125


@pytest.mark.parametrize("kind", [keras.callbacks.EarlyStopping, keras.callbacks.ReduceLROnPlateau])
def test_a_callback_that_is_new_starts_anew(kind):
    callback = kind("val_loss", mode="min")
    callback.on_train_begin()
    restore_state([callback], {}, {})
    assert callback.wait == 0 and callback.best is None
