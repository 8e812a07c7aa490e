"""The benchmark for a GPU survives what may go wrong there: a process that fails, hangs or ends."""

import importlib
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
ANSWERS = f"""
import sys
sys.path.insert(0, {str(FOLDER)!r})
from turns import serve
def out_of_memory():
    raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 9 bytes.\\nmore lines")
def missing():
    import a_framework_that_is_missing
def noisy():
    print("what a library prints")
    return {{"seconds": 2.0}}
def ends():
    print("last words", file=sys.stderr, flush=True)
    raise SystemExit(3)
serve({{"noisy": noisy, "out_of_memory": out_of_memory, "missing": missing,
        "hangs": lambda: __import__("time").sleep(600), "ends": ends}})
"""


@pytest.fixture
def turns(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    yield importlib.import_module("turns")
    for path in FOLDER.glob("*.py"):
        sys.modules.pop(path.stem, None)


def test_a_worker_answers_or_says_why_not(turns):
    worker = turns.Worker([sys.executable, "-c", ANSWERS])
    assert worker.ask("noisy", 60) == {"seconds": 2.0}
    reasons = {
        "out_of_memory": "out of memory",
        "missing": "a_framework_that_is_missing is not installed",
        "ends": "ended with exit status 3: last words",
    }
    for request, said in reasons.items():
        with pytest.raises(turns.WorkerFailed) as failure:
            worker.ask(request, 60)
        assert str(failure.value) == said


def test_a_worker_that_takes_too_long_is_ended(turns):
    worker = turns.Worker([sys.executable, "-c", ANSWERS])
    with pytest.raises(turns.WorkerFailed, match="out of time"):
        worker.ask("hangs", 0.1)
    assert worker._process.poll() is not None


@pytest.fixture
def throughput(turns, monkeypatch):
    """The benchmark with workers that are told here what to answer."""
    module = importlib.import_module("throughput")
    behaviour = {}

    class Fake:
        def __init__(self, command, environment):
            self.kind, self.batch = command[2], int(command[7])

        def ask(self, request, seconds):
            answer = behaviour[self.kind, self.batch]
            if isinstance(answer, dict):
                return answer
            raise turns.WorkerFailed(answer)

        def close(self):
            pass

    monkeypatch.setattr(module, "Worker", Fake)
    return module, behaviour


def answered(seconds, parameters=7):
    facts = {"parameters": parameters, "device": "H200", "version": "1.0", "mib": 100.0}
    return {"seconds": seconds, **facts}


def test_the_table_compares_images_per_second_and_notes_what_failed(throughput, capsys, tmp_path):
    module, behaviour = throughput
    behaviour |= {
        ("jax", 16): answered(0.1),
        ("pytorch", 16): answered(0.2),
        ("jax", 64): answered(0.8),
        ("pytorch", 64): "out of memory",
    }
    behaviour["upsampling", 16] = answered(3.0)
    module.SETTINGS[:] = [s for s in module.SETTINGS if s[0] == "bf16"]
    sys.argv = ["throughput.py", "--rounds", "2", "--json", str(tmp_path / "r.json")]
    module.main()
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if "|" in line]
    by_name = {row[0].strip("| "): row[1:] for row in rows}
    ours = by_name["bf16, batch 16, ours on JAX"]
    assert ours[:6] == ["0.1 (0.1 to 0.1)", "2 (2 to 2)", ">= 1: met", "160.0", "100", "0.1"]
    assert by_name["bf16, batch 64, ours on JAX"][1:4] == ["1", "", "80.0"]
    failed = by_name["bf16, batch 64, PyTorch"]
    assert failed[0] == "" and failed[-1].startswith("out of memory")
    assert by_name["the same, without autotuning"][0] == "3"
    assert (tmp_path / "r.json").read_text() == '{\n "bf16_16": 2.0\n}\n'


def test_both_may_be_missing_but_networks_may_not_differ(throughput):
    module, behaviour = throughput
    setting = module.SETTINGS[0][1]
    behaviour |= {("jax", 16): "jax is not installed", ("pytorch", 16): "torch is not installed"}
    table = module.Throughput(module.Clock(1), 2, 1, module.ON_JAX)
    table.add("bf16", setting)
    assert list(table.measured.values()) == [[], []] and not table.results
    assert set(table.columns["note"].values()) == {"jax is not installed", "torch is not installed"}
    behaviour |= {("jax", 16): answered(1.0), ("pytorch", 16): answered(1.0, parameters=8)}
    with pytest.raises(SystemExit, match="7 parameters in Keras, 8 in PyTorch"):
        table.add("bf16", setting)
