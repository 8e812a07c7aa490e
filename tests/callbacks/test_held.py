import keras

from auxnet_keras.callbacks.held import Held
from auxnet_keras.training.fit_callbacks import prepare_callbacks
from tests.toys import toy_model


def test_only_what_callbacks_hold_is_released():
    released = []

    class Holds(Held, keras.callbacks.Callback):
        def release(self):
            released.append(self)

    class Deploys(keras.callbacks.Callback):
        def release(self, version=1):
            released.append(version)

    holds = Holds()
    with prepare_callbacks(toy_model(), [Deploys(), holds], None, None, None, 0):
        assert released == []
    assert released == [holds]
