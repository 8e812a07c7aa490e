# `make setup` once, `make check test` before a commit; CI runs .ci/run.
VENV ?= .venv
PYTHON ?= $(VENV)/bin/python
BENCHMARK ?= step_time
NOTEBOOK ?=

.PHONY: setup check test coverage fast jax docs notebooks bench wheel lowest

setup:  ## an environment with everything the tests need, and the commit hooks
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet -c requirements.txt -e '.[test,cv,docs]' pre-commit
	$(PYTHON) -m pre_commit install

check:  ## lint, format, types
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

test:  ## all tests
	$(PYTHON) -m pytest

coverage:  ## all tests, and which lines they run; takes a third longer
	$(PYTHON) -m pytest --cov --cov-report=term

fast:  ## the tests that take less than ten seconds each
	$(PYTHON) -m pytest -m "not slow"

jax:  ## the tests of an environment with JAX and without TensorFlow
	python3 -m venv .venv-jax
	.venv-jax/bin/python -m pip install --quiet -c requirements.txt -e '.[test-jax]'
	KERAS_BACKEND=jax JAX_PLATFORMS=cpu \
		.venv-jax/bin/python -m pytest @tests/without_tensorflow/suite.txt

docs:  ## the site in docs/_build/html
	$(PYTHON) -m sphinx -W --keep-going -b html docs docs/_build/html

notebooks:  ## runs notebooks, or NOTEBOOK=NAME, and stores their outputs; many minutes
	$(PYTHON) notebooks/execute.py $(NOTEBOOK)

bench:  ## one benchmark: make bench BENCHMARK=pipeline
	$(PYTHON) benchmarks/$(BENCHMARK).py

wheel:  ## builds the wheel and tests it in a separate environment and folder
	$(PYTHON) tests/programs/wheel_smoke.py

lowest:  ## a few tests with the lowest versions that pyproject.toml allows; needs Python 3.11
	python3.11 -m venv .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet -c requirements-lowest.txt -e '.[tensorflow]' \
		pytest pytest-xdist hypothesis scikit-learn jax
	.venv-lowest/bin/python -m pytest tests/losses tests/weighting/test_fixed.py \
		tests/data/readers/test_kitti.py
