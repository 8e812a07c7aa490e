"""Time from `compile` to the end of the first training step of `fit`, against plain Keras.

Each measurement is a fresh process, ours and plain alternating. The clock starts after imports and
building the network; it covers tracing, compiling and the first step.
"""

import time

from processes import compare


def first_step(name: str, quick: bool) -> float:
    """Measures the seconds in this process."""
    import contenders
    import keras

    class FirstStep(keras.callbacks.Callback):
        """Records when the first batch is done; its logs are numbers by then."""

        end = 0.0

        def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
            self.end = time.perf_counter()

    done = FirstStep()
    model, compile_model, callbacks = contenders.pair(name, contenders.setting(quick))
    data = contenders.endless(contenders.setting(quick))
    start = time.perf_counter()
    compile_model(model)
    model.fit(
        data, epochs=1, steps_per_epoch=1, verbose=0, shuffle=False, callbacks=[*callbacks, done]
    )
    return done.end - start


if __name__ == "__main__":
    compare(
        __file__,
        first_step,
        description=__doc__,
        caption="From compile to the end of the first step",
        unit="seconds",
        name="first_step",
        at_most=0.7,
    )
