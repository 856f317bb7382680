# Every target starts from a bare Debian (python3, make, gcc) and sets up what it needs.
#
#   make demo    set up, start everything, play the story, keep serving   (DEMO_ONCE=1: end after the story)
#   make test    every test, with the coverage gate
#   make check   format, lint, types, import contracts, size limits, generated files
#   make bench   the table of bench/README.md
#   make kill    200 kills of database and appenders, 100 of database and gateway: minutes
#   make site    the documentation as pages, in build/site; refused while a link is broken
#   make pictures  take the pictures of the user guides anew, by the test that walks the whole procedure
#   make assets  build the portals' stylesheet, script and fonts (needs node)
#   make format  rewrite files as `make check` wants them, renew generated pages

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help

# Debian's own build is a sixth faster than one compiled without profile, so it goes first.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
BIN := .venv/bin
SETUP := .venv/.set-up
LOCK := uv.lock pyproject.toml protocol/pyproject.toml client/pyproject.toml scripts/uv-requirements.txt
CODE := src protocol/src client/src tests scripts $(wildcard bench)
CHECKS := $(addprefix check-,format lint types imports lock sizes words code pages law assets speech messages machines)
# One more than the two processors it is made for: a third of the time a test waits for a process or a browser.
WORKERS ?= 3
# Their tests alone must cover the rules and the protocol, and only they pay for being traced.
PURE := tests/core tests/protocol tests/evil/signing

# uv works on this folder's environment, whatever environment happens to be active in the caller's shell.
UV := env -u VIRTUAL_ENV UV_PROJECT_ENVIRONMENT=.venv $(BIN)/uv

ASSETS := src/lienthong/control/theme/static/theme

.PHONY: help setup demo test check bench kill site pictures assets format lock clean $(CHECKS)

help:
	@sed -n '/^#   make/s/^#   //p' Makefile

setup: $(SETUP)

$(BIN)/uv: scripts/uv-requirements.txt
	@PYTHON=$(PYTHON) scripts/need python3-venv
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

$(SETUP): $(BIN)/uv $(LOCK)
	$(UV) sync --frozen --quiet
	@touch $@

demo: $(SETUP)
	$(BIN)/lienthong demo $(if $(filter 1,$(DEMO_ONCE)),--once)

test: $(SETUP)
	@scripts/need postgresql curl openssl poppler-utils chromium
	$(BIN)/pytest -n $(WORKERS) --cov --cov-report=term --cov-fail-under=100 $(PURE)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile $(addprefix --ignore=,$(PURE))

# All checks run, also after one has failed: whoever mends wants the whole list.
check: $(SETUP)
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)

check-format:
	$(BIN)/ruff format --check $(CODE)
check-lint:
	$(BIN)/ruff check $(CODE)
check-types:
	$(BIN)/mypy
check-imports:
	$(BIN)/lint-imports --no-logo
# The lock file names the public index whatever mirror this machine uses, and is judged without the network.
check-lock:
	@env -u UV_DEFAULT_INDEX -u UV_INDEX_URL -u UV_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
	    $(UV) lock --check --offline --no-config --quiet
check-sizes check-words check-code check-pages check-assets check-speech: check-%:
	$(BIN)/python scripts/check_$*.py
check-messages:
	$(BIN)/python scripts/compile_messages.py --check
check-law:
	$(BIN)/python scripts/generate_law.py --check
check-machines:
	$(BIN)/python scripts/generate_machines.py --check
	$(BIN)/python scripts/make_migrations.py --check --dry-run

bench: $(SETUP)
	@scripts/need wrk
	$(UV) sync --frozen --quiet --group bench
	$(BIN)/python -m bench

kill: $(SETUP)
	$(BIN)/python -m tests.journeys.kill --kills 200
	KILLS=100 $(BIN)/pytest -q tests/journeys/kill/test_gateway.py

site: $(SETUP)
	$(BIN)/lienthong docs build build/site

pictures: $(SETUP)
	@scripts/need postgresql chromium
	GUIDE_PICTURES=1 $(BIN)/pytest -q tests/control/test_whole_procedure.py

# npm takes only what the lock names by digest, from whatever registry this machine is set up for, and runs no
# script of a package.
assets:
	cd assets && npm ci --ignore-scripts --no-audit --no-fund
	cd assets && node build.mjs ../$(ASSETS)

format: $(SETUP)
	$(BIN)/ruff check --fix-only --quiet $(CODE)
	$(BIN)/ruff format $(CODE)
	$(BIN)/python scripts/generate_machines.py
	$(BIN)/python scripts/generate_law.py
	$(BIN)/python scripts/compile_messages.py

lock: $(BIN)/uv
	$(UV) lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* dist build
