# `make run` reads, `make test` proves. Everything is installed into .venv and nowhere else.
PYTHON ?= python3
SOURCE ?= samples/article.txt
MODEL ?= gemma-3-270m-ko
HOST ?= 127.0.0.1
PORT ?= 8765
BIN := .venv/bin
# uv takes a fraction of pip's time, but passes over pip's own settings (an index of one's own, a proxy)
INSTALLER ?= pip
PIP := -m pip install -qq --disable-pip-version-check
UV_VERSION := 0.13.9
UV := .venv/lock/uv-$(UV_VERSION)/bin/uv
TOOL := $(if $(filter uv,$(INSTALLER)),$(UV))
install = $(if $(TOOL),$(UV) pip install --quiet --compile-bytecode --python $(1),$(1) $(PIP))
# what is installed is known by its hash (locks/); the project itself is built by what was just installed
LOCKED := $(call install,$(BIN)/python) --no-deps --require-hashes -r
OWN := $(BIN)/python $(PIP) --no-deps --no-build-isolation -e .
INPUTS := pyproject.toml constraints.txt

.PHONY: run app desktop test test-all coverage test-newest lint format bench fuzz audit docs lock screenshots clean

run: .venv/.run
	@$(BIN)/techsum summarize "$(SOURCE)" --model "$(MODEL)" --guide

app: .venv/.app
	@$(BIN)/techsum serve --host "$(HOST)" --port "$(PORT)"

desktop: .venv/.app
	@$(BIN)/techsum desktop

# as many processes as there are processors; a file's tests stay together as long as there is work for all
# (measured on two: three processes take as long, and four let servers miss their minute to start)
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal

test: .venv/.dev lint
	@$(PYTEST) -m "not slow"

test-all: .venv/.dev lint
	@$(PYTEST)

# lines and branches of src that `make test` runs; what is lost falls below the floor (fail_under)
# (a test that watches which files are opened sees coverage's own)
SEES_COVERAGE := tests/reading/test_feeds.py::test_what_is_opened_would_be_seen
coverage: .venv/.dev
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n auto --dist worksteal -m "not slow" --deselect $(SEES_COVERAGE)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

# the trainer on the newest releases of its libraries, whatever the upper bounds in pyproject.toml say
TRAINERS := accelerate datasets huggingface-hub peft safetensors tokenizers transformers trl
test-newest: .venv/.dev
	@$(BIN)/python $(PIP) --upgrade --no-deps --target .venv/newest $(TRAINERS)
	@PYTHONPATH=.venv/newest $(PYTEST) tests/training

lint: .venv/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/deptry src benchmarks tests 2>/dev/null

format: .venv/.dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/.dev
	@$(BIN)/python benchmarks/run.py $(ONLY)

# ten minutes for each parser, with new random numbers; what is found is kept in tests/fuzz/seeds
fuzz: .venv/.dev
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-600} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} $(BIN)/python -m pytest -s tests/fuzz

# known weaknesses of what is pinned, and a bill of materials (CycloneDX, sbom.json), by tools of their own
audit: .venv/audit/bin/pip-audit
	@.venv/audit/bin/python .ci/audit.py

.venv/audit/bin/pip-audit: | .venv/bin/python $(TOOL)
	@$(PYTHON) -m venv .venv/audit
	@$(call install,.venv/audit/bin/python) pip-audit==2.10.1 cyclonedx-bom==7.5.0

# the documentation as a site, build/site; a link that leads nowhere is an error
docs: .venv/docs/bin/mkdocs
	@NO_MKDOCS_2_WARNING=1 .venv/docs/bin/mkdocs build --strict

.venv/docs/bin/mkdocs: constraints.txt | .venv/bin/python $(TOOL)
	@$(PYTHON) -m venv .venv/docs
	@$(call install,.venv/docs/bin/python) -c constraints.txt mkdocs mkdocs-material
	@touch $@

# after a change of constraints.txt
lock: $(UV)
	@.ci/lock $(UV)

$(UV): | .venv/bin/python
	@$(PYTHON) -m venv .venv/lock/uv-$(UV_VERSION)
	@.venv/lock/uv-$(UV_VERSION)/bin/python $(PIP) uv==$(UV_VERSION)

screenshots: .venv/.dev
	@$(BIN)/python tests/e2e/screenshots.py

# A stamp a set of packages: a second run installs nothing.
.venv/.run: $(INPUTS) locks/run.txt | .venv/bin/python $(TOOL)
	@echo "설치 중 (처음 한 번) / installing (once)"
	@$(LOCKED) locks/run.txt
	@$(OWN)
	@touch $@

.venv/.app: $(INPUTS) locks/app.txt | .venv/bin/python $(TOOL)
	@echo "설치 중 (처음 한 번) / installing (once)"
	@$(LOCKED) locks/app.txt
	@$(OWN)
	@touch $@ .venv/.run

# torch is another file on every index: by its version alone
.venv/.dev: $(INPUTS) locks/dev.txt | .venv/bin/python $(TOOL)
	@echo "설치 중 (처음 한 번) / installing (once)"
	@$(LOCKED) locks/dev.txt
	@$(BIN)/python $(PIP) -c constraints.txt torch
	@$(OWN)
	@touch $@ .venv/.run .venv/.app

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "파이썬 3.11 이상이 필요합니다: make PYTHON=python3.12 / Python 3.11 or newer is needed"; exit 1; }
	@$(PYTHON) -m venv .venv

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
