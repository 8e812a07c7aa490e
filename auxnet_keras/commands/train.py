"""`auxnet train`: options, recipe and configuration file become one config."""

from pathlib import Path
from typing import Annotated, Any

import typer

from auxnet_keras.commands.places import check_folder
from auxnet_keras.commands.quiet import import_tensorflow


def _option(*names: str, metavar: str | None = None, help: str) -> Any:
    return typer.Option(*names, metavar=metavar, help=help, show_default=False)


Out = Annotated[
    Path, _option("--out", metavar="RUN", help="Run folder; the same command on it resumes.")
]
Data = Annotated[
    str | None,
    _option(
        "--data",
        metavar="KIND[:ROOT]",
        help="What it is and where it lies, kitti:/data/kitti, say; street needs no ROOT.",
    ),
]
Model = Annotated[
    str | None, _option("--model", metavar="NAME", help="auxnet, segnet, fusenet or unet.")
]
Main = Annotated[
    str | None,
    _option(
        "--main",
        metavar="TASK",
        help="The task to be helped: segmentation, depth, or both, one after the other from the "
        "same start, in two run folders below RUN.",
    ),
]
SingleTask = Annotated[
    bool | None,
    _option("--single-task/--both-tasks", help="Train the main task alone, as a baseline."),
]
Weighting = Annotated[
    str | None,
    _option(
        "--weighting",
        metavar="SPEC",
        help="none, fixed:400,1, twb, ftwb, class-wise, mgda or pareto:0.71,0.71; in full "
        "ftwb:focus=2,momentum=0.9,mode=product,normalize=true or "
        "class-wise:start_epoch=20,window=10,bins=12,task=twb.",
    ),
]
Backbone = Annotated[
    str | None,
    _option(
        "--backbone", metavar="NAME", help="resnet50, resnet101, resnet152, mobilenet_v2 or small."
    ),
]
Weights = Annotated[
    str | None,
    _option(
        "--weights",
        metavar="FILE",
        help="imagenet, none, weights of the backbone, or the folder of a run of the same network "
        "to start from.",
    ),
]
Size = Annotated[
    tuple[int, int] | None,
    _option("--size", metavar="H W", help="Input height and width, multiples of 32 (unet: 16)."),
]
BatchSize = Annotated[int | None, _option("--batch-size", metavar="N", help="Images in a step.")]
Epochs = Annotated[int | None, _option("--epochs", metavar="N", help="Passes over the data.")]
LearningRate = Annotated[float | None, _option("--learning-rate", metavar="X", help="Of Adam.")]
LearningRateDrops = Annotated[
    str | None,
    _option(
        "--learning-rate-drops",
        metavar="N:X,...",
        help="20:0.001: after 20 epochs 0.001.",
    ),
]
Seed = Annotated[
    int | None,
    _option("--seed", metavar="N", help="Of split, order, augmentation and initial weights."),
]
Limit = Annotated[
    int | None, _option("--limit", metavar="N", help="At most N frames of each split.")
]
DepthUnit = Annotated[
    str | None,
    _option("--depth-unit", metavar="UNIT", help="disparity_px, metres, inverse_depth, raw."),
]
IgnoreVoid = Annotated[
    bool | None,
    _option("--ignore-void/--train-void", help="Whether the class void is ignored or learnt."),
]
Augment = Annotated[
    bool | None, _option("--augment/--no-augment", help="Flip, scale-crop and colour.")
]
Cache = Annotated[
    str | None,
    _option("--cache", metavar="FOLDER", help="Folder for decoded samples, or 'memory'."),
]
OnBadNumbers = Annotated[
    str | None,
    _option(
        "--on-bad-numbers",
        metavar="POLICY",
        help="What a batch with NaN or infinity does: raise (ends the training), skip (is left "
        "out) or rollback (to the newest checkpoint).",
    ),
]
Deterministic = Annotated[
    bool | None,
    _option(
        "--deterministic/--no-deterministic", help="Same bits on every run, or speed on a GPU."
    ),
]
Recipe = Annotated[
    str | None,
    _option(
        "--recipe",
        metavar="NAME",
        help="A packaged setup: auxnet/kitti, auxnet/synthia, learning-boost/vkitti, "
        "learning-boost/nyuv2, learning-boost/cityscapes.",
    ),
]
Config = Annotated[
    Path | None,
    _option("--config", metavar="FILE", help="YAML with any of these; options here win over it."),
]


def command(
    out: Out,
    data: Data = None,
    model: Model = None,
    main: Main = None,
    single_task: SingleTask = None,
    weighting: Weighting = None,
    backbone: Backbone = None,
    weights: Weights = None,
    size: Size = None,
    batch_size: BatchSize = None,
    epochs: Epochs = None,
    learning_rate: LearningRate = None,
    learning_rate_drops: LearningRateDrops = None,
    seed: Seed = None,
    limit: Limit = None,
    depth_unit: DepthUnit = None,
    ignore_void: IgnoreVoid = None,
    augment: Augment = None,
    cache: Cache = None,
    on_bad_numbers: OnBadNumbers = None,
    deterministic: Deterministic = None,
    recipe: Recipe = None,
    config: Config = None,
) -> None:
    """Train a network; the same command on the same folder resumes.

    Without options: AuxNet on street scenes, ResNet-50 with ImageNet weights, 224x384, batches of
    8, 200 epochs, learning rate 1e-4, no weighting.
    """
    options = dict(locals())
    check_folder(out, "--out")
    from auxnet_keras.experiments.config.config_file import read_settings
    from auxnet_keras.experiments.config.config_file import recipe as read_recipe
    from auxnet_keras.experiments.config.run_config import RunConfig

    del options["recipe"], options["config"]
    settings: dict[str, Any] = read_recipe(recipe) if recipe else {}
    if config is not None:
        settings |= read_settings(config)
    if data is not None:
        settings["root"] = None  # it belonged to the other data
    settings |= {name: value for name, value in options.items() if value is not None}
    if ":" in str(settings.get("weighting")):  # its values are checked by building it, in Keras
        import_tensorflow()
    both = settings.get("main") == "both"
    if both:
        settings["main"] = "depth"
    checked = RunConfig.from_mapping(settings, str(config or recipe or "the options"))

    import_tensorflow()
    from auxnet_keras.experiments.fit.role_swap import learning_boost
    from auxnet_keras.experiments.fit.training import train
    from auxnet_keras.experiments.outputs.tables import print_evaluation

    if both:
        learning_boost(checked)
    else:
        print_evaluation(train(checked).results)
