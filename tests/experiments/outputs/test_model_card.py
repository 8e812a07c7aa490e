"""The model card of a run."""

import json

from auxnet_keras.experiments import load_run
from auxnet_keras.experiments.outputs.model_card import model_card


def test_it_says_how_to_load_the_run_and_which_class_was_not_trained(trained):
    card = model_card(trained)
    assert f'load_run("{trained.path.as_posix()}")' in card
    assert "Channel 0 is void, which was not trained." in card
    assert "tags: [semantic-segmentation, " in card


def test_the_method_that_was_used_is_cited(trained, tmp_path):
    assert "AuxNet: Auxiliary tasks" in model_card(trained)
    config = (trained.path / "config.yaml").read_text()
    (tmp_path / "config.yaml").write_text(config.replace("ftwb", "class-wise"))
    for name in ("manifest.json", "results.json"):
        (tmp_path / name).write_text((trained.path / name).read_text())
    assert "Learning Boost by Exploiting" in model_card(load_run(tmp_path))


def test_depth_as_the_main_task_is_tagged_so(trained, tmp_path):
    config = (trained.path / "config.yaml").read_text()
    (tmp_path / "config.yaml").write_text(config.replace("main: segmentation", "main: depth"))
    for name in ("manifest.json", "results.json"):
        content = json.loads((trained.path / name).read_text())
        (tmp_path / name).write_text(json.dumps(content))
    assert "tags: [depth-estimation, " in model_card(load_run(tmp_path))
