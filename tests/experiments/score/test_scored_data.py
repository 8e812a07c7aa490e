"""Runs are scored on images that they were not trained on, and on no others."""

import dataclasses
import json
import shutil

import pytest

from auxnet_keras import data
from auxnet_keras.data.example import Example
from auxnet_keras.data.file_key import image_keys
from auxnet_keras.errors import ConfigError, DataError
from auxnet_keras.experiments import compare, evaluate
from auxnet_keras.experiments.run.run import Run
from auxnet_keras.experiments.run.trained_images import FILE
from auxnet_keras.experiments.score.scored_data import scored_data
from data_tools.convert import convert


@pytest.fixture
def moved(scenes, tmp_path):
    """The scenes that `trained` was trained on, in another folder: 16 of 20 trained."""
    shutil.copytree(scenes, tmp_path / "moved")
    return tmp_path / "moved"


def renamed(root):
    """Gives the frames of all sequences other numbers."""
    for path in sorted(root.rglob("*.png")):
        path.rename(path.with_stem(f"{int(path.stem) + 500:06d}"))
    return f"synthia:{root}"


def converted(root):
    return f"folder:{convert(f'street:{root}', root.parent / 'converted')}"


def among_others(root):
    shutil.rmtree(root)
    return f"street:{data.street.write(root, 25, seed=0, size=(64, 96))}"


@pytest.mark.parametrize(("change", "frames"), [(renamed, 20), (converted, 20), (among_others, 25)])
@pytest.mark.parametrize("command", ["evaluate", "compare"])
def test_images_that_were_trained_on_are_refused(trained, moved, change, frames, command):
    place = change(moved)
    message = (
        rf"auxnet_ftwb was trained on 16 of the {frames} frames of {place}, .* leave out data "
        rf"\(--data\) to score the validation split of its own data\. Received: data='{place}'\.$"
    )
    with pytest.raises(ConfigError, match=message):
        evaluate(trained, place) if command == "evaluate" else compare(trained, trained, place)


def test_new_scenes_count_in_full(trained, tmp_path):
    data.street.write(tmp_path / "new", 6, seed=4, size=(64, 96))
    found = scored_data([trained, trained], f"street:{tmp_path / 'new'}")
    assert (found.split, len(found.frames)) == ("all", 6)


def test_of_moved_data_the_validation_split_counts(trained, moved, scenes):
    for runs in ([trained], [trained, trained]):
        found = scored_data(runs, f"street:{moved}")
        assert (found.split, len(found.frames), found.place) == ("val", 4, f"street:{moved}")
    own = [frame.name for frame in scored_data([trained], None).frames]
    assert [frame.name for frame in found.frames] == own


def at(run, root):
    """The run with its data in another folder."""
    return Run(run.path, dataclasses.replace(run.config, root=str(root)))


def test_a_split_that_has_changed_is_refused(trained, moved):
    run = at(trained, moved)
    assert len(scored_data([run], None).frames) == 4
    sequences = sorted(path for path in moved.iterdir() if path.is_dir())
    # The last sequence validates.
    first, last = sequences[0], sequences[-1].with_name(f"{sequences[-1].name}-Z")
    first.rename(last)
    with pytest.raises(ConfigError, match=r"on 4 of the \d frames .*Its data has changed since"):
        scored_data([run], None)
    with pytest.raises(ConfigError, match=rf"on 4 of the \d frames of street:{moved}, "):
        scored_data([run], f"street:{moved}")


def test_an_edited_validation_label_is_no_image_that_was_trained_on(trained, moved):
    frame = scored_data([at(trained, moved)], None).frames[0]
    frame.label.write_bytes(frame.label.read_bytes() + b"\0")
    assert len(scored_data([at(trained, moved)], None).frames) == 4


def test_each_of_two_runs_counts(trained, scenes, tmp_path):
    """The second was trained elsewhere, on what the first validates on."""
    shutil.copytree(trained.path, tmp_path / "second")
    frames = [
        Example(data.source("street", scenes), f) for f in scored_data([trained], None).frames
    ]
    keys = sorted(filter(None, image_keys(frames)))
    (tmp_path / "second" / FILE).write_text("".join(f"{key}\n" for key in keys[:3]))
    manifest = tmp_path / "second/manifest.json"
    content = json.loads(manifest.read_text())
    content["data"]["fingerprint"] = {"val": "f00d"}
    manifest.write_text(json.dumps(content))
    second = Run(tmp_path / "second", dataclasses.replace(trained.config, root=str(tmp_path)))
    with pytest.raises(ConfigError, match=r"choose the data to compare them on"):
        compare(trained, second)
    with pytest.raises(ConfigError, match=r"second was trained on 3 of the 4 frames"):
        compare(trained, second, f"street:{scenes}")


@pytest.mark.parametrize("content", [None, "", "0123456789abcdef", "0123\n", "0123456789abcdeg\n"])
def test_a_run_that_lost_its_list_of_images_scores_its_own_data_only(
    trained, moved, tmp_path, content
):
    run = Run(tmp_path / "run", trained.config)
    shutil.copytree(trained.path, run.path)
    (run.path / FILE).unlink()
    if content is not None:
        (run.path / FILE).write_text(content)
    assert len(scored_data([run], None).frames) == 4
    with pytest.raises(DataError, match=rf"{FILE} is missing or damaged"):
        scored_data([run], renamed(moved))


@pytest.mark.parametrize("facts", [None, [], {"fingerprint": "f00d"}, {"fingerprint": None}])
def test_a_manifest_without_a_fingerprint_proves_nothing(trained, tmp_path, facts, monkeypatch):
    run = Run(tmp_path / "run", trained.config)
    shutil.copytree(trained.path, run.path)
    content = {**trained.manifest.content, "data": facts}
    (run.path / "manifest.json").write_text(json.dumps(content))
    monkeypatch.setattr(Run, "info", trained.info)
    frames = scored_data([run], None).frames
    assert len(frames) == 4
    keys = filter(None, image_keys(Example(run.config.source(), frame) for frame in frames[:1]))
    (run.path / FILE).write_text("".join(f"{key}\n" for key in keys))
    with pytest.raises(ConfigError, match="on 1 of the 4 frames"):
        scored_data([run], None)


def test_a_split_of_the_data(trained, tmp_path):
    data.street.write(tmp_path / "new", 10, seed=4, size=(64, 96))
    place = f"street:{tmp_path / 'new'}"
    found = scored_data([trained], place, "val")
    source = data.source("street", tmp_path / "new")
    assert found.split == "val" and found.frames == source.frames("val") != source.frames("all")
    with pytest.raises(DataError, match=r"The split 'test' of .*new is empty.*Received: 10 frames"):
        scored_data([trained], place, "test")
    with pytest.raises(ConfigError, match="Unknown split; did you mean 'val'"):
        scored_data([trained], place, "vall")
