"""What a run is made of: every setting that changes its result, checked before anything starts."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from auxnet_keras.data.readers.catalogue import KINDS
from auxnet_keras.data.units import UNITS
from auxnet_keras.errors import ConfigError, shown, unknown
from auxnet_keras.experiments.config import values
from auxnet_keras.experiments.config import weighting_text as weightings

MODELS = ("auxnet", "segnet", "fusenet", "unet")
TWO_TASKS = ("auxnet", "unet")
HALVINGS = {"unet": 4}  # of the image by the encoder; the others' backbones halve it five times
TASKS = ("segmentation", "depth")
BACKBONES = ["resnet50", "resnet101", "resnet152", "mobilenet_v2", "small"]
BAD_NUMBERS = ("raise", "skip", "rollback")


def _setting(default: Any, check: Callable[[Any], Any], *, optional: bool = False) -> Any:
    return dataclasses.field(default=default, metadata={"check": check, "optional": optional})


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunConfig:
    """All settings of a run; `config.yaml` of a run folder holds them but for `out`.

    Args:
        data: Kind of the data set, or `KIND:ROOT`.
        root: Its folder; `None` for the built-in `street`.
        model: `auxnet`, `segnet`, `fusenet` or `unet`.
        main: The task to be helped; the other one helps.
        single_task: Train the main task alone: the same network without the other one's decoder.
        weighting: As `auxnet_keras.experiments.weighting` reads it.
        backbone: Name of the encoder: one of `auxnet_keras.models.encoder`, or `small`; `None` is
            `resnet50`, and for `unet`, which has an encoder of its own, nothing.
        weights: `imagenet`, `none`, a weights file of the backbone, or the folder of a run of the
            same network, whose best weights are the start; `None` is `imagenet`, or `none` for
            `unet`.
        size: Network input (height, width), multiples of 32 (of 16 for `unet`).
        batch_size, epochs: Whole numbers.
        learning_rate: Of Adam.
        learning_rate_drops: Epochs done -> learning rate from then on, as `{20: 0.001}` or the
            text `20:0.001`.
        seed: Of the split, the order, the augmentation and the initial weights.
        limit: At most so many frames of each split.
        ignore_void: Map the class void to the ignore label instead of training it.
        depth_unit: `disparity_px`, `metres`, `inverse_depth` or `raw`; `None` for the data set's.
        augment: Flip, scale-crop and colour changes in training.
        cache: `memory`, a folder, or `None`.
        on_bad_numbers: What a batch with NaN or infinity does: `raise` ends the training, `skip`
            leaves the batch out, `rollback` goes back to the newest checkpoint; see
            `auxnet_keras.callbacks.NonFinite`. A run may go on with another.
        deterministic: Same bits on every run; `False` is faster on a GPU.
        out: The run folder.

    Raises:
        ConfigError: A value of the wrong kind or out of range, or an unknown name; settings that
            exclude each other.
    """

    data: str = _setting("street", values.text)
    root: str | None = _setting(None, values.path, optional=True)
    model: str = _setting("auxnet", values.one_of(MODELS))
    main: str = _setting("segmentation", values.one_of(TASKS))
    single_task: bool = _setting(False, values.boolean)
    weighting: str = _setting("none", values.text)
    backbone: str | None = _setting(None, values.one_of(BACKBONES), optional=True)
    weights: str | None = _setting(None, values.weights, optional=True)
    size: tuple[int, int] = _setting((224, 384), values.size)
    batch_size: int = _setting(8, values.count)
    epochs: int = _setting(200, values.count)
    learning_rate: float = _setting(1e-4, values.rate)
    learning_rate_drops: dict[int, float] | None = _setting(
        None, values.rates_by_epoch, optional=True
    )
    seed: int = _setting(0, values.seed)
    limit: int | None = _setting(None, values.count, optional=True)
    ignore_void: bool = _setting(True, values.boolean)
    depth_unit: str | None = _setting(None, values.one_of(UNITS), optional=True)
    augment: bool = _setting(False, values.boolean)
    cache: str | None = _setting(None, values.path, optional=True)
    on_bad_numbers: str = _setting("raise", values.one_of(BAD_NUMBERS))
    deterministic: bool = _setting(True, values.boolean)
    out: str | None = _setting(None, values.path, optional=True)

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
            folder = _checked("root", root or self.root, {"check": values.absolute})
            object.__setattr__(self, "root", folder)
        own_encoder = self.model == "unet"
        if self.weights is None:
            object.__setattr__(self, "weights", "none" if own_encoder else "imagenet")
        if self.backbone is None and not own_encoder:
            object.__setattr__(self, "backbone", "resnet50")
        self._check_combination()
        self._check_tasks()
        self._check_size()

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks that train: (main, auxiliary), or the main one alone."""
        if self.single_task or self.model not in TWO_TASKS:
            return (self.main,)
        return (self.main, *(task for task in TASKS if task != self.main))

    @property
    def starts_from_run(self) -> bool:
        """`weights` names a run and no file of a backbone."""
        if self.weights in ("none", "imagenet"):
            return False
        return self.backbone in (None, "small") or Path(str(self.weights)).is_dir()

    def _check_combination(self) -> None:
        if self.root is None and KINDS[self.data].needs_root:
            raise ConfigError(
                f"The data kind {self.data!r} needs its folder: {self.data}:PATH. "
                f"Received: {self.data!r}."
            )
        if self.model == "unet" and self.backbone is not None:
            raise ConfigError(
                "The model 'unet' has an encoder of its own; leave backbone out. "
                f"Received: backbone={self.backbone!r}."
            )
        if self.backbone in (None, "small") and self.weights == "imagenet":
            which = "model 'unet'" if self.backbone is None else "backbone 'small'"
            raise ConfigError(
                f"The {which} comes without pretrained weights; say weights=none, or the folder of "
                f"a run of the same network. Received: weights={self.weights!r}."
            )

    def _check_tasks(self) -> None:
        two = " or ".join(TWO_TASKS)
        if self.model not in TWO_TASKS and self.main != "segmentation":
            raise ConfigError(
                f"The model {self.model!r} is trained for segmentation only; main=depth needs "
                f"{two}. Received: main={self.main!r}."
            )
        method = weightings.check(self.weighting)
        if len(self.tasks) == 1 and method is not weightings.METHODS["none"]:
            alone = " with single_task" if self.model in TWO_TASKS else ""
            raise ConfigError(
                f"The model {self.model!r}{alone} has one task, so there is nothing to weight; "
                f"say weighting=none, or train {two} with both tasks. "
                f"Received: weighting={self.weighting!r}."
            )

    def _check_size(self) -> None:
        """The models' own check needs Keras; this one comes before anything is imported."""
        halvings = HALVINGS.get(self.model, 5)
        stride = 2**halvings
        if any(side % stride for side in self.size):
            near = tuple(max(stride, round(side / stride) * stride) for side in self.size)
            raise ConfigError(
                f"The setting size must be height and width in multiples of {stride}, because the "
                f"encoder halves them {'four' if halvings == 4 else 'five'} times; the nearest is "
                f"{near}. Received: {self.size}."
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
        raise ConfigError(
            f"The setting {name} must be {error}. Received: {shown(value)}."
        ) from None


CHANGEABLE = ("on_bad_numbers",)
"""Settings that a run may be given anew when it goes on: they change nothing of what is done."""


def difference(old: RunConfig, new: RunConfig) -> list[str]:
    """One line for every setting in which two configs differ: `epochs: 20 there, 30 asked for`."""
    before, after = old.to_mapping(), new.to_mapping()
    return [
        f"{name}: {before[name]} there, {after[name]} asked for"
        for name in before
        if before[name] != after[name]
    ]
