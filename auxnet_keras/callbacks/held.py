"""What some callbacks hold while a fit runs: signals, a folder, an open file."""


class Held:
    """A base of such callbacks, because Keras has no hook for a fit that fails.

    Callbacks of others may have a method of the same name with another meaning: it is not called.
    """

    def release(self) -> None:
        """Lets go; `AuxiliaryModel.fit` calls it however the fit ends."""
        raise NotImplementedError
