"""Checks what a weighting's text says about depth bins; needs neither a run nor its data."""

from auxnet_keras.errors import ConfigError, unknown


def check_bins_setting(bins: int | str | None, rule: str | None) -> None:
    """Refuses invalid bins.

    Args:
        bins: Their number, or the name of a data set whose authors' edges to use.
        rule: The rule that measures them.

    Raises:
        ConfigError: An unknown name, fewer than two bins, or a rule for fixed edges.
    """
    from auxnet_keras.data.bins import RULES

    if rule is not None and rule not in RULES:
        raise unknown("rule of depth bins", rule, RULES)
    if isinstance(bins, str):
        from auxnet_keras.data import preset_bins

        preset_bins(bins)
        if rule is not None:
            raise ConfigError(
                f"The edges of bins={bins} are fixed, not measured; leave out bin_rule. "
                f"Received: bin_rule={rule!r}."
            )
    elif bins is not None and bins < 2:
        raise ConfigError(
            f"bins must be a number of depth bins, 2 or more, such as bins=12. Received: {bins}."
        )
