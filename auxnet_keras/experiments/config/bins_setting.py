"""What a weighting's text may say about depth bins; needs neither a run nor its data."""

from auxnet_keras.errors import ConfigError, unknown


def check(bins: int | str | None, rule: str | None) -> None:
    """Refuses bins that cannot be.

    Args:
        bins: How many, or the name of a data set whose authors' edges are meant.
        rule: How they are measured.

    Raises:
        ConfigError: An unknown name, fewer than two bins, or a rule for edges that are given.
    """
    from auxnet_keras.data.bins import RULES

    if rule is not None and rule not in RULES:
        raise unknown("rule of depth bins", rule, RULES)
    if isinstance(bins, str):
        from auxnet_keras.data import preset_bins

        preset_bins(bins)
        if rule is not None:
            raise ConfigError(
                f"The edges of bins={bins} are given and not measured; leave bin_rule out. "
                f"Received: bin_rule={rule!r}."
            )
    elif bins is not None and bins < 2:
        raise ConfigError(
            "The depth is divided into two bins or more, for example bins=12. "
            f"Received: bins={bins}."
        )
