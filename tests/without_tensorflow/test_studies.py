"""A study: its workers compute on the same backend, and what is trained is not trained again."""

import json

import keras


def test_a_study_trains_compares_and_resumes(auxnet, scenes, tmp_path):
    (tmp_path / "study.yaml").write_text(
        f"data: street:{scenes}\nseeds: 1\n"
        "base: {backbone: small, weights: none, size: [32, 64], batch_size: 4, epochs: 1}\n"
        "arms: {alone: {model: segnet}, helped: {weighting: mgda}}\n"
    )
    words = ("study", tmp_path / "study.yaml", "--out", tmp_path / "study")
    out, _ = auxnet(*words)
    assert "Report: " in out
    runs = sorted((tmp_path / "study" / "runs").glob("**/manifest.json"))
    assert [json.loads(run.read_text())["backend"] for run in runs] == 2 * [keras.backend.backend()]
    results = json.loads((tmp_path / "study" / "results.json").read_text())
    (comparison,) = results["comparisons"]
    assert comparison["arm"] == "helped" and results["problems"] == []
    before = [run.read_bytes() for run in runs]
    auxnet(*words)
    assert [run.read_bytes() for run in runs] == before
