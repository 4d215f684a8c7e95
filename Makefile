# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Compiled once, and not again by each of the processes that the demo and the tests start.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test lint types bench lock schemas golden clean

demo: $(VENV)/.runtime ## the main job, without a key and without a network
	@$(BIN)/python examples/support-bot/demo.py

test: $(VENV)/.dev lint types ## everything that must hold
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

bench: $(VENV)/.dev ## every figure that the docs quote
	$(BIN)/python -m benchmarks

golden: $(VENV)/.dev ## renew the golden documents; read the difference before committing it
	GATE_RENEW_GOLDEN=1 $(BIN)/python -m pytest -q tests/render

schemas: $(VENV)/.dev ## the published JSON Schemas and the config reference, from the models
	$(BIN)/python -m gate schema config > schemas/gate.schema.json
	$(BIN)/python -m gate schema report > schemas/report.schema.json
	$(BIN)/python -m gate schema results > schemas/results.schema.json
	$(BIN)/python -m gate schema baseline > schemas/baseline.schema.json
	$(BIN)/python -c "from gate.config.reference import reference; print(reference(), end='')" > docs/reference/config.md

lock: $(VENV)/.dev ## renew the hashes after a change of pyproject.toml
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet uv
	$(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements.txt
	$(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml --group dev -o requirements-dev.txt
	$(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group build -o requirements-build.txt

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) .gate
