.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PY := .venv/bin/python

.PHONY: help setup run test test-fast check fmt smoke bench demo figures screenshots mutation tables

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: ## install what is missing (quick when nothing is)
	@scripts/setup

check: setup ## format, lint, types, import contracts
	@.venv/bin/ruff format --check --quiet . || (echo "run: make fmt" && false)
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy
	@.venv/bin/node node_modules/typescript/bin/tsc -p webphone
	@.venv/bin/lint-imports --no-logo | tail -n 3

fmt: setup ## format the code and mend what can be mended by itself
	@.venv/bin/ruff check --fix --quiet . || true
	@.venv/bin/ruff format --quiet .

run: setup ## start everything with a demo organisation; Ctrl-C stops it
	@$(PY) -m local.stack

demo: setup ## callbacks and a minute of callers for the stack that runs
	@$(PY) -m local.demo

smoke: setup ## do each capability once from outside, on a stack of its own
	@$(PY) -m local.smoke

test: check ## every check and test
	@scripts/setup-browser
	@scripts/setup-telephony
	@.venv/bin/pytest tests/unit -n 2
	@.venv/bin/pytest tests/integration tests/faults -n 3 --dist worksteal
	@.venv/bin/pytest tests/browser -n 2 --dist loadfile

test-fast: check ## checks and unit tests, for while you work
	@.venv/bin/pytest tests/unit -n 2

bench: setup ## how fast things are
	@.venv/bin/pytest tests/bench -m bench

figures: setup ## how the code reads: lengths, complexity, types
	@$(PY) scripts/figures.py

mutation: setup ## break the pure modules clause by clause: what does no unit test notice? (MODULES="...": only these)
	@[ -n "$(filter %.js,$(MODULES))" ] || nice $(PY) scripts/mutation.py $(MODULES)
	@[ -n "$(filter %.py,$(MODULES))" ] || nice .venv/bin/node scripts/mutation.mjs $(MODULES)

tables: setup ## draw the tables that decide an agent's status in docs/presence.md again
	@$(PY) -m scripts.presence_tables

screenshots: setup ## take the pictures of the documents again
	@scripts/setup-browser
	@$(PY) -m scripts.screenshots
