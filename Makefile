# Two commands: `make demo` to see it, `make test` to prove it. Both set themselves up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
# Nothing is installed whose content is not the one that was looked at; what comes as source is built with tools of the same kind.
LOCKED := $(PIP) --require-hashes --no-build-isolation
OURSELVES := $(PIP) --no-deps --no-build-isolation -e .
CHROMIUM := /usr/bin/chromium

.PHONY: help demo test lint format lock audit diagram openapi schemathesis browser clean

help:
	@echo "make demo    install and open the demo on loopback: no token, no account"
	@echo "make test    install and run everything that CI runs"
	@echo "make lint    the checks without the tests"
	@echo "make format  put imports and layout in order"
	@echo "make diagram draw docs/states.md anew"
	@echo "make openapi write docs/openapi.json anew"
	@echo "make schemathesis  try the pages of a demo against docs/openapi.json (needs the network once)"
	@echo "make lock    pin the libraries anew, with their hashes (requirements*.lock)"
	@echo "make audit   ask for known weaknesses of the pinned libraries (needs the network)"
	@echo "make clean   remove the environment and the demo's data"

demo: $(VENV)/demo-ready
	@$(BIN)/python -m app demo

# Two at a time, each file by one, the long ones first, so that no one is left alone with them at the end.
test: lint browser
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/test-ready
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/vulture
	$(BIN)/codespell

format: $(VENV)/test-ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The stamps make a second run fast; they are made anew when the pins change.
$(VENV)/made:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed, and there is no $(PYTHON) here."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; $(PYTHON) is %d.%d. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" % sys.version_info[:2])'
	@echo "[1/2] Making an environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "No venv module? On Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/build-ready: $(VENV)/made requirements-build.lock
	@$(PIP) --require-hashes -r requirements-build.lock
	@touch $@

$(VENV)/demo-ready: $(VENV)/build-ready pyproject.toml requirements.lock
	@echo "[2/2] Installing the libraries (a minute the first time) ..."
	@$(LOCKED) -r requirements.lock
	@$(OURSELVES)
	@touch $@

$(VENV)/test-ready: $(VENV)/build-ready pyproject.toml requirements-dev.lock
	@echo "[2/2] Installing the libraries and the tools for tests (two minutes the first time) ..."
	@$(LOCKED) -r requirements-dev.lock
	@$(OURSELVES)
	@touch $@ $(VENV)/demo-ready

browser:
	@if [ -x $(CHROMIUM) ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the browser tests ..."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else \
	  echo "No $(CHROMIUM): the browser tests will be skipped. On Debian, as root: apt-get install chromium"; \
	fi

# The table of states, drawn anew; a test compares the two.
diagram: $(VENV)/demo-ready
	@{ printf '# States\n\nDrawn from the table in `workflow/states.py` by `make diagram`; a test compares the two.\n\n```mermaid\n'; \
	$(BIN)/python -m app diagram; printf '```\n'; } > docs/states.md

# Every way in over HTTP; a test compares the two.
openapi: $(VENV)/demo-ready
	@$(BIN)/python -m app openapi > docs/openapi.json

# A second opinion on the pages, by somebody else's fuzzer in an environment of its own: it asks a demo everything that the document allows.
schemathesis: $(VENV)/demo-ready
	@test -x $(VENV)-schemathesis/bin/st || { $(PYTHON) -m venv $(VENV)-schemathesis && \
	$(VENV)-schemathesis/bin/python -m pip install --quiet --disable-pip-version-check 'schemathesis>=4.32,<5'; }
	@$(BIN)/python benchmarks/schemathesis_run.py $(VENV)-schemathesis/bin/st

# Resolves without the old pins, for every Python that pyproject.toml allows; review the difference before committing it.
# The build tools are those without pkg_resources, of which jieba would warn at every import.
LOCK = $(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock:
	@rm -rf $(VENV)-lock requirements*.lock && $(PYTHON) -m venv $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	@$(LOCK) pyproject.toml -o requirements.lock
	@$(LOCK) -c requirements.lock pyproject.toml --extra dev -o requirements-dev.lock
	@printf 'setuptools>=82\nwheel\n' | $(LOCK) -c requirements.lock - -o requirements-build.lock
	@rm -rf $(VENV)-lock

audit:
	@rm -rf $(VENV)-audit && $(PYTHON) -m venv $(VENV)-audit
	@$(VENV)-audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	@$(VENV)-audit/bin/pip-audit --strict --disable-pip --require-hashes -r requirements-dev.lock
	@rm -rf $(VENV)-audit

clean:
	rm -rf $(VENV) $(VENV)-schemathesis var
