"""Settings: configs, dataset.yaml, weightings and patterns of any content."""

import json

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auxnet_keras.data.files import pattern
from auxnet_keras.data.labels import LabelTable
from auxnet_keras.data.readers.folder_spec import FILE, read_spec
from auxnet_keras.errors import DataError, shown, unknown
from auxnet_keras.experiments.config import optimization_text, signature_text
from auxnet_keras.experiments.config import weighting_text as weightings
from auxnet_keras.experiments.config.config_file import read_config, write_config
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.optimizers.catalogue import OPTIMIZERS
from auxnet_keras.optimizers.schedules.catalogue import SCHEDULES
from auxnet_keras.safety import YamlError, plain_yaml
from auxnet_keras.weighting.catalogue import WEIGHTINGS
from tests.safety import makers
from tests.safety.fuzz import VALUES, answer, damaged, fuzz

SETTINGS = [*RunConfig.__dataclass_fields__]
CONFIG = yaml.safe_dump(RunConfig(seed=3, learning_rate_drops={20: 0.001}).to_mapping()).encode()
SPEC = b"""
images: '*/rgb/*.png'
labels: labels
depth: {files: depth, unit: metres, scale: 0.01, invalid: [0, 65535], focal: 720, baseline: 0.5}
classes: {0: void, 7: road, 26: {name: truck, color: [1, 2, 3]}}
ignore: [255]
split: {ratio: 0.2}
"""
PIECES = st.sampled_from(
    [
        *"[]{}:,-?&*!|>'\"%@`#\n\t \0\ufeff",
        *("a: ", "- ", "&a ", "*a", "<<: ", "!!int ", "---\n", "1:30", "2001-99-99", "0x", "0b"),
        *("1e400", "\ud800", '"\\ud800"', "? ", "\u2028", "~", "="),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join)


@pytest.fixture
def path(tmp_path):
    return tmp_path / FILE


@fuzz
@given(st.dictionaries(st.sampled_from(SETTINGS), VALUES, max_size=3))
def test_configs_of_any_values(settings):
    config = answer(RunConfig.from_mapping, settings)
    if config is not None:
        assert RunConfig.from_mapping(config.to_mapping()) == RunConfig(**config.to_mapping())


@fuzz
@given(st.dictionaries(st.text(max_size=9) | st.integers() | st.none(), VALUES, max_size=2))
def test_configs_of_any_names(settings):
    answer(RunConfig.from_mapping, settings)


@fuzz
@given(TEXTS)
def test_any_text_is_plain_yaml_or_is_none(text):
    try:
        found = plain_yaml(text)
    except YamlError as error:
        assert "\n" not in str(error)
    else:
        assert json.dumps(found) is not None  # no dates, no bytes, nothing that needs a tag


@fuzz
@given(TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")) | damaged(CONFIG, SPEC))
def test_config_files(path, data):
    config = answer(read_config, makers.write(path, data))
    if config is not None:
        write_config(config, path)
        assert read_config(path) == config


@fuzz
@given(TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")) | damaged(SPEC, CONFIG))
def test_folder_files(path, data):
    spec = answer(read_spec, makers.write(path, data).parent)
    if spec is not None:
        answer(pattern.match_files, path.parent, spec.images, (".png",))


@pytest.mark.parametrize("place", ["/", "/etc/*", "..", "a/../../b", "../*.png"])
@pytest.mark.parametrize("key", ["images", "labels", "depth.files", "split.train", "split.val"])
def test_places_outside_the_folder_are_refused(path, key, place):
    spec = yaml.safe_load(SPEC) | {"split": {"train": "a.txt", "val": "b.txt"}}
    part = spec if "." not in key else spec[key.partition(".")[0]]
    part[key.rpartition(".")[2]] = place
    makers.write(path, yaml.safe_dump(spec))
    with pytest.raises(DataError, match=rf"{key}: expected .* inside the folder of"):
        read_spec(path.parent)


@fuzz
@given(st.lists(st.sampled_from([*"*/.a[]\\b", "**", ".png", "é", "\\d"]), max_size=12))
def test_patterns(tmp_path, parts):
    folder = tmp_path / ("a" * 60) / ("a" * 60)
    folder.mkdir(parents=True, exist_ok=True)
    makers.write(folder / f"{'a' * 200}.png", b"")
    # Those that lead out of the folder are refused before, where they are written.
    text = "".join(parts).replace("..", ".").lstrip("/") or "*"
    found = answer(pattern.match_files, tmp_path, text, (".png",))
    assert found is None or all(path.is_file() for path in found.values())


NUMBERS = st.sampled_from(["1", "0", "-1", "nan", "inf", "-inf", "1e400", "1" * 5000, "", "x", "²"])
NAMES = sorted({n for method in WEIGHTINGS.values() for n in signature_text.parameters(method)})
PARTS = st.tuples(st.sampled_from([*NAMES, "x", ""]), st.sampled_from("=:,"), NUMBERS | st.text())


@fuzz
@given(st.sampled_from([*WEIGHTINGS, "x", ""]), st.lists(PARTS.map("".join), max_size=3))
def test_weightings(name, parts):
    answer(weightings.weighting, f"{name}:{','.join(parts)}")


def test_weightings_do_not_name_each_other_without_end():
    assert answer(weightings.weighting, "class-wise:task=" * 2000 + "twb") is None


OF_OPTIMIZERS = [*OPTIMIZERS.items(), *SCHEDULES.items()]
VALUE_NAMES = sorted(
    {name for _, entry in OF_OPTIMIZERS for name in signature_text.parameters(entry)}
)
VALUE_PARTS = st.tuples(
    st.sampled_from([*VALUE_NAMES, "3", ""]), st.sampled_from("=:,"), NUMBERS | st.text()
)


@fuzz
@given(st.sampled_from([*OPTIMIZERS, *SCHEDULES]), st.lists(VALUE_PARTS.map("".join), max_size=3))
def test_optimizers_and_schedules(name, parts):
    build = optimization_text.optimizer if name in OPTIMIZERS else optimization_text.schedule
    answer(build, f"{name}:{','.join(parts)}")


@fuzz
@given(VALUES)
def test_anything_can_be_shown(value):
    for text in (shown(value), str(unknown("name", value, ["a", "b"]))):
        assert "\n" not in text and len(text) < 300


@pytest.mark.parametrize("name", SETTINGS)
def test_a_number_that_python_does_not_print(name):
    assert answer(RunConfig.from_mapping, {name: 10**5000}) is None
    assert shown([10**5000]) == "list, too large to print"


IDS = st.integers(0, 65535)
TABLES = st.lists(st.lists(IDS, max_size=4), min_size=1, max_size=300)


@fuzz
@given(TABLES, st.lists(IDS, max_size=3), st.lists(IDS, min_size=1, max_size=8), st.booleans())
def test_label_maps(path, members, ignored, pixels, ignore_void):
    names = ["void", *(f"class {number}" for number in range(1, len(members)))]
    table = LabelTable(
        dict.fromkeys(names, (1, 2, 3)), dict(zip(names, members, strict=True)), ignored
    )
    for dtype in (np.uint8, np.uint16):
        ids = np.array(pixels).astype(dtype).reshape(1, -1)
        found = answer(lambda ids=ids: table.train_ids(ids, path, ignore_void=ignore_void))
        known = set(ids.ravel().tolist()) <= set(table.known)
        assert (found is not None) == known
        for number, id_ in zip(() if found is None else found[0], ids[0], strict=False):
            of_class = number != 255 and id_ in members[number - (number > 255)]
            assert of_class or number == 255
