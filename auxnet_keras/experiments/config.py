"""What a run is made of: every setting that changes its result, checked before anything starts."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from auxnet_keras.data.registry import KINDS
from auxnet_keras.data.units import UNITS
from auxnet_keras.errors import ConfigError, unknown
from auxnet_keras.experiments import weightings

MODELS = ("auxnet", "segnet", "fusenet")
TWO_TASKS = ("auxnet",)
TASKS = ("segmentation", "depth")
BACKBONES = ["resnet50", "resnet101", "resnet152", "mobilenet_v2", "small"]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text")
    return value


def _path(value: Any) -> str:
    if not isinstance(value, str | Path):
        raise TypeError("a path")
    return str(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise TypeError("a whole number >= 1")
    return value


def _seed(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError("a whole number >= 0")
    return value


def _rate(value: Any) -> float:
    try:  # YAML 1.1 reads 1e-4 (without a dot) as a text
        rate = float(value) if not isinstance(value, bool) else 0.0
    except (TypeError, ValueError):
        rate = 0.0
    if not 0.0 < rate < float("inf"):
        raise TypeError("a number > 0")
    return rate


def _size(value: Any) -> tuple[int, int]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise TypeError("two whole numbers, height and width")
    height, width = _count(value[0]), _count(value[1])
    if height % 32 or width % 32:  # told here, too: the models' own check needs Keras
        near = tuple(max(32, round(side / 32) * 32) for side in (height, width))
        raise TypeError(
            "height and width in multiples of 32, because the encoder halves them five times; the "
            f"nearest is {near}"
        )
    return (height, width)


def _one_of(names: Sequence[str]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in names:
            raise LookupError(names)
        return value

    return check


def _setting(default: Any, check: Callable[[Any], Any], *, optional: bool = False) -> Any:
    return dataclasses.field(default=default, metadata={"check": check, "optional": optional})


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunConfig:
    """All settings of a run; `config.yaml` of a run folder holds them but for `out`.

    Args:
        data: Kind of the data set, or `KIND:ROOT`.
        root: Its folder; `None` for the built-in `street`.
        model: `auxnet`, `segnet` or `fusenet`.
        main: The task to be helped; the other one helps.
        weighting: As `auxnet_keras.experiments.weighting` reads it.
        backbone: Name of the encoder: one of `auxnet_keras.models.encoder`, or `small`.
        weights: `imagenet`, `none`, or a weights file of the backbone.
        size: Network input (height, width), multiples of 32.
        batch_size, epochs: Whole numbers.
        learning_rate: Of Adam.
        seed: Of the split, the order, the augmentation and the initial weights.
        limit: At most so many frames of each split.
        ignore_void: Map the class void to the ignore label instead of training it.
        depth_unit: `disparity_px`, `metres`, `inverse_depth` or `raw`; `None` for the data set's.
        augment: Flip, scale-crop and colour changes in training.
        cache: `memory`, a folder, or `None`.
        deterministic: Same bits on every run; `False` is faster on a GPU.
        out: The run folder.

    Raises:
        ConfigError: A value of the wrong kind or out of range, or an unknown name; settings that
            exclude each other.
    """

    data: str = _setting("street", _text)
    root: str | None = _setting(None, _path, optional=True)
    model: str = _setting("auxnet", _one_of(MODELS))
    main: str = _setting("segmentation", _one_of(TASKS))
    weighting: str = _setting("none", _text)
    backbone: str = _setting("resnet50", _one_of(BACKBONES))
    weights: str = _setting("imagenet", _path)
    size: tuple[int, int] = _setting((224, 384), _size)
    batch_size: int = _setting(8, _count)
    epochs: int = _setting(200, _count)
    learning_rate: float = _setting(1e-4, _rate)
    seed: int = _setting(0, _seed)
    limit: int | None = _setting(None, _count, optional=True)
    ignore_void: bool = _setting(True, _boolean)
    depth_unit: str | None = _setting(None, _one_of(UNITS), optional=True)
    augment: bool = _setting(False, _boolean)
    cache: str | None = _setting(None, _path, optional=True)
    deterministic: bool = _setting(True, _boolean)
    out: str | None = _setting(None, _path, optional=True)

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not None or not field.metadata["optional"]:
                object.__setattr__(self, field.name, _checked(field.name, value, field.metadata))
        kind, _, root = self.data.partition(":")
        if kind not in KINDS:
            raise unknown("kind of data", kind, KINDS)
        object.__setattr__(self, "data", kind)
        if root or self.root:  # absolute, so that a run can be evaluated from anywhere
            folder = Path(root or str(self.root)).expanduser().resolve()
            object.__setattr__(self, "root", str(folder))
        self._check_combination()

    def _check_combination(self) -> None:
        method = weightings.check(self.weighting)
        if self.root is None and KINDS[self.data].needs_root:
            raise ConfigError(
                f"The data kind {self.data!r} needs its folder: {self.data}:PATH. "
                f"Received: {self.data!r}."
            )
        if self.backbone == "small" and self.weights != "none":
            raise ConfigError(
                "The backbone 'small' comes without pretrained weights; say weights=none. "
                f"Received: weights={self.weights!r}."
            )
        if self.model not in TWO_TASKS and method is not weightings.METHODS["none"]:
            raise ConfigError(
                f"The model {self.model!r} has one task, so there is nothing to weight; leave "
                f"weighting out, or train {' or '.join(TWO_TASKS)}. "
                f"Received: weighting={self.weighting!r}."
            )
        if self.model not in TWO_TASKS and self.main != "segmentation":
            raise ConfigError(
                f"The model {self.model!r} is trained for segmentation only; main=depth needs "
                f"{' or '.join(TWO_TASKS)}. Received: main={self.main!r}."
            )

    @classmethod
    def from_mapping(cls, settings: Mapping[str, Any], where: str = "settings") -> "RunConfig":
        """A config from names and values, as they stand in a YAML file.

        Raises:
            ConfigError: A name that is none of the settings, or as the constructor.
        """
        names = [field.name for field in dataclasses.fields(cls)]
        for name in settings:
            if name not in names:
                raise unknown(f"setting in {where}", name, names)
        return cls(**settings)

    def to_mapping(self) -> dict[str, Any]:
        """What `config.yaml` holds: every setting except where the folder is."""
        values = dataclasses.asdict(self)
        del values["out"]
        return {**values, "size": list(self.size)}


def _checked(name: str, value: Any, metadata: Mapping[str, Any]) -> Any:
    try:
        return metadata["check"](value)
    except LookupError as error:
        raise unknown(name, value, error.args[0]) from None
    except TypeError as error:
        raise ConfigError(f"The setting {name} must be {error}. Received: {value!r}.") from None


def difference(old: RunConfig, new: RunConfig) -> list[str]:
    """One line for every setting in which two configs differ: `epochs: 20 there, 30 asked for`."""
    before, after = old.to_mapping(), new.to_mapping()
    return [
        f"{name}: {before[name]} there, {after[name]} asked for"
        for name in before
        if before[name] != after[name]
    ]
