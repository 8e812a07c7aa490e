"""What pyproject.toml promises, requirements-lowest.txt pins at the lowest version."""

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]


def test_every_dependency_is_tested_at_its_lowest_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    base, extras = project["dependencies"], project["optional-dependencies"]
    needed = [*base, *extras["tensorflow"], *extras["jax"]]
    promised = {each.name: each for each in map(Requirement, needed)}
    lines = (ROOT / "requirements-lowest.txt").read_text().splitlines()
    pins = {each.name: each for each in (Requirement(x) for x in lines if x and x[0] != "#")}
    assert set(promised) <= set(pins)
    for name, requirement in promised.items():
        (pin,) = pins[name].specifier
        (lowest,) = (each for each in requirement.specifier if each.operator == ">=")
        # The first release of a minor version may have been withdrawn, or have four parts.
        part = Version(lowest.version).release
        assert pin.operator == "==" and Version(pin.version).release[: len(part)] == part, name


def test_no_backend_comes_unasked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {Requirement(each).name for each in project["dependencies"]}
    assert not names & {"tensorflow", "jax", "jaxlib", "torch"}
