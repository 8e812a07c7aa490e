"""The model card of a run."""

import csv
import shutil

from auxnet_keras.experiments import load_run
from auxnet_keras.experiments.outputs.model_card import model_card


def test_it_says_how_to_load_the_run_and_which_class_was_not_trained(trained):
    card = model_card(trained)
    assert f'load_run("{trained.name}")' in card
    assert "Channel 0 is void, which was not trained." in card
    assert "tags: [semantic-segmentation, " in card


def test_it_has_no_paths_of_the_machine_it_was_trained_on(trained, tmp_path):
    assert "root: synthia" in model_card(trained) and "/" not in model_card(trained)[:400]
    config = (trained.path / "config.yaml").read_text()
    changed = config.replace("extra_data: null", "extra_data: folder:/data/more")
    changed = changed.replace("cache: null", "cache: /scratch/cache")
    (tmp_path / "config.yaml").write_text(changed)
    for name in ("manifest.json", "results.json", "history.csv"):
        (tmp_path / name).write_text((trained.path / name).read_text())
    card = model_card(load_run(tmp_path))
    assert "extra_data: folder:more" in card and "cache: cache" in card
    for path in (str(trained.path.parent), trained.config.root, str(tmp_path.parent), "/data"):
        assert path not in card


def test_the_method_that_was_used_is_cited(trained, tmp_path):
    assert "AuxNet: Auxiliary tasks" in model_card(trained)
    config = (trained.path / "config.yaml").read_text()
    (tmp_path / "config.yaml").write_text(config.replace("ftwb", "class-wise"))
    for name in ("manifest.json", "results.json", "history.csv"):
        (tmp_path / name).write_text((trained.path / name).read_text())
    assert "Learning Boost by Exploiting" in model_card(load_run(tmp_path))


def test_depth_as_the_main_task_is_tagged_so(trained, tmp_path):
    config = (trained.path / "config.yaml").read_text()
    (tmp_path / "config.yaml").write_text(config.replace("main: segmentation", "main: depth"))
    for name in ("manifest.json", "results.json", "history.csv"):
        (tmp_path / name).write_text((trained.path / name).read_text())
    assert "tags: [depth-estimation, " in model_card(load_run(tmp_path))


def test_a_decoder_that_was_left_behind_is_not_recommended(trained, tmp_path):
    shutil.copytree(trained.path, tmp_path / "run", ignore=shutil.ignore_patterns("checkpoints"))
    file = tmp_path / "run" / "history.csv"
    head, *rows = csv.reader(file.read_text().splitlines())
    of_depth = head.index("weight_depth")
    zeros = [[*row[:of_depth], "0.0", *row[of_depth + 1 :]] for row in rows]
    file.write_text("\n".join(",".join(row) for row in [head, *zeros]))
    assert "do not use what the network predicts for depth" in model_card(load_run(file.parent))
    assert "do not use what" not in model_card(trained)
