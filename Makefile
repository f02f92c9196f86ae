# Everything one does here, in one place. `make` lists it.
PORT ?= 8000
NAME ?=
ARGS ?=
PYTHON ?=
export PYTHON
BIN := .venv/bin
.DEFAULT_GOAL := help

.PHONY: help demo setup setup-test test bench screenshots lint format messages docs lock clean

help:  ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: setup  ## A living city on http://127.0.0.1:8000 (PORT=8123 moves it, ARGS=--fresh rebuilds it)
	@exec $(BIN)/nuanxin demo --port $(PORT) $(ARGS)

setup:  ## The environment in .venv, from the lock
	@python=$$(sh scripts/python.sh) && exec "$$python" scripts/setup.py

setup-test:
	@python=$$(sh scripts/python.sh) && exec "$$python" scripts/setup.py --test

test: setup-test  ## Lint, types, layers, the suite on SQLite and PostgreSQL, the browser journeys (ARGS=… to pytest)
	@exec $(BIN)/python -m scripts.test $(ARGS)

bench: setup-test  ## All benchmarks on a throwaway PostgreSQL (NAME=intake for one)
	@exec $(BIN)/python -m benchmarks.run $(NAME) $(ARGS)

screenshots: setup-test  ## Every page of the gallery at 360×800 and 1440×900, into var/screenshots
	@exec $(BIN)/python -m scripts.screenshots $(ARGS)

lint: setup-test  ## Only the checks that need no database
	@exec $(BIN)/python -m scripts.test --lint

format: setup-test  ## Put the code into its form
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format .

messages: setup-test  ## Collect and compile the English translations (needs gettext)
	@exec $(BIN)/python -m scripts.messages

docs: setup-test  ## The generated half of the documentation: docs/generated/
	@exec $(BIN)/nuanxin docs

lock: setup-test  ## Resolve requirements/ anew from pyproject.toml
	@exec $(BIN)/python -m scripts.lock $(ARGS)

clean:  ## Remove the environment and everything generated, the demo city included
	rm -rf .venv var tests/node/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
