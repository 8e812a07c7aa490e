"""Peak memory of a short training, against plain Keras.

Each measurement is a fresh process, ours and plain alternating: the largest resident set it ever
had, imports included. Linux hands the parent's resident set on to a child as its starting peak, so
the process that starts them imports neither TensorFlow nor Keras.
"""

from processes import compare, peak_memory

STEPS = 4


def peak(name: str, quick: bool) -> float:
    """MiB, of this process after a few training steps."""
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
