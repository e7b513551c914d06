# Everything starts here: `make run` and `make test` need only Python 3.11, Node 20, npm, make,
# git and apt-get; what else they need they install themselves (see docs/howto/develop.md).

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps
DIR ?=
# of `make run`: where it listens, the data directory, the password of the demo accounts, more options
PORT ?= 8000
HOST ?= 127.0.0.1
DATA ?= var
PASSWORD ?=
ARGS ?=
export PASSWORD
# what `make check` runs of the tests; `make test` then runs all others
FAST := tests/domain tests/engine tests/checker tests/forms tests/adapters tests/test_architecture.py
SYSTEM := apt-get update && apt-get install -y chromium-headless-shell fonts-noto-cjk fontconfig libpangoft2-1.0-0 libharfbuzz-subset0
FRONT := esbuild.mjs package.json package-lock.json $(wildcard build/* server/engine/feel.entry.mjs server/engine/js/* server/web/islands/* server/web/islands/*/* server/web/styles/*)

.DEFAULT_GOAL := help
.PHONY: help run system test check types style fast bench soak tck miwg lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMPS)/uv:
	@mkdir -p $(STAMPS)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@touch $@

$(STAMPS)/run: $(STAMPS)/uv requirements/run.lock pyproject.toml
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes --requirements requirements/run.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: $(STAMPS)/uv requirements/dev.lock pyproject.toml
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes --requirements requirements/dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@ $(STAMPS)/run

$(STAMPS)/npm: package.json package-lock.json
	@mkdir -p $(STAMPS)
	@npm ci --silent --no-fund --no-audit
	@touch $@

server/engine/feel.js: $(STAMPS)/npm $(FRONT)
	@npm run --silent build

run: $(STAMPS)/run server/engine/feel.js ## the server as a drill, on http://127.0.0.1:8000 (PORT HOST DATA PASSWORD ARGS)
	@$(BIN)/python -m compileall -q server
	@if [ -n "$$PASSWORD" ]; then $(BIN)/rongcuo --data "$(DATA)" demo --password "$$PASSWORD" && touch "$(DATA)/.demo"; \
	elif [ ! -e "$(DATA)/.demo" ]; then $(BIN)/rongcuo --data "$(DATA)" demo && touch "$(DATA)/.demo"; fi
	@exec $(BIN)/rongcuo --data "$(DATA)" serve --drill --host "$(HOST)" --port "$(PORT)" $(ARGS)

check: $(STAMPS)/dev server/engine/feel.js system ## format, lint, types, import contracts, fast tests
	@$(MAKE) --no-print-directory -j 2 --output-sync=target types style
	@$(BIN)/pytest -n 2 -m "not slow" $(FAST)

types: $(STAMPS)/dev
	@$(BIN)/mypy

style: $(STAMPS)/dev server/engine/feel.js
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports > $(STAMPS)/imports.log || { cat $(STAMPS)/imports.log; exit 1; }
	@$(BIN)/deptry . > $(STAMPS)/deptry.log 2>&1 || { cat $(STAMPS)/deptry.log; exit 1; }
	@npx --no-install bpmnlint --max-warnings 0 'processes/*/*.bpmn'
	@$(BIN)/djlint server/web/templates --lint --quiet > $(STAMPS)/djlint.log || { cat $(STAMPS)/djlint.log; exit 1; }
	@node --test tests/build/ > $(STAMPS)/build.log || { cat $(STAMPS)/build.log; exit 1; }
	@$(BIN)/python -m server.checker.punctuation server processes forms docs README.md CHANGELOG.md

test: check ## check, then the tests: both databases, every scenario of every pack, the journeys in the browser
	@rm -rf test-report
	@$(BIN)/pytest -n 3 --dist worksteal -m "not slow" --checked "$(FAST)" --junitxml=test-report/junit.xml

system: # what the tests need of the machine: a browser, a Chinese font, what prints a letter; never skipped
	@{ PATH=$$PATH:/sbin:/usr/sbin; { command -v chromium-headless-shell || command -v chromium; } && fc-list :lang=zh-cn family | grep -q . && ldconfig -p | grep -q libpangoft2-1.0 && ldconfig -p | grep -q libharfbuzz-subset; } > /dev/null 2>&1 || \
	{ mkdir -p $(STAMPS) && { $(SYSTEM); } > $(STAMPS)/system.log 2>&1; } || \
	{ tail -5 $(STAMPS)/system.log; echo "the tests need a browser, a Chinese font and what prints a letter; as root: $(SYSTEM)"; exit 1; }

bench: $(STAMPS)/dev server/engine/feel.js ## the benchmarks, each beside its limit; writes bench.json
	@$(BIN)/python -m tests.bench

soak: $(STAMPS)/dev server/engine/feel.js system ## the long runs: every page for every role, fifty kills on each database, the API by random requests, hostile input, the wheel
	@RONGCUO_SOAK=1 $(BIN)/pytest -n 2 -m slow

tck: $(STAMPS)/dev server/engine/feel.js ## DIR=copy of the DMN TCK: passed / total per level
	@test -n "$(DIR)" || { echo "make tck DIR=<folder>"; exit 2; }
	@$(BIN)/python -m tests.tck.run "$(DIR)"

miwg: $(STAMPS)/dev server/engine/feel.js ## DIR=copy of the BPMN MIWG reference models
	@test -n "$(DIR)" || { echo "make miwg DIR=<folder>"; exit 2; }
	@$(BIN)/python -m tests.miwg.run "$(DIR)"

lock: $(STAMPS)/uv ## resolve the Python packages anew (versions and hashes, no addresses)
	@printf 'editables\nhatchling>=1.27\n' > $(STAMPS)/build.in
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra postgres --extra pdf pyproject.toml $(STAMPS)/build.in -o requirements/run.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra postgres --extra pdf --group dev pyproject.toml $(STAMPS)/build.in -o requirements/dev.lock

clean: ## remove what the targets above made
	@rm -rf $(VENV) node_modules $(STAMPS) server/engine/feel.js server/web/static bench.json test-report
