# Parlance: `make run` serves it, `make test` tests it. Both need only Python 3.11+ and make.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
export PARLANCE_ENV := development
export PORT

.PHONY: run test check lint lock bench venv clean

run: $(VENV)/.installed
	@exec $(BIN)/python -m config.serve

test: $(VENV)/.installed-dev
	@PARLANCE_TESTING=1 exec $(BIN)/python -m config.embedded --throwaway --var var/test \
		$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy .

# All that CI checks beside the tests.
check: lint
	@exec $(BIN)/python -m config.embedded --throwaway --var var/test $(BIN)/python -m config.check

bench: $(VENV)/.installed-dev
	@exec $(BIN)/python -m config.embedded --var var/bench $(BIN)/python -m benchmarks

lock: $(VENV)/bin/uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		requirements-dev.in -o requirements-dev.txt

venv: $(VENV)/.installed-dev

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit("Parlance needs Python 3.11 or newer." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.8 || true

# uv installs in seconds; where it cannot be had, pip does the same.
install = $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes $(1) \
	|| $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes $(1)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/uv
	@echo "Installing what Parlance needs (once)"
	@$(call install,-r requirements.txt)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing what its tests need (once)"
	@$(call install,-r requirements-dev.txt)
	@touch $@

clean:
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache
