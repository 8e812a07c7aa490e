"""What is handed on has no folders of the machine."""

import pytest

from auxnet_keras.experiments.outputs.shareable import shared_command, without_folders


@pytest.mark.parametrize(
    ("given", "shared"),
    [("/home/me/kitti", "kitti"), ("kitti:/home/me/kitti", "kitti:kitti"), ("twb", "twb"),
     ("runs/mine", "runs/mine"), (3, 3), (None, None)],
)  # fmt: skip
def test_settings(given, shared):
    assert without_folders(given) == shared


def test_a_command():
    given = "auxnet train --data kitti:/home/me/kitti --out=/home/me/runs/a --weights '/a b/c.h5'"
    assert shared_command(given) == "auxnet train --data kitti:kitti --out=a --weights c.h5"
    assert shared_command("auxnet train 'open") == ""  # no command line of any shell
