"""Finishes a run after its last epoch: scores, figures, model card, export."""

from typing import Any

from auxnet_keras import data
from auxnet_keras.core.backend import backend
from auxnet_keras.experiments.fit.early_stopping import stopped_after
from auxnet_keras.experiments.outputs.exporting import default_formats, export
from auxnet_keras.experiments.outputs.figures import write_figures
from auxnet_keras.experiments.outputs.model_card import model_card
from auxnet_keras.experiments.outputs.tables import (
    class_table,
    evaluation_table,
    logged_evaluation,
    part_table,
)
from auxnet_keras.experiments.reports.run_page import write_run_page
from auxnet_keras.experiments.run.json_files import write_json
from auxnet_keras.experiments.run.log import logger
from auxnet_keras.experiments.run.manifest import peak_memory
from auxnet_keras.experiments.run.run import RESULTS, Run
from auxnet_keras.experiments.score import per_image
from auxnet_keras.experiments.score.evaluation import evaluate
from auxnet_keras.experiments.score.position_prior import position_prior, write_prior
from auxnet_keras.storage.atomic import write_file
from auxnet_keras.storage.write_errors import writing


def finish(run: Run) -> None:
    """Evaluates the best weights and writes results, figures, model card, page and export."""
    if "segmentation" in run.config.tasks:  # the data of a training of depth may have no labels
        write_prior(_prior(run), run.path)
    results = evaluate(run, per_image=run.path / per_image.FILE)
    _write_results(run, results)
    write_figures(run, results, run.config.source())
    card = run.path / "MODEL_CARD.md"
    with writing(card):
        write_file(card, model_card(run))
    write_run_page(run)
    export(run, default_formats())
    record = run.manifest
    record.record_artefacts()
    stopped = stopped_after(run)
    early = {} if stopped is None else {"stopped_after": stopped}
    record.event("end", epochs=run.config.epochs, memory=peak_memory(), **early)
    logger.info("Finished; everything is in %s", run.path)
    if backend() != "tensorflow":
        said = "A SavedModel needs TensorFlow: `auxnet export %s` writes one where it is installed"
        logger.info(said, run.path)
    # On the terminal, the command shows them as a table.
    logger.info("%s", logged_evaluation(results), extra={"file_only": True})


def _prior(run: Run) -> Any:
    config, info = run.config, run.info
    frames = data.arrays(
        config.data,
        config.root,
        split="train",
        size=config.size,
        batch_size=1,  # a partial batch would be dropped
        seed=config.seed,
        ignore_void=config.ignore_void,
        cache=None if config.cache == "memory" else config.cache,
        shuffle=False,
        limit=config.limit,
        main=config.main,
        labels=config.labels,
        fold=config.fold,
    )
    return position_prior(frames, info.num_classes, info.ignore_label)


def _write_results(run: Run, results: dict[str, Any]) -> None:
    write_json(results, run.path / RESULTS)
    evaluation_table(results).write(run.path)
    part_table(results).write(run.path, "parts")
    classes = class_table(results)
    if classes.rows:  # there is depth without classes
        classes.write(run.path, "classes")
