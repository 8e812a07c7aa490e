"""What `--class-weights` says: a rule, a rule with a file of statistics, or a file of weights."""

from auxnet_keras.experiments.config import values

RULES = ("median-frequency", "enet")
"""The rules of `data_tools.statistics.class_weights`, as the setting writes them."""


def class_weights(value: object) -> str:
    """A rule, `RULE:FILE` or a file, with an absolute path."""
    rule, file = parse(values.path(value))
    if file is None:
        return str(rule)
    return f"{rule}:{values.absolute(file)}" if rule else values.absolute(file)


def parse(text: str) -> tuple[str | None, str | None]:
    """(rule, file), one of which may be `None`.

    Raises:
        LookupError: Neither a rule nor the name of a file.
    """
    rule, colon, file = text.partition(":")
    if rule in RULES:
        return rule, file if colon else None
    if not text.lower().endswith((".yaml", ".yml", ".json")):
        raise LookupError([*RULES, "FILE.json", "FILE.yaml"])
    return None, text
