# Everything happens in a virtual environment of the project's own; nothing outside this folder is changed.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c "import sys, ensurepip; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check lint types types-here types-darwin types-win32 sweep devices bench clean
.DEFAULT_GOAL := help

.PHONY: help
help:
	@echo 'make demo   set up, then turn the sample digest into notes and show what came out'
	@echo 'make test   set up, then lint, types and tests'
	@echo 'make sweep  the long form of the tests (minutes)'
	@echo 'make devices  two devices with a real Syncthing each, where it is installed'
	@echo 'make bench  how fast it is here, as ratios'

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo 'No Python 3.11 or newer that can make a virtual environment was found.'; \
	  echo 'On Debian: apt install python3-venv. Or name one: make demo PYTHON=/path/to/python3'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

demo: $(READY)
	@sh docs/demo.sh "$(abspath $(BIN))/vault-sync"

# Bytecode of the tests is kept, also by who keeps none elsewhere: a third of the time is compiling.
test: $(READY) lint types
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n auto --dist worksteal

check: test

lint: $(READY)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

# The three side by side, each with what it remembers: in one folder they would undo each other's.
types: $(READY)
	@$(MAKE) --no-print-directory -j 3 types-here types-darwin types-win32

types-here:
	@$(BIN)/mypy

types-darwin types-win32: types-%:
	@$(BIN)/mypy --platform $* --cache-dir .mypy_cache/$* vault_sync

sweep: $(READY)
	@VAULT_SYNC_LAWS=10 $(BIN)/python -m pytest -m 'sweep or hypothesis' -o timeout=3600

devices: $(READY)
	@$(BIN)/python -m pytest -n 2 -m devices

bench: $(READY)
	@$(BIN)/python -m bench

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis dist build
