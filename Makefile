# OpsFlows' commands. `make run` shows everything on a fresh machine; `make` alone lists the rest.
# All it needs is Python 3.11 or newer. Settings come from the environment, from `.env`, or behind the command:
# make run PORT=8010

BIN := .venv/bin
# The first Python that is new enough; override with PYTHON=…
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(if $(shell \
	$(name) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null | grep True),$(name))))
PYTEST_ARGS ?= -n 2
LOCK = $(BIN)/uv pip compile pyproject.toml --python-version 3.11 --no-header --no-emit-index-url --quiet $(LOCK_ARGS)

.DEFAULT_GOAL := help
.PHONY: help install run test web worker bench chaos lint lock migrations

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

install: .venv/.installed ## Make .venv with what OpsFlows needs

run: install ## Start a demo with data: web, worker, signed sample events
	@exec $(BIN)/python -m opsflows.demo

web: install ## Serve pages, API and webhooks on HOST:PORT (127.0.0.1:8000)
	@exec $(BIN)/gunicorn --config python:opsflows.gunicorn

worker: install ## Work on events and runs
	@exec $(BIN)/python manage.py worker

# A data folder of its own, so that tests never meet the keys, files or database of an installation.
test: .venv/.installed-dev ## Run every test, on SQLite unless DATABASE_URL says otherwise
	@home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && \
	OPSFLOWS_HOME=$$home DATABASE_URL=$${DATABASE_URL:-sqlite:///$$home/opsflows.sqlite3} \
	$(BIN)/pytest -p no:cacheprovider $(PYTEST_ARGS)

lint: .venv/.installed-dev ## Check style, types and import layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy opsflows connectors
	$(BIN)/lint-imports --no-cache --no-logo
	@# Not --check: its reformatting drops blanks between inline elements, which readers would miss.
	@if [ -n "$$(find templates opsflows -name '*.html')" ]; then $(BIN)/djlint --lint templates opsflows; fi

bench: .venv/.installed-dev ## Measure ingest, runs, latency and matching beside their limits
	@exec $(BIN)/python -m bench

chaos: .venv/.installed-dev ## The long crash test; prints a ledger of what was sent, done and repeated
	@exec $(BIN)/python -m bench.chaos

migrations: .venv/.installed-dev ## Write the migrations that changed models need
	$(BIN)/python manage.py makemigrations

# What is pinned stays unless pyproject.toml asks for another: make lock LOCK_ARGS=--upgrade renews all.
lock: .venv/.installed-dev ## Pin every dependency that pyproject.toml names or needs
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) --output-file requirements.txt
	$(LOCK) --output-file requirements-dev.txt --group dev

.venv/.created:
	@test -n "$(PYTHON)" || { echo "OpsFlows needs Python 3.11 or newer; none was found. Name one: make install PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "$(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

# One after the other even under `make -j`: two pips in one environment get in each other's way.
.venv/.installed: requirements.txt | .venv/.created
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@
