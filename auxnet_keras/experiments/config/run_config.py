"""The config of a run: every setting that changes its result, checked before anything starts."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from auxnet_keras.data.auxiliary_of import CHOICES, OTHER, OWN
from auxnet_keras.data.readers.catalogue import KINDS
from auxnet_keras.data.unit_names import UNITS
from auxnet_keras.errors import ConfigError, shown, unknown
from auxnet_keras.experiments.config import values, weighting_text
from auxnet_keras.losses.catalogue import DEPTH_LOSSES
from auxnet_keras.models.backbones import BACKBONES
from auxnet_keras.models.catalogue import NETWORKS, Network
from auxnet_keras.weighting.catalogue import WEIGHTINGS

TASKS = ("segmentation", "depth")
BAD_NUMBERS = ("raise", "skip", "rollback")


def setting(
    default: Any,
    check: Callable[[Any], Any],
    help: str,
    metavar: str | None = None,
    *,
    optional: bool = False,
    flags: str = "",
    changeable: bool = False,
) -> Any:
    """A field of `RunConfig`: the definition of a setting.

    The command line's option, the page of settings and the checks are made from it.

    Args:
        default: The default value.
        check: As in `values`: returns the value in its one form, or raises.
        help: One sentence for `--help` and the documentation.
        metavar: The name of its value there.
        optional: Whether it may be `None`.
        flags: Option names, if not `--name-of-the-field`.
        changeable: Whether a resumed run may have another value.
    """
    metadata = {
        "check": check,
        "optional": optional,
        "help": help,
        "metavar": metavar,
        "flags": flags,
        "changeable": changeable,
    }
    return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunConfig:
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

    data: str = setting(
        "street",
        values.text,
        "Kind and folder of the data set, such as kitti:/data/kitti; street needs no folder.",
        "KIND[:ROOT]",
    )
    root: str | None = setting(
        None, values.path, "Folder of the data set, if data names only the kind.", optional=True
    )
    model: str = setting("auxnet", values.one_of(NETWORKS), "{names}.", "NAME")
    main: str = setting(
        "segmentation",
        values.one_of(TASKS),
        "Main task: segmentation, depth, or both: one after the other from the same initial "
        "weights, in two run folders inside RUN.",
        "TASK",
    )
    single_task: bool = setting(
        False,
        values.boolean,
        "Train the main task alone, as a baseline: the same network without the auxiliary decoder.",
        flags="--single-task/--both-tasks",
    )
    weighting: str = setting(
        "none",
        values.text,
        "none, {weightings}. With values: fixed:400,1, pareto:0.71,0.71, "
        "ftwb:focus=2,momentum=0.9,mode=product,normalize=true, "
        "class-wise:start_epoch=20,window=10,bins=12,task=twb.",
        "SPEC",
    )
    backbone: str | None = setting(
        None,
        values.one_of(BACKBONES),
        "{names}. Default: resnet50; unet has its own encoder.",
        "NAME",
        optional=True,
    )
    weights: str | None = setting(
        None,
        values.weights,
        "Initial weights: imagenet, none, a weights file of the backbone, or the folder of a run "
        "with the same network. Default: imagenet if available.",
        "FILE",
        optional=True,
    )
    size: tuple[int, int] = setting(
        (224, 384), values.size, "Input height and width, multiples of 32 (unet: 16).", "H W"
    )
    batch_size: int = setting(8, values.count, "Images per step.", "N")
    epochs: int = setting(200, values.count, "Passes over the data.", "N")
    learning_rate: float = setting(1e-4, values.rate, "Learning rate of Adam.", "X")
    learning_rate_drops: dict[int, float] | None = setting(
        None,
        values.rates_by_epoch,
        "Finished epochs and the learning rate from then on: 20:0.001,30:0.0001.",
        "N:X,...",
        optional=True,
    )
    seed: int = setting(
        0, values.seed, "Fixes order, augmentation, initial weights and what limit keeps.", "N"
    )
    limit: int | None = setting(
        None, values.count, "At most N frames of each split.", "N", optional=True
    )
    labels: int | None = setting(
        None,
        values.count,
        "Keep the main task's target for only N training frames, which show every class if "
        "possible; all frames keep the auxiliary target. Default: keep all.",
        "N",
        optional=True,
    )
    extra_data: str | None = setting(
        None,
        values.text,
        "More training frames, with only their auxiliary target; same form as --data.",
        "KIND:ROOT",
        optional=True,
    )
    extra_share: float = setting(
        0.5,
        values.share,
        "With --labels or --extra-data: the share of every batch without the main target; 0 trains "
        "only on frames that have it. An epoch is a pass over these frames.",
        "X",
    )
    auxiliary_of: str = setting(
        OWN,
        values.one_of(CHOICES),
        "{names}: other-frame gives every frame the auxiliary target of another one, a control "
        "that separates what the auxiliary task teaches from what any second task does.",
        "WHOSE",
    )
    auxiliary_first: int | None = setting(
        None,
        values.count,
        "First train the auxiliary task alone, for N epochs over all frames with its target; "
        "--epochs and --weighting define the training that follows.",
        "N",
        optional=True,
    )
    restart_optimizer: bool = setting(
        True,
        values.boolean,
        "After --auxiliary-first: restart Adam and the learning rate, or continue with them.",
        flags="--restart-optimizer/--keep-optimizer",
    )
    validate_every: int = setting(
        1, values.count, "Validate after every N epochs, and after the last.", "N"
    )
    ignore_void: bool = setting(
        True,
        values.boolean,
        "Ignore the class void, or train it.",
        flags="--ignore-void/--train-void",
    )
    depth_unit: str | None = setting(
        None,
        values.one_of(UNITS),
        "{names}. Default: the data set's.",
        "UNIT",
        optional=True,
    )
    depth_loss: str = setting(
        "l1",
        values.one_of(DEPTH_LOSSES),
        "What the depth task minimises: {names}. log-l1 and silog have no unit; L1 on inverse "
        "depth is l1 with --depth-unit inverse_depth.",
        "NAME",
    )
    augment: bool = setting(
        False,
        values.boolean,
        "Flip, scale-crop and colour changes in training.",
        flags="--augment/--no-augment",
    )
    cache: str | None = setting(
        None, values.path, "Folder for decoded samples, or 'memory'.", "FOLDER", optional=True
    )
    on_bad_numbers: str = setting(
        "raise",
        values.one_of(BAD_NUMBERS),
        "On a batch with NaN or infinity: raise (stop the training), skip (continue without it) or "
        "rollback (return to the newest checkpoint).",
        "POLICY",
        changeable=True,
    )
    deterministic: bool = setting(
        True,
        values.boolean,
        "Bit-identical results on every run, or more speed on a GPU.",
        flags="--deterministic/--no-deterministic",
    )
    out: str | None = setting(
        None, values.path, "Run folder; the same command on it resumes.", "RUN", optional=True
    )

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not None or not field.metadata["optional"]:
                object.__setattr__(self, field.name, _checked(field.name, value, field.metadata))
        kind, _, root = self.data.partition(":")
        KINDS.find(kind)
        object.__setattr__(self, "data", kind)
        if root or self.root:  # absolute, so that a run can be evaluated from anywhere
            folder = _checked("root", root or self.root, {"check": values.absolute})
            object.__setattr__(self, "root", folder)
        if self.backbone is None and not self.network.own_encoder:
            object.__setattr__(self, "backbone", "resnet50")
        if self.weights is None:
            object.__setattr__(self, "weights", "imagenet" if self._pretrained else "none")
        if self.extra_data is not None:
            object.__setattr__(self, "extra_data", _absolute_data("extra_data", self.extra_data))
        self._check_combination()
        self._check_tasks()
        self._check_size()

    @property
    def network(self) -> Network:
        """The model's entry in the catalogue."""
        return NETWORKS[self.model]

    @property
    def _pretrained(self) -> bool:
        return self.backbone is not None and BACKBONES[self.backbone].pretrained

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks that train: (main, auxiliary), or the main one alone."""
        if self.single_task or not self.network.two_tasks:
            return (self.main,)
        return (self.main, *(task for task in TASKS if task != self.main))

    @property
    def all_epochs(self) -> int:
        """All epochs: of the auxiliary task alone, and those that follow."""
        return (self.auxiliary_first or 0) + self.epochs

    @property
    def starts_from_run(self) -> bool:
        """Whether `weights` names a run, not a backbone's file."""
        if self.weights in ("none", "imagenet"):
            return False
        return not self._pretrained or Path(str(self.weights)).is_dir()

    def _check_combination(self) -> None:
        if self.root is None and KINDS[self.data].needs_root:
            raise ConfigError(
                f"The data kind {self.data!r} needs its folder: {self.data}:PATH. "
                f"Received: {self.data!r}."
            )
        if self.network.own_encoder and self.backbone is not None:
            raise ConfigError(
                f"The model {self.model!r} has its own encoder; leave out backbone. "
                f"Received: backbone={self.backbone!r}."
            )
        if not self._pretrained and self.weights == "imagenet":
            own = self.backbone is None
            which = f"model {self.model!r}" if own else f"backbone {self.backbone!r}"
            raise ConfigError(
                f"The {which} has no pretrained weights; set weights to none, or to the folder of "
                f"a run of the same network. Received: weights={self.weights!r}."
            )

    def _check_tasks(self) -> None:
        two = " or ".join(name for name, network in NETWORKS.items() if network.two_tasks)
        if not self.network.two_tasks and self.main != "segmentation":
            raise ConfigError(
                f"The model {self.model!r} is trained for segmentation only; main=depth needs "
                f"{two}. Received: main={self.main!r}."
            )
        weighting_text.check_weighting(self.weighting)
        if len(self.tasks) == 1 and self.weighting.strip() != "none":
            alone = " with single_task" if self.network.two_tasks else ""
            raise ConfigError(
                f"The model {self.model!r}{alone} has one task, so there is nothing to weight; "
                f"set weighting=none, or train {two} with both tasks. "
                f"Received: weighting={self.weighting!r}."
            )
        for name, given in (
            ("auxiliary_first", self.auxiliary_first),
            ("extra_data", self.extra_data),
            ("auxiliary_of", self.auxiliary_of if self.auxiliary_of == OTHER else None),
        ):
            if given is not None and len(self.tasks) == 1:
                raise ConfigError(
                    f"The setting {name} is about the auxiliary task, and the model "
                    f"{self.model!r}{' with single_task' if self.single_task else ''} has none; "
                    f"leave it out, or train {two} with both tasks. Received: {name}={given!r}."
                )

    def _check_size(self) -> None:
        """Checks the size before anything is imported; the models' own check needs Keras."""
        stride = self.network.stride
        if any(side % stride for side in self.size):
            near = tuple(max(stride, round(side / stride) * stride) for side in self.size)
            raise ConfigError(
                f"The setting size must be height and width in multiples of {stride}, because the "
                f"encoder halves them {stride.bit_length() - 1} times; the nearest is {near}. "
                f"Received: {self.size}."
            )

    @classmethod
    def help_of(cls, field: dataclasses.Field) -> str:
        """The help of a setting, with its valid names filled in from their catalogue."""
        names = getattr(field.metadata["check"], "names", ())
        return field.metadata["help"].format(
            names=", ".join(names), weightings=", ".join(WEIGHTINGS)
        )

    @classmethod
    def from_mapping(cls, settings: Mapping[str, Any], where: str = "settings") -> "RunConfig":
        """A config from names and values, as in a YAML file.

        Raises:
            ConfigError: An unknown setting, or as the constructor.
        """
        names = [field.name for field in dataclasses.fields(cls)]
        for name in settings:
            if name not in names:
                raise unknown(f"setting in {where}", name, names)
        return cls(**settings)

    def to_mapping(self) -> dict[str, Any]:
        """The content of `config.yaml`: every setting except `out`."""
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


def _absolute_data(name: str, value: str) -> str:
    """`KIND:ROOT` with an absolute root, so that a run can resume from anywhere."""
    kind, _, root = value.partition(":")
    if KINDS.find(kind).needs_root and not root:
        raise ConfigError(
            f"The setting {name} needs the folder of its data: {kind}:PATH. Received: {value!r}."
        )
    return f"{kind}:{_checked(name, root, {'check': values.absolute})}" if root else kind


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
