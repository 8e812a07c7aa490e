"""The config of a run: every setting that changes its result, checked before anything starts."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from auxnet_keras.data.readers.catalogue import KINDS
from auxnet_keras.errors import ConfigError, unknown
from auxnet_keras.experiments.config import values
from auxnet_keras.experiments.config.combinations import check_combinations
from auxnet_keras.experiments.config.run_settings import RunSettings
from auxnet_keras.experiments.config.setting import checked_setting
from auxnet_keras.experiments.config.smoke import shortened
from auxnet_keras.weighting.catalogue import WEIGHTINGS


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunConfig(RunSettings):
    """All settings of a run; `config.yaml` of a run folder holds them, except `out`.

    The `help` of every field describes it; `auxnet train --help` and the page of settings in the
    documentation show it.

    Raises:
        ConfigError: A value of the wrong type or out of range, an unknown name, or settings that
            exclude each other.

    Example:
        >>> config = ak.experiments.RunConfig(data="street", backbone="small", epochs=2)
        >>> config.weights
        'none'
    """

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not None or not field.metadata["optional"]:
                object.__setattr__(
                    self, field.name, checked_setting(field.name, value, field.metadata)
                )
        kind, _, root = self.data.partition(":")
        KINDS.find(kind)
        object.__setattr__(self, "data", kind)
        if root or self.root:  # absolute, so that a run can be evaluated from anywhere
            folder = checked_setting("root", root or self.root, {"check": values.root})
            object.__setattr__(self, "root", folder)
        if self.backbone is None and not self.network.own_encoder:
            object.__setattr__(self, "backbone", "resnet50")
        if self.weights is None:
            object.__setattr__(self, "weights", "imagenet" if self.pretrained else "none")
        if self.extra_data is not None:
            object.__setattr__(self, "extra_data", _absolute_data("extra_data", self.extra_data))
        if self.smoke:
            for name, value in shortened(self).items():
                object.__setattr__(self, name, value)
        check_combinations(self)

    @classmethod
    def help_of(cls, field: dataclasses.Field) -> str:
        """The help of a setting, with its valid names filled in from their catalogue."""
        names = ", ".join(field.metadata["names"])
        return field.metadata["help"].format(names=names, weightings=", ".join(WEIGHTINGS))

    @classmethod
    def from_mapping(cls, settings: Mapping[str, Any], where: str = "settings") -> "RunConfig":
        """A config from names and values, as in a YAML file.

        Raises:
            ConfigError: An unknown setting, or as the constructor.
        """
        names = [*cls.names(), "out"]
        for name in settings:
            if name not in names:
                raise unknown(f"setting in {where}", name, names)
        return cls(**settings)

    @classmethod
    def names(cls) -> list[str]:
        """The settings in `config.yaml`: all except `out`."""
        return [field.name for field in dataclasses.fields(cls) if field.name != "out"]

    def to_mapping(self) -> dict[str, Any]:
        """The content of `config.yaml`: every setting except `out`."""
        values = dataclasses.asdict(self)
        del values["out"]
        return {**values, "size": list(self.size)}


def _absolute_data(name: str, value: str) -> str:
    """`KIND:ROOT` with an absolute root, so that a run can resume from anywhere."""
    kind, _, root = value.partition(":")
    if KINDS.find(kind).needs_root and not root:
        raise ConfigError(
            f"The setting {name} needs the folder of its data: {kind}:PATH. Received: {value!r}."
        )
    return f"{kind}:{checked_setting(name, root, {'check': values.root})}" if root else kind


CHANGEABLE = tuple(f.name for f in dataclasses.fields(RunConfig) if f.metadata["changeable"])
"""Settings that may change when a run resumes, because finished epochs do not depend on them."""


def difference(old: RunConfig, new: RunConfig) -> list[str]:
    """One line per setting that differs: `epochs: 20 in the folder, 30 requested`."""
    before, after = old.to_mapping(), new.to_mapping()
    return [
        f"{name}: {before[name]} in the folder, {after[name]} requested"
        for name in before
        if before[name] != after[name]
    ]
