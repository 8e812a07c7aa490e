"""Peak memory of a short training, compared with plain Keras.

Each measurement is a fresh process, ours and plain alternating: its largest resident set,
including imports. On Linux a child inherits the parent's resident set as its initial peak, so
the parent process imports neither TensorFlow nor Keras.
"""

from processes import compare, peak_memory

STEPS = 4


def peak(name: str, quick: bool) -> float:
    """Peak memory of this process after a few training steps, in MiB."""
    import contenders

    model, compile_model, callbacks = contenders.pair(name, contenders.setting(quick))
    data = contenders.endless(contenders.setting(quick))
    compile_model(model)
    model.fit(data, epochs=1, steps_per_epoch=STEPS, verbose=0, shuffle=False, callbacks=callbacks)
    return peak_memory()


if __name__ == "__main__":
    compare(
        __file__,
        peak,
        description=__doc__,
        caption=f"Peak resident memory of {STEPS} training steps",
        unit="MiB",
        name="memory",
        at_most=1.02,
    )
