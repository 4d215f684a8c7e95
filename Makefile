# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Compiled once, and not again by each of the processes that the demo and the tests start.
export PYTHONDONTWRITEBYTECODE :=

# The image: which engine builds and runs it (docker, podman), and its name.
ENGINE ?= docker
IMAGE ?= gate:dev

EXAMPLES := $(wildcard examples/workflows/*.yml)
WORKFLOWS := $(wildcard .github/workflows/*.yml) $(EXAMPLES)

.PHONY: demo test browser lint lint-code lint-delivery types bench image image-test phoenix-test lock schemas golden clean

demo: $(VENV)/.runtime ## the main job, without a key and without a network
	@$(BIN)/python examples/support-bot/demo.py

test: $(VENV)/.dev browser lint types ## everything that must hold
	$(BIN)/python -m pytest -n auto --dist worksteal

browser: ## a Chromium for the tests of the report's page: CHROME=…, one that is there, or Debian's
	@.ci/browser

lint: lint-code lint-delivery

lint-code: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/oxlint --quiet --deny-warnings gate/render/html/page

lint-delivery: $(VENV)/.dev ## the image, the action, workflows and scripts; none of these linters needs a network
	$(BIN)/hadolint Dockerfile
	$(BIN)/shellcheck .ci/*
	$(BIN)/actionlint -shellcheck $(BIN)/shellcheck $(WORKFLOWS)
	$(BIN)/zizmor --offline --quiet --no-progress --persona pedantic action.yml .github $(EXAMPLES)
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml

types: $(VENV)/.dev
	$(BIN)/mypy

bench: $(VENV)/.dev ## every figure that the docs quote
	$(BIN)/python -m benchmarks

image: ## the container image; PYTHON_IMAGE=… builds it on another base
	$(ENGINE) build --tag $(IMAGE) $(if $(PYTHON_IMAGE),--build-arg PYTHON_IMAGE=$(PYTHON_IMAGE)) .

image-test: $(VENV)/.dev image ## walks through the built image, its size and its start
	GATE_ENGINE=$(ENGINE) GATE_IMAGE=$(IMAGE) $(BIN)/python -m pytest tests/image
	GATE_ENGINE=$(ENGINE) GATE_IMAGE=$(IMAGE) PYTHON_IMAGE=$(PYTHON_IMAGE) $(BIN)/python -m benchmarks.image

# A server of its own, 0.9 GB, and none of our dependencies: outside of the lock and of `make test`.
PHOENIX := 20.26.1
phoenix-test: $(VENV)/.dev $(VENV)/phoenix/bin/phoenix ## a real Phoenix server receives the spans and scores of the example
	GATE_PHOENIX=$(CURDIR)/$(VENV)/phoenix/bin/phoenix $(BIN)/python -m pytest tests/phoenix

$(VENV)/phoenix/bin/phoenix: | $(VENV)/bin/python
	$(PYTHON) -m venv $(VENV)/phoenix
	$(VENV)/phoenix/bin/python -m pip install --quiet --disable-pip-version-check arize-phoenix==$(PHOENIX)

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
