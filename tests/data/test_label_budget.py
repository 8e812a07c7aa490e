import itertools
import types
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auxnet_keras.data import label_budget
from auxnet_keras.data.frame import Frame
from auxnet_keras.errors import ConfigError


class Labels:
    """A source whose labels are lists of classes."""

    def __init__(self, classes):
        self.classes = classes
        self.root = self.place = Path("/nowhere")
        self.info = types.SimpleNamespace(ignore_label=255)
        self.signature = f"labels {classes}"
        self.read = []

    @property
    def frames(self):
        return [
            Frame(str(i), Path(f"{i}.png"), None if seen is None else Path(f"{i}"), None)
            for i, seen in enumerate(self.classes)
        ]

    def content_keys(self, frame):
        return None

    def label(self, frame, path):
        self.read.append(frame.name)
        return np.array([255, *self.classes[int(frame.name)]], np.int32)

    def kept(self, count, seed=0, task="segmentation"):
        return label_budget.kept_frames(self, self.frames, task, count, seed)


classes_of_frames = st.lists(st.sets(st.integers(0, 8), max_size=4), min_size=1, max_size=25)


@given(classes_of_frames, st.integers(0, 9))
@settings(deadline=None)
def test_larger_budgets_keep_the_frames_of_smaller_ones(classes, seed):
    source = Labels([sorted(seen) for seen in classes])
    budgets = [set(source.kept(count, seed)) for count in range(1, len(classes) + 1)]
    assert [len(kept) for kept in budgets] == list(range(1, len(classes) + 1))
    assert all(small < large for small, large in itertools.pairwise(budgets))


@given(classes_of_frames, st.integers(0, 9))
@settings(deadline=None)
def test_every_class_is_there_as_soon_as_a_greedy_choice_can(classes, seed):
    """The frame with the most missing classes brings at least an equal part of those missing."""
    source = Labels([sorted(seen) for seen in classes])
    everything = set().union(*classes)
    missing = set(everything)
    for count in range(1, len(classes) + 1):
        seen = set().union(*(classes[i] for i in source.kept(count, seed)))
        best = max(len(one & missing) for one in classes)
        assert len(missing) - len(everything - seen) == best
        missing = everything - seen


def test_the_choice_depends_on_the_seed_and_is_random_but_for_the_rare_classes():
    source = Labels([[0]] * 99 + [[0, 1]])
    kept = [source.kept(10, seed) for seed in range(8)]
    assert all(99 in chosen for chosen in kept)
    assert len({tuple(chosen) for chosen in kept}) == 8


def test_each_label_is_read_once_and_not_more_than_so_many(monkeypatch):
    monkeypatch.setattr(label_budget, "MAX_LABELS_READ", 5)
    source = Labels([[i] for i in range(9)])
    source.kept(3)
    assert len(source.read) == 5
    source.kept(4)
    assert len(source.read) == 5
    source.kept(9)  # all: nothing to choose
    assert len(source.read) == 5


def test_depth_has_no_classes():
    source = Labels([[0]] * 4)
    frames = [Frame(str(i), Path("i"), None, Path("d") if i else None) for i in range(4)]
    assert label_budget.kept_frames(source, frames, "depth", 3, 0) == [1, 2, 3]
    assert source.read == []


def test_only_frames_with_a_label_are_chosen_and_not_more_than_there_are():
    source = Labels([[0], None, [1], None])
    assert source.kept(2) == [0, 2]
    with pytest.raises(ConfigError, match=r"at most 2, .* in /nowhere.*Received: labels=3"):
        source.kept(3)
