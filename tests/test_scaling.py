"""The arithmetic of benchmarks/scaling.py, by hand."""

import importlib
import json
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def scaling(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.delitem(sys.modules, "scaling", raising=False)
    yield importlib.import_module("scaling")
    sys.modules.pop("scaling", None)


@pytest.fixture
def cluster(scaling):
    """Steps of 1 s on 10 images, hosts of 4, 1 GB/s inside and 0.1 GB/s between them."""
    return scaling.Cluster(
        step=1.0,
        batch=10,
        per_host=4,
        inside=1e9,
        between=1e8,
        latency_inside=1e-3,
        latency_between=1e-2,
        price=3.6,
        overlap=0.0,
    )


def test_a_ring_sends_almost_twice_the_gradients(scaling):
    assert scaling.Network(25_000_000, 0).gradient_bytes == 100_000_000
    # 2 devices: each half goes around once to be summed and once to be told.
    assert scaling.ring_bytes(100e6, 2) == 100e6
    assert scaling.ring_bytes(100e6, 4) == 150e6
    assert scaling.ring_bytes(100e6, 1) == 0
    # 150 MB at 1 GB/s, and 6 messages of 1 ms.
    assert scaling.ring_seconds(100e6, 4, 1e9, 1e-3) == pytest.approx(0.156)
    # Up and down a tree of 8: 6 messages.
    assert scaling.tree_seconds(8, 1e-3) == pytest.approx(6e-3)
    assert scaling.tree_seconds(5, 1e-3) == pytest.approx(6e-3)
    assert scaling.tree_seconds(1, 1e-3) == 0


def test_one_device_waits_for_nobody(scaling, cluster):
    point = scaling.predict(scaling.Network(25_000_000, 7), cluster, 1)
    assert (point.sent, point.step, point.images, point.efficiency) == (0, 1.0, 10.0, 1.0)
    # 100,000 s, at 3.6 an hour.
    assert point.cost == pytest.approx(100.0)


def test_a_host_and_several_hosts(scaling, cluster):
    network = scaling.Network(25_000_000, 0)
    four = scaling.predict(network, cluster, 4)
    assert four.step == pytest.approx(1.156)
    assert four.images == pytest.approx(40 / 1.156)
    assert four.cost == pytest.approx(115.6)
    # The slow link: 175 MB at 0.1 GB/s, and 14 messages of 10 ms.
    assert scaling.predict(network, cluster, 8).step == pytest.approx(1 + 1.75 + 0.14)


def test_overlap_hides_gradients_but_not_statistics(scaling, cluster, monkeypatch):
    monkeypatch.setattr(scaling, "BACKWARD", 0.5)
    monkeypatch.setattr(scaling, "REDUCES_PER_NORMALIZATION", 4)
    half = scaling.replace(cluster, overlap=0.2)
    # Of 0.156 s, 0.2 * 0.5 s are hidden.
    assert scaling.predict(scaling.Network(25_000_000, 0), half, 4).step == pytest.approx(1.056)
    full = scaling.replace(cluster, overlap=1.0)
    assert scaling.predict(scaling.Network(25_000_000, 0), full, 4).step == 1.0
    # 3 layers x 4 all-reduces x 4 messages of 1 ms.
    assert scaling.predict(scaling.Network(25_000_000, 3), full, 4).step == pytest.approx(1.048)


def test_prints_tables_draws_and_writes(scaling, monkeypatch, tmp_path, capsys):
    networks = {"AuxNet": scaling.Network(25_000_000, 53)}
    monkeypatch.setattr(scaling, "measured_networks", lambda: networks)
    picture, numbers = tmp_path / "s.png", tmp_path / "s.json"
    monkeypatch.setattr(
        sys,
        "argv",
        f"scaling.py --seconds 2 --batch 8 --price 3.6 --png {picture} --json {numbers}".split(),
    )
    scaling.main()
    printed = capsys.readouterr().out
    assert "| AuxNet | 25,000,000 | 100 | 100 | 197 | 159 |" in printed
    # A GPU takes 2 s for 8 images, the two cores what they took; both cost 3.6 an hour.
    assert printed.count("| 1 | 0 | 2000 | 4.0 | 100% | 250.00 | 100% |") == 2
    assert "| 1 | 0 | 1068 | 3.7 | 100% | 267.00 | 100% |" in printed
    assert picture.stat().st_size > 10_000
    efficiencies = json.loads(numbers.read_text())
    assert set(efficiencies) == set(scaling.CLUSTERS)
    assert all(0 < value < 1 for value in efficiencies.values())
