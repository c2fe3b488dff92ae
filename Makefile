# The two commands of a new machine: make demo, make test. Everything is set up in .venv when it is missing.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.complete
ARGS ?=

# Programs and tests start many processes, and each would compile what it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: venv demo test test-all bench check lint lock clean

venv: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mailbot needs Python 3.11 or newer; name it: make PYTHON=/path/to/python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: $(STAMP)  ## The main job on this machine, with invented mail. It keeps running.
	$(BIN)/mailbot demo $(ARGS)

test: $(STAMP)  ## All tests. Those that need a server which is missing skip and say so.
	$(BIN)/python -m pytest --numprocesses 4 --dist worksteal $(ARGS)

test-all: $(STAMP)  ## All tests and the kill matrix, which takes long: MAILBOT_KILL_STRIDE=7 kills at every seventh place.
	$(BIN)/python -m pytest --numprocesses 2 -m '' $(ARGS)

bench: $(STAMP)  ## How fast it is here, on real servers. A short run: make bench ARGS="--messages 500 --database sqlite".
	$(BIN)/python -m tests.bench $(ARGS)

check: $(STAMP)  ## The shipped rules and letters.
	$(BIN)/mailbot check --offline $(ARGS)

lint: $(STAMP)  ## Style, types, and who may import whom.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: $(STAMP)  ## Renew requirements.lock after a change of the dependencies in pyproject.toml.
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet pyproject.toml --extra demo --extra dev --extra postgres --extra oauth \
	  --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --output-file requirements.lock

clean:
	rm -rf $(VENV) demo-run build dist bench-results .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
