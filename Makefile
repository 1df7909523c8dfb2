# Custos: `make run` shows it at work on a simulated tenant, `make test` proves it. Both install what they need.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help run tenant test shuffle chaos month check bench peers docs conformance lock clean ready tools package teams-app

PYTHON ?= python3.13
VENV := .venv
PY := $(VENV)/bin/python
SCALE ?= 0.01
STAY ?=
MOUNT ?=
POLICIES ?=
COUNCIL ?=
APP ?=
CHECK ?=
RUNS ?= 6
JOBS ?= 2
SEED ?=
ROUNDS ?= 20
ROUND ?=
LEASE ?=
SEEDS ?= 1
SUITE := -m pytest -n $(JOBS) --dist loadgroup --no-loadscope-reorder

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: ready ## Custos governs a simulated council, from first look to audit (STAY=1 leaves it up, MOUNT=/dir governs a real tree, SCALE=0.05)
	@$(PY) -m rehearsal run --scale $(SCALE) $(if $(STAY),--stay) $(if $(MOUNT),--mount "$(MOUNT)")

tenant: ready ## COUNCIL=NAME's simulated tenant with Custos beside it, nothing done yet: POLICIES=DIRECTORY governs it
	@test -n "$(POLICIES)" || { echo "Say which policies: make tenant COUNCIL=thornby POLICIES=DIRECTORY"; exit 2; }
	@$(PY) -m rehearsal tenant --policies "$(POLICIES)" $(if $(COUNCIL),--council "$(COUNCIL)")

test: ready ## every promise of the product, against real parts, in two processes (JOBS=4 where there are four cores)
	@$(PY) $(SUITE) -p no:randomly

shuffle: ready ## the suite RUNS times (6), each in another order and placement; SEED=… runs it once as that seed says
	@red=; for run in $$(seq $(if $(SEED),1,$(RUNS))); do echo "Run $$run:"; $(PY) $(SUITE) $(if $(SEED),--randomly-seed=$(SEED)) || red="$$red $$run"; done; test -z "$$red" || { echo "Red:$$red"; exit 1; }

chaos: ready ## kills, freezes and cuts Custos off at its work, ROUNDS times (20), and checks what is left; SEED=… draws the same, ROUND='…' is one round
	@$(PY) -m chaos --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED)) $(if $(ROUND),--round '$(ROUND)') $(if $(LEASE),--lease $(LEASE))

month: ready ## a council's month in minutes, with people drawn from a seed and an independent checker; SEEDS=10 plays ten, SEED=… one again
	@$(PY) -m month --seeds $(SEEDS) $(if $(SEED),--seed $(SEED))

check: ready ## ruff and mypy, strict, and the rooms that stand above each other
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports

bench: ready ## a million items: first mirror, 1,000 changes, ten policies; then Custos beside its peers
	@$(PY) -m rehearsal bench
	@$(PY) -m peers bench

peers: ready ## the CLI for Microsoft 365, unmodified, on a simulated tenant: what it prints beside what Custos knows
	@$(PY) -m peers commands

package: tools ## the function app as Azure runs it, in build/app and a zip beside it; POLICIES=DIRECTORY puts yours in
	@$(PY) -m release package $(if $(POLICIES),--policies "$(POLICIES)")

teams-app: tools ## the Teams app to publish, in build/; APP='--council … --website … --privacy … --terms …', ids from the environment
	@$(PY) -m release teams-app $(APP)

docs: ready ## write the generated references again
	@$(PY) -m docs.generate

conformance: ready ## check the recorded Graph traffic with CHECK=path of a checker
	@test -n "$(CHECK)" || { echo "Say which checker: make conformance CHECK=path/to/graph_conformance.py"; exit 2; }
	@$(PY) -m rehearsal conformance --check "$(CHECK)"

lock: ready ## resolve the dependencies again, with hashes
	@$(VENV)/bin/uv pip compile -q --python-version 3.13 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header pyproject.toml -o requirements.txt
	@$(VENV)/bin/uv pip compile -q --python-version 3.13 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header requirements/dev.in -o requirements/dev.txt
	@$(VENV)/bin/uv pip compile -q --python-version 3.13 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header requirements/uv.in -o requirements/uv.txt

clean: ## remove everything that make created
	@rm -rf $(VENV) node_modules peers/node_modules .build build .custos .pytest_cache .mypy_cache .ruff_cache .hypothesis

ready: .build/python .build/node

tools: .build/python

.build/python: requirements.txt requirements/dev.txt requirements/uv.txt
	@command -v $(PYTHON) >/dev/null && $(PYTHON) --version >/dev/null 2>&1 || { echo "Custos needs Python 3.13 and found no '$(PYTHON)'. Install it, or say where it is: make PYTHON=/path/to/python3.13"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' || { echo "Custos needs Python 3.13, and '$(PYTHON)' is $$($(PYTHON) --version)."; exit 1; }
	@echo "Installing Python packages into $(VENV) (about a minute the first time) …"
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(VENV)/bin/uv pip install --quiet --compile-bytecode --python $(PY) --require-hashes -r requirements/dev.txt || $(PY) -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/dev.txt
	@$(VENV)/bin/uv pip install --quiet --python $(PY) --no-deps --no-build-isolation --editable .
	@mkdir -p .build && touch $@

.build/node: package.json package-lock.json
	@command -v node >/dev/null && node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' || { echo "Custos needs Node 20 or newer for Azurite; found $$(node --version 2>/dev/null || echo none)."; exit 1; }
	@echo "Installing Azurite and the Adaptive Cards renderer (about half a minute the first time) …"
	@npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
	@mkdir -p .build && touch $@
