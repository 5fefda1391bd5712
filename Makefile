# The manual of this repository's everyday work: `make` or `make help` lists it.
# Nothing is installed outside this folder, but for Chromium where `make browser` may.

PYTHON ?= python3
SERVE ?= 1
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
UV ?= $(BIN)/uv
READY := $(VENV)/.set-up
BUNDLE := dashboard/assets/vendor/VERSION
DUCKDB2 := .duckdb2
# tests to which DuckDB's version is nothing (pure functions, texts, imports, kills), those that ask once more what the others
# asked (commands, pages, Dagster, sheets that go back to suppliers), and the long ones of the demonstration, of canaries and
# of erasing, of which tests/acceptance/test_erasing_anything.py stays
WITHOUT_DUCKDB := tests/statistics tests/demo tests/test_architecture.py tests/test_docs.py \
	tests/test_repository.py tests/acceptance/test_killed.py tests/acceptance/test_canaries.py tests/commands \
	tests/dashboard tests/orchestration tests/evidence/test_erasing.py tests/reports tests/test_benchmarks.py \
	tests/acceptance/test_corrections_round_trip.py tests/acceptance/test_one_text_file.py

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-strip-extras --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo browser test check check-duckdb2 bench soak docs pictures lock clean

help: ## List what make can do
	@echo "SEND Audit: from delivered audit files to figures that can be defended."
	@echo
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "Start with 'make demo'. Choices:"
	@echo "  SERVE=0            make demo stops after the run, without the dashboard"
	@echo "  PYTHON=python3.12  the Python (3.11 to 3.14) that make setup builds on"
	@echo "  ARGS='-k voice'    more for pytest or the benchmark"
	@echo "  UPGRADE=1          make lock takes newer versions"

setup: $(READY) $(BUNDLE) ## Install everything into .venv (once; the other targets do it for you)
	@:

$(READY): requirements.lock pyproject.toml tools/set_up.py
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or later," \
		"or name one: make setup PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) tools/set_up.py

$(BUNDLE): $(READY) tools/plotly_bundle.py tools/lock/plotly_bundle.json
	@$(PY) tools/plotly_bundle.py

demo: setup ## Run the main job on the demonstration county and serve the dashboard
	@$(BIN)/send-audit demo $(if $(filter 0 no false,$(SERVE)),--no-serve)

browser: $(READY) ## Find Chromium for the browser tests; on Debian install it where allowed
	@$(PY) tools/browser.py --install

test: setup browser ## Run the tests, in the browser too
	$(PY) -m pytest -n auto --dist worksteal $(ARGS)

check: setup ## Lint, formatting, types, generated pages up to date, imports one way
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PY) -m pipelines.reports.generated --check
	$(PY) -m pytest tests/test_architecture.py

check-duckdb2: setup $(DUCKDB2)/.set-up ## Run the tests that DuckDB has to do with (without the browser's) on DuckDB 2.0
	@PYTHONPATH="$(CURDIR)/$(DUCKDB2)" $(PY) -c "import duckdb, sys; print('DuckDB', duckdb.__version__); \
		sys.exit(not duckdb.__version__.startswith('2.0'))"
	PYTHONPATH="$(CURDIR)/$(DUCKDB2)" $(PY) -m pytest -n auto --dist worksteal -m "not browser and not slow" \
		$(foreach path,$(WITHOUT_DUCKDB),--ignore=$(path)) $(ARGS)

$(DUCKDB2)/.set-up: requirements-duckdb2.lock $(READY)
	@$(PY) tools/set_up.py --beside $(DUCKDB2) requirements-duckdb2.lock

bench: setup ## Measure speed and memory against hand-written equivalents
	$(PY) -m benchmarks $(ARGS)

soak: setup browser ## Run the slow tests: kills at random, many deliveries in any order
	$(PY) -m pytest -m slow $(ARGS)

docs: setup ## Write the generated pages again: data dictionary, rule list, check suites
	$(PY) -m pipelines.reports.generated

pictures: setup browser ## Take the pictures of the guides again, from the demonstration's newest release
	$(PY) -m tools.pictures

lock: $(READY) ## Pin every package again (UPGRADE=1 for newer ones), then show that DuckDB 2.0 stays possible
	$(COMPILE) pyproject.toml --extra dev --constraints tools/lock/duckdb1.txt --output-file requirements.lock
	$(COMPILE) tools/lock/duckdb2.txt --output-file requirements-duckdb2.lock
	$(COMPILE) pyproject.toml --constraints tools/lock/duckdb2.txt >/dev/null
	@echo "Now: make setup, then $(PY) tools/plotly_bundle.py --pin, then make test."

clean: ## Remove caches and what is easily made again; .venv and data/ stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info $(DUCKDB2) dashboard/assets/vendor
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
