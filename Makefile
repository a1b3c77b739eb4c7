.DEFAULT_GOAL := help
PY := .venv/bin/python

.PHONY: help setup run test check fmt smoke bench demo

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: ## install what is missing (quick when nothing is)
	@scripts/setup

check: setup ## format, lint, types, import contracts
	@.venv/bin/ruff format --check --quiet . || (echo "run: make fmt" && false)
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-timing | tail -n 3

fmt: setup ## format the code and mend what can be mended by itself
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .
