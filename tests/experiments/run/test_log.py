"""Where the messages of a run appear."""

import pytest

from auxnet_keras.experiments.run import log


@pytest.mark.parametrize("notebook", [True, False])
def test_a_notebook_has_them_on_standard_output(tmp_path, monkeypatch, capsys, notebook):
    monkeypatch.setattr(log, "in_notebook", lambda: notebook)
    with log.run_log(tmp_path):
        log.logger.info("training on 24 frames")
    shown = capsys.readouterr()
    said, silent = (shown.out, shown.err) if notebook else (shown.err, shown.out)
    assert said == "training on 24 frames\n" and not silent
    assert (tmp_path / "log.txt").read_text().endswith(" INFO training on 24 frames\n")
