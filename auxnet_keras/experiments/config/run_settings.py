"""The settings of a run, one field each."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from auxnet_keras.callbacks.policies import POLICIES
from auxnet_keras.core.tasks import TASKS
from auxnet_keras.data.auxiliary_of import CHOICES, OWN
from auxnet_keras.data.readers.catalogue import source
from auxnet_keras.data.unit_names import UNITS
from auxnet_keras.experiments.config import class_weights_text, values
from auxnet_keras.experiments.config.setting import setting
from auxnet_keras.losses.catalogue import DEPTH_LOSSES
from auxnet_keras.models.backbones import BACKBONES
from auxnet_keras.models.catalogue import NETWORKS, Network
from auxnet_keras.optimizers.catalogue import OPTIMIZERS
from auxnet_keras.optimizers.schedules.catalogue import SCHEDULES
from auxnet_keras.plots.palette_names import OWN as OWN_COLOURS
from auxnet_keras.plots.palette_names import PALETTES
from auxnet_keras.training.precision import PRECISIONS

if TYPE_CHECKING:
    from auxnet_keras.data.readers.base import Source


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunSettings:
    """The values of all settings, and what follows from them; `RunConfig` checks them."""

    data: str = setting(
        "street",
        values.text,
        "Kind and folder of the data set, such as kitti:/data/kitti; street needs no folder.",
        "KIND[:ROOT]",
    )
    root: str | None = setting(
        None,
        values.path,
        "Folder of the data set, if data names only the kind.",
        optional=True,
        changeable=True,
    )
    model: str = setting("auxnet", values.one_of(NETWORKS), "Network: {names}.", "NAME")
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
        "ftwb:focus=2,momentum=0.9,normalize=true, ftwb:mode=product, "
        "class-wise:start_epoch=20,bins=12,task=twb, twb+mgda.",
        "SPEC",
    )
    backbone: str | None = setting(
        None,
        values.one_of(BACKBONES),
        "Backbone of the encoder: {names}. Default: resnet50; unet has its own encoder.",
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
        (224, 384),
        values.size,
        "Input height and width, multiples of 32 (unet: 16); also as 224x384.",
        "H W",
    )
    batch_size: int = setting(8, values.batch_size, "Images per step, of all devices.", "N")
    epochs: int = setting(
        200,
        values.positive_whole,
        "Passes over the data. A larger number continues a run in the same folder.",
        "N",
    )
    optimizer: str = setting(
        "adam",
        values.text,
        "Optimizer: {names}. With values: adamw:weight_decay=0.05,clip=1, "
        "sgd:momentum=0.95,weight_decay=0.0005. clip is the largest norm of all gradients.",
        "SPEC",
        names=OPTIMIZERS,
    )
    learning_rate: float = setting(
        1e-4, values.rate, "Learning rate; with a schedule, its highest.", "X"
    )
    schedule: str = setting(
        "constant",
        values.text,
        "The learning rate by step: {names}. With values: cosine:warmup=500,final=0.01, "
        "polynomial:power=0.9, drops:20:0.001,30:0.0001,warmup=500, constant:warmup=500.",
        "SPEC",
        names=SCHEDULES,
    )
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
        None, values.positive_whole, "At most N frames of each split.", "N", optional=True
    )
    fold: int | None = setting(
        None,
        values.fold,
        "Cross-validate: part N of five, 0 to 4, validates and the others train; sequences stay "
        "together. Default: the data set's own split.",
        "N",
        optional=True,
    )
    labels: int | None = setting(
        None,
        values.positive_whole,
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
        values.positive_whole,
        "First train the auxiliary task alone, for N epochs over all frames with its target; "
        "--epochs and --weighting define the training that follows.",
        "N",
        optional=True,
    )
    restart_optimizer: bool = setting(
        True,
        values.boolean,
        "After --auxiliary-first: restart the optimizer and the learning rate, or continue with "
        "them.",
        flags="--restart-optimizer/--keep-optimizer",
    )
    validate_every: int = setting(
        1, values.positive_whole, "Validate after every N epochs, and after the last.", "N"
    )
    patience: int | None = setting(
        None,
        values.positive_whole,
        "Stop after N validations in a row without a lower validation loss of the main task. "
        "Default: train all epochs.",
        "N",
        optional=True,
    )
    gradient_diagnostics: int | None = setting(
        None,
        values.positive_whole,
        "Compare the tasks' gradients on the first batch after every N steps: gradients.csv, "
        "history.csv, TensorBoard and a figure. Training stays the same, and takes 1.5 steps "
        "longer each time. Default: never.",
        "N",
        optional=True,
        changeable=True,
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
    class_weights: str | None = setting(
        None,
        class_weights_text.class_weights,
        "Weights of the classes in the loss of segmentation: median-frequency or enet, measured on "
        "the training labels; median-frequency:FILE or enet:FILE, from the file of auxnet data "
        "statistics --json; or a YAML or JSON file with a weight for each class. Default: all 1.",
        "RULE|FILE",
        optional=True,
    )
    label_smoothing: float = setting(
        0.0,
        values.share,
        "The share of a pixel's target that all classes have equally, in the loss of segmentation.",
        "X",
    )
    augment: bool = setting(
        False,
        values.boolean,
        "Flip, scale-crop and colour changes in training.",
        flags="--augment/--no-augment",
    )
    cache: str | None = setting(
        None,
        values.path,
        "Folder for decoded samples, or 'memory'.",
        "FOLDER",
        optional=True,
        changeable=True,
    )
    on_bad_numbers: str = setting(
        "raise",
        values.one_of(POLICIES),
        "On a batch with NaN or infinity: raise (stop the training), skip (continue without it) or "
        "rollback (return to the newest checkpoint).",
        "POLICY",
        changeable=True,
    )
    palette: str = setting(
        OWN_COLOURS,
        values.one_of(PALETTES),
        "Colours of the classes in pictures: {names}. colour-blind has colours that differ also "
        "with protanopia and deuteranopia, for up to 20 classes.",
        "NAME",
        changeable=True,
    )
    deterministic: bool = setting(
        True,
        values.boolean,
        "Bit-identical results on every run, or more speed on a GPU.",
        flags="--deterministic/--no-deterministic",
    )
    precision: str = setting(
        "float32",
        values.one_of(PRECISIONS),
        "What layers compute with: {names}. The weights, losses and scores stay float32.",
        "NAME",
    )
    devices: int = setting(
        1,
        values.positive_whole,
        "Train on the first N GPUs of the host, each with its share of every batch; without a GPU "
        "on N divisions of the CPU, to test. The numbers are those of one device up to rounding.",
        "N",
        changeable=True,
    )
    smoke: bool = setting(
        False,
        values.boolean,
        "Two steps of everything, export included, in the folder RUN_smoke, which is replaced.",
        flags="--smoke/--no-smoke",
    )
    out: str | None = setting(
        None, values.path, "Run folder; the same command on it resumes.", "RUN", optional=True
    )

    @property
    def network(self) -> Network:
        """The model's entry in the catalogue."""
        return NETWORKS[self.model]

    def source(self) -> "Source":
        """Opens the data set.

        Raises:
            DataError: Its folder does not exist.
        """
        return source(self.data, self.root, fold=self.fold)

    @property
    def pretrained(self) -> bool:
        """Whether ImageNet weights of the encoder exist."""
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
        return not self.pretrained or Path(str(self.weights)).is_dir()
