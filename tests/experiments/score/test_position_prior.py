"""The position prior."""

import numpy as np
import pytest

from auxnet_keras.errors import DataError
from auxnet_keras.experiments.score.position_prior import position_prior, read_prior, write_prior


def batches(*maps):
    return [(None, {"segmentation": np.asarray(one, np.uint8)[None]}) for one in maps]


def test_the_most_frequent_class_at_each_position():
    # position 0: 2 1 2 -> 2; position 1: 1 1 0 -> 1; position 3: 1 2 2 -> 2; position 2 is never
    # labelled -> 2, the most frequent class anywhere (four pixels; class 1 has four too: the first)
    frames = batches([[2, 1, 255, 1]], [[1, 1, 255, 2]], [[2, 0, 255, 2]])
    np.testing.assert_array_equal(position_prior(frames, 3, 255), [[2, 1, 1, 2]])


def test_a_position_never_labelled_gets_the_class_most_frequent_anywhere():
    frames = batches([[2, 2, 255]], [[2, 0, 255]])
    np.testing.assert_array_equal(position_prior(frames, 3, 255), [[2, 0, 2]])


def test_no_label_anywhere_is_an_error():
    with pytest.raises(DataError, match="no labelled pixel"):
        position_prior(batches([[255, 255]]), 3, 255)


def test_it_survives_the_run_folder(tmp_path):
    prior = np.arange(12, dtype=np.uint8).reshape(3, 4)
    write_prior(prior, tmp_path)
    np.testing.assert_array_equal(read_prior(tmp_path), prior)


def test_a_run_folder_without_it_gets_a_sentence(tmp_path):
    with pytest.raises(DataError, match=r"position_prior.png is missing"):
        read_prior(tmp_path)
