"""Nothing in a run folder is followed out of it."""

import pytest

from auxnet_keras.errors import DataError
from auxnet_keras.storage.links import refuse_links


def test_a_link_anywhere_is_refused(tmp_path):
    run, outside = tmp_path / "run", tmp_path / "mine"
    (run / "figures").mkdir(parents=True)
    (run / "results.json").touch()
    refuse_links(run)
    (tmp_path / "latest").symlink_to(run)
    refuse_links(tmp_path / "latest")
    (run / "figures" / "curves.png").symlink_to(outside)
    with pytest.raises(DataError, match=r"figures/curves\.png is a link.*Received: .*mine'\.$"):
        refuse_links(run)
