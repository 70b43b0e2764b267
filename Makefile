# What a person does here. Needs python3 (3.11 or later) with pip and venv, and make; the rest comes into .venv.

PYTHON ?= python3
CHROMIUM ?= /usr/bin/chromium
WORKERS ?= 2
PO = translations/fr/LC_MESSAGES/messages.po
MO = $(PO:.po=.mo)
PIP = .venv/bin/pip --disable-pip-version-check --quiet install --require-hashes --only-binary :all:
SOURCES = app.py blueprints tools tests bench migrations
export CHROMIUM

.PHONY: help setup run test check catalogues lock bench soak screenshots clean dev chromium

help:
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 20

setup: .venv/.run $(MO)  ## the virtual environment and the compiled catalogue

run: setup  ## serve on http://127.0.0.1:$PORT (8000), with the demo world where the embedded database is empty
	@exec .venv/bin/flask --app app serve

.venv/bin/python:
	@echo "Setting up: a virtual environment and the dependencies. The first time this takes a while …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "Python's venv is missing. On Debian: apt-get install python3-venv" >&2; exit 1; }

.venv/.run: requirements.lock | .venv/bin/python
	$(PIP) -r requirements.lock
	@touch $@

$(MO): $(PO) tools/catalogues.py | .venv/.run
	.venv/bin/python -m tools.catalogues compile

.venv/.dev: requirements-dev.lock | .venv/.run
	$(PIP) -r requirements-dev.lock
	@touch $@

# Not `npm ci`: it insists on a lock line for the binary of every system, and a registry need not have them all.
node_modules/.stamp: package.json package-lock.json .venv/.dev
	.venv/bin/npm install --no-save --loglevel=error
	@touch $@

dev: setup .venv/.dev node_modules/.stamp  ## what tests and checks need, beside Chromium

chromium:
	@tools/chromium

check: dev  ## linters, strict types, templates, catalogues
	.venv/bin/ruff check $(SOURCES)
	.venv/bin/ruff format --check $(SOURCES)
	.venv/bin/mypy
	.venv/bin/djlint --quiet --lint templates
	node_modules/.bin/biome ci --error-on-warnings
	.venv/bin/python -m tools.catalogues check
	.venv/bin/python -m tools.locks
	.venv/bin/python -m tools.templates

test: dev chromium  ## everything: SQLite, PostgreSQL, scripts, browser journeys, accessibility
	@# Two browsers, two servers and a PostgreSQL on two cores: what ran out of time is tried once more, alone.
	.venv/bin/pytest -n $(WORKERS) --dist worksteal -q || .venv/bin/pytest --last-failed --last-failed-no-failures none -q
	.venv/bin/node --test --test-reporter=spec "tests/js/**/*.test.js"

soak: dev chromium  ## the long runs: random walks, kills of the browser and of the server
	.venv/bin/pytest -m soak -q

bench: dev chromium  ## the table of sizes and times, into bench/results.json
	.venv/bin/python -m bench.run

screenshots: dev chromium  ## the pictures of the README, into docs/
	.venv/bin/python -m tools.screenshots

catalogues: dev  ## bring the French catalogue up to date with the sources
	.venv/bin/python -m tools.catalogues extract compile words check

lock: .venv/.dev  ## the lock files, after a change in pyproject.toml or package.json
	.venv/bin/python -m tools.locks write

clean:  ## remove what was made here, but not var/, where the data is
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results $(MO)
	find . -name __pycache__ -prune -exec rm -rf {} +
