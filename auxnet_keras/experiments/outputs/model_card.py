"""MODEL_CARD.md: describes a trained network, its data and its scores."""

import json
from typing import TYPE_CHECKING

import yaml

from auxnet_keras.experiments.config.smoke import SMOKE
from auxnet_keras.experiments.outputs.shareable import without_folders
from auxnet_keras.experiments.outputs.tables import evaluation_table
from auxnet_keras.experiments.run.best_epoch import idle_tasks
from auxnet_keras.tables.escape import markdown

if TYPE_CHECKING:
    from auxnet_keras.experiments.run.run import Run

_CARD = """---
library_name: keras
tags: [{tag}, auxiliary-task, {model}]
---
# {name}
{smoke}
A network for {main}{helped}, trained with auxnet_keras {version}.

## Use

```python
import auxnet_keras as ak

model = ak.experiments.load_run({path}).model()
```

Input: RGB images, resized to {height}x{width} (the exported network resizes them itself).{classes}

The network was trained and scored only on the data below; its scores do not carry over to other
cameras, places, weather or seasons. Do not use it for decisions about safety.

## Data

{data}: {train} frames to train on{labelled}, {val} to validate on. Depth in {unit}.
Licence of the data: {licence}. Please cite: {citation}

## Training

{settings}
The weights are from the epoch with the lowest validation loss of {main}. Versions, seeds and
checksums are in `manifest.json`, losses and scores of every epoch in `history.csv`.

## Results

Scored on {frames} validation frames at their own size. The position prior predicts, for each
position, the class that is most frequent there in the training data. The validation frames were
also used to choose the epoch, so expect slightly lower scores on new frames.

{table}{idle}
## Method

{methods}"""

_IDLE = """
{Task} had the loss weight 0 at the epoch that was kept: the encoder changed without its decoder, so
do not use what the network predicts for {task}.
"""

AUXNET = (
    "S. Chennupati, G. Sistu, S. Yogamani, S. Rawashdeh: AuxNet: Auxiliary tasks enhanced semantic "
    "segmentation for automated driving. VISAPP 2019.\n"
)
LEARNING_BOOST = (
    "J. Yim, S. H. Kim: Learning Boost by Exploiting the Auxiliary Task in Multi-task Domain. "
    "2020.\n"
)


def model_card(run: "Run") -> str:
    """The model card of a finished run, as Markdown."""
    config, facts, info = run.config, run.manifest.content, run.info
    given = {name: without_folders(value) for name, value in config.to_mapping().items()}
    settings = yaml.safe_dump(given, sort_keys=False, default_flow_style=None)
    return _CARD.format(
        model=config.model,
        tag={"segmentation": "semantic-segmentation", "depth": "depth-estimation"}[config.main],
        name=markdown(run.name),
        path=json.dumps(run.name, ensure_ascii=False),
        smoke=f"\n**{SMOKE}**\n" if config.smoke else "",
        main=config.main,
        helped=f" helped by {config.tasks[1]}" if config.tasks[1:] else "",
        version=facts["versions"].get("auxnet_keras", ""),
        height=config.size[0],
        width=config.size[1],
        classes=_classes(info.class_names, config.ignore_void) if info.class_names else "",
        data=config.data,
        train=facts["data"]["frames"]["train"],
        labelled=_labelled(
            {task: facts["data"]["targets"]["train"][task] for task in config.tasks},
            facts["data"]["frames"]["train"],
        ),
        val=facts["data"]["frames"]["val"],
        unit=run.depth_unit,
        licence=markdown(info.licence),
        citation=markdown(info.citation),
        settings=f"```yaml\n{settings}```\n",
        frames=run.results["frames"],
        table=evaluation_table(run.results).markdown(),
        idle="".join(_IDLE.format(Task=task.capitalize(), task=task) for task in idle_tasks(run)),
        methods=LEARNING_BOOST if config.weighting.startswith("class-wise") else AUXNET,
    )


def _classes(names: tuple[str, ...], ignore_void: bool) -> str:
    untrained = ", which was not trained" if ignore_void and names[0] == "void" else ""
    first = f"{markdown(names[0])}{untrained}"
    return f" Classes:\n{', '.join(map(markdown, names))}. Channel 0 is {first}."


def _labelled(targets: dict[str, int], frames: int) -> str:
    """` (30 with segmentation)` if some frames lack the target of a task."""
    few = [f"{count} with {task}" for task, count in targets.items() if count < frames]
    return f" ({', '.join(few)})" if few else ""
