# One word per job: setup run test test-long lint types bench train app. `.ci/run` uses the same words.
# Only make, bash, Python 3.11 (or newer) and pip are needed; everything else goes into .venv.

SHELL := /bin/bash
comma := ,
.DEFAULT_GOAL := help
.PHONY: help setup run app test test-long lint types bench train docs audit check-python browser postgresql hledger clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BOOK ?= demo
PROFILE ?= quick
RESULTS := .test-results
PIP := $(BIN)/python -m pip --disable-pip-version-check
# One thread for each worker: two workers that both ask for every core are slower than one.
QUIET_CORES := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false HF_HUB_OFFLINE=1

# Shows what pip is collecting: on one line in a terminal, every tenth package in a log.
define pip_install
	@echo "$(2)"
	@set -o pipefail; [ -t 1 ] && tty=1 || tty=0; \
	$(PIP) install --progress-bar off $(1) 2>&1 | tee $(VENV)/install.log | awk -v tty=$$tty ' \
	  /^Collecting |^Requirement already/ { n++; name = ($$1 == "Collecting") ? $$2 : $$4; \
	    if (tty) { printf "\r\033[K  %d  %s", n, name; fflush() } else if (n % 10 == 1) { print "  " n "  " name; fflush() } } \
	  /^Installing collected packages/ { if (tty) printf "\r\033[K"; print "  unpacking " n " packages ..."; fflush() } \
	  END { if (tty) printf "\r\033[K" }' \
	|| { tail -n 30 $(VENV)/install.log; echo "pip could not install Counterpoint; its last lines are above, the rest is in $(VENV)/install.log."; exit 1; }
endef

help:
	@echo "make run        install what is missing and open the workbench"
	@echo "make test       lint, types and tests (long ones left out)"
	@echo "make test-long  faults at full size, about an hour; a second start goes on where the first was stopped"
	@echo "make setup | lint | types | bench | train | app | docs | audit | clean"

check-python:
	@command -v $(PYTHON) >/dev/null || { echo "Counterpoint needs Python 3.11 or newer, and there is no '$(PYTHON)' here. Install it, or name yours: make run PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Counterpoint needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Name a newer one: make run PYTHON=python3.11"; exit 1; }

# Debian's python3 may lack ensurepip; then the outer pip fills the environment.
$(BIN)/python: | check-python
	@echo "Creating $(VENV) with $$($(PYTHON) -V)"
	@$(PYTHON) -m venv $(VENV) 2>/dev/null >&2 || { rm -rf $(VENV); $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(VENV)/bin/python install --quiet pip; } \
	  || { rm -rf $(VENV); echo "A virtual environment could not be made. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }

# The stamps make a second start immediate; a change of dependencies makes them stale.
$(VENV)/.run-stamp: pyproject.toml | $(BIN)/python
	$(call pip_install,-e .,Installing Counterpoint into $(VENV): about 2 GB$(comma) three to five minutes the first time)
	@touch $@

$(VENV)/.dev-stamp: pyproject.toml | $(BIN)/python
	$(call pip_install,-e ".[dev]",Installing Counterpoint and its tools into $(VENV))
	@touch $@ $(VENV)/.run-stamp

setup: $(VENV)/.dev-stamp

run: $(VENV)/.run-stamp
	@$(BIN)/counterpoint run

app: run

train: $(VENV)/.run-stamp
	$(BIN)/counterpoint train $(BOOK) $(if $(filter quick,$(PROFILE)),--quick,--deep)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

# Debian's Chromium for the browser tests; without root or apt-get they are skipped, and that is said here.
browser: setup
	@if command -v chromium >/dev/null || command -v google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the browser tests"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; } \
	    || echo "Chromium could not be installed: the browser tests will be skipped."; \
	else echo "There is no Chromium and no right to install it: the browser tests will be skipped. As root: apt-get install chromium"; fi

# PostgreSQL's programs, which the tests start on a socket of their own; its service is not used.
postgresql: setup
	@if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing PostgreSQL for the tests of the store"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; } \
	    || echo "PostgreSQL could not be installed: the store and the services will be tested on DuckDB only."; \
	else echo "There is no PostgreSQL and no right to install it: the store and the services will be tested on DuckDB only. As root: apt-get install postgresql"; fi

# Reads what the tests write as journals; without it those few tests are skipped.
hledger: setup
	@if command -v hledger >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing hledger for the tests of journals"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends hledger >/dev/null; } \
	    || echo "hledger could not be installed: the tests that run it will be skipped."; \
	else echo "There is no hledger and no right to install it: the tests that run it will be skipped. As root: apt-get install hledger"; fi

test: setup browser postgresql hledger lint types
	@mkdir -p $(RESULTS)
	$(QUIET_CORES) $(BIN)/python -m pytest -n 2 --dist loadscope --junitxml=$(RESULTS)/junit.xml --durations=15

test-long: setup browser postgresql hledger
	@mkdir -p $(RESULTS)
	$(QUIET_CORES) $(BIN)/python -m pytest -m long --junitxml=$(RESULTS)/junit-long.xml --durations=15
	@$(BIN)/python -m tests.faults.figures

bench: setup
	@mkdir -p .bench
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks

# Asks a public service for known holes of what is installed; exceptions are explained in docs/security.md.
AUDIT_IGNORE :=
audit: setup
	$(PIP) install --quiet "pip-audit>=2.9,<3"
	$(BIN)/pip-audit --skip-editable $(addprefix --ignore-vuln ,$(AUDIT_IGNORE))

docs: setup
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(RESULTS) .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
