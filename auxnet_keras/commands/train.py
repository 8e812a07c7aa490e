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
        help="kitti, synthia, folder or street, and where it lies; street needs no ROOT.",
    ),
]
Model = Annotated[str | None, _option("--model", metavar="NAME", help="auxnet, segnet or fusenet.")]
Main = Annotated[
    str | None,
    _option("--main", metavar="TASK", help="The task to be helped: segmentation, depth."),
]
Weighting = Annotated[
    str | None,
    _option(
        "--weighting",
        metavar="SPEC",
        help="none, fixed:400,1, twb or ftwb; in full "
        "ftwb:focus=2,momentum=0.9,mode=product,normalize=true.",
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
    _option("--weights", metavar="FILE", help="imagenet, none, or weights of the backbone."),
]
Size = Annotated[
    tuple[int, int] | None,
    _option("--size", metavar="H W", help="Input height and width, multiples of 32."),
]
BatchSize = Annotated[int | None, _option("--batch-size", metavar="N", help="Images in a step.")]
Epochs = Annotated[int | None, _option("--epochs", metavar="N", help="Passes over the data.")]
LearningRate = Annotated[float | None, _option("--learning-rate", metavar="X", help="Of Adam.")]
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
Deterministic = Annotated[
    bool | None,
    _option(
        "--deterministic/--no-deterministic", help="Same bits on every run, or speed on a GPU."
    ),
]
Recipe = Annotated[
    str | None,
    _option("--recipe", metavar="NAME", help="A packaged setup: auxnet/kitti, auxnet/synthia."),
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
    weighting: Weighting = None,
    backbone: Backbone = None,
    weights: Weights = None,
    size: Size = None,
    batch_size: BatchSize = None,
    epochs: Epochs = None,
    learning_rate: LearningRate = None,
    seed: Seed = None,
    limit: Limit = None,
    depth_unit: DepthUnit = None,
    ignore_void: IgnoreVoid = None,
    augment: Augment = None,
    cache: Cache = None,
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
    from auxnet_keras.experiments.config import RunConfig
    from auxnet_keras.experiments.config_file import read_settings
    from auxnet_keras.experiments.config_file import recipe as read_recipe

    del options["recipe"], options["config"]
    settings: dict[str, Any] = read_recipe(recipe) if recipe else {}
    if config is not None:
        settings |= read_settings(config)
    if data is not None:
        settings["root"] = None  # it belonged to the other data
    settings |= {name: value for name, value in options.items() if value is not None}
    if ":" in str(settings.get("weighting")):  # its values are checked by building it, in Keras
        import_tensorflow()
    checked = RunConfig.from_mapping(settings, str(config or recipe or "the options"))

    import_tensorflow()
    from auxnet_keras.experiments.report import print_evaluation
    from auxnet_keras.experiments.training import train

    print_evaluation(train(checked).results)
