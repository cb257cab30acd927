# Every target sets up what it needs in .venv by itself; nothing has to be activated.

PYTHON ?= python3
BIN := .venv/bin
# More arguments for the command behind a target, for example: make test ARGS="-k linear"
ARGS ?=

.PHONY: help grade test adequacy determinism fuzz chaos bench doctor lint release formgrader clean-class clean lock

help:
	@echo 'make grade        grade what is in submitted/ (a sample class, where it is empty)'
	@echo 'make formgrader   read and grade the derivations in the browser'
	@echo 'make release      generate release/, what students get, from source/'
	@echo 'make clean-class  take the sample class out again'
	@echo
	@echo 'make test         run the test suite'
	@echo 'make adequacy     judge all known mistakes and correct variants: is every one told apart?'
	@echo 'make determinism  judge 200 times with different seeds: is the verdict always the same?'
	@echo 'make fuzz         feed the grader hostile bytes for some minutes'
	@echo 'make chaos        kill -9 its processes 500 times while it grades'
	@echo 'make bench        measure it against nbgrader, otter and a floor, for a quarter of an hour'
	@echo 'make doctor       what does this machine offer, and does the sandbox hold here?'
	@echo 'make lint         check style and types'
	@echo 'make lock         pin the dependencies anew (ARGS=--upgrade for the newest ones)'
	@echo 'make clean        remove .venv and the caches'
	@echo
	@echo 'PYTHON=python3.12 names another Python for .venv (3.11 or newer; make clean first, where there is one);'
	@echo 'ARGS="..." adds arguments to the command behind test, bench, release, doctor, formgrader and lock.'

# All assignments are graded whatever happens to one; the first failure is the exit status.
grade: .venv/ready
	@$(BIN)/python scripts/sample_class.py add
	@status=0; \
	for notebooks in source/*/; do \
	    assignment=$$(basename "$$notebooks"); \
	    $(BIN)/chainrule grade "$$assignment" || { code=$$?; [ $$status -ne 0 ] || status=$$code; }; \
	done; \
	exit $$status

test: .venv/ready
	@$(BIN)/python -m pytest $(ARGS)

adequacy: .venv/ready
	@$(BIN)/python -m tests.adequacy $(ARGS)

determinism: .venv/ready
	@$(BIN)/python -m tests.adequacy.determinism

# More than make test does of the same.
fuzz: .venv/ready
	@CHAINRULE_FUZZ=long $(BIN)/python -m pytest tests/fuzz $(ARGS)

chaos: .venv/ready
	@CHAINRULE_KILLS=500 $(BIN)/python -m pytest tests/crash $(ARGS)

bench: .venv/ready
	@$(BIN)/python -m benchmarks $(ARGS)

doctor: .venv/ready
	@$(BIN)/chainrule doctor $(ARGS)

lint: .venv/ready
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

release: .venv/ready
	@$(BIN)/chainrule release $(ARGS)

formgrader: .venv/ready
	@ls autograded/*/*/.chainrule.json >/dev/null 2>&1 \
	    || $(MAKE) --no-print-directory grade \
	    || ls autograded/*/*/.chainrule.json >/dev/null 2>&1
	@$(BIN)/python -m chainrule.formgrader $(ARGS)

clean-class: .venv/ready
	@$(BIN)/python scripts/sample_class.py remove

clean:
	rm -rf .venv .venv-lock chainrule.egg-info build dist
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find chainrule scripts tests benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# The lock serves every Python that pyproject.toml allows, on every platform.
lock: .venv-lock/ready
	@.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	    --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	    $(ARGS) --output-file requirements.lock requirements.in requirements-dev.in

.venv/ready: .venv/locked pyproject.toml requirements.in requirements-dev.in
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Made from scratch, so that it holds what the lock names and nothing from before.
.venv/locked: requirements.lock
	@$(call need_python)
	@echo 'Setting up .venv with the packages that requirements.lock names: a minute or two, once.'
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv-lock/ready:
	@$(call need_python)
	@$(PYTHON) -m venv --clear .venv-lock
	@.venv-lock/bin/python -m pip install -qq --disable-pip-version-check uv
	@touch $@

define need_python
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
    echo "chainrule needs Python 3.11 or newer; $(PYTHON) is: $$($(PYTHON) --version 2>&1 | head -n 1)." >&2; \
    echo "Name another one, for example: make $(firstword $(MAKECMDGOALS)) PYTHON=python3.12" >&2; \
    exit 1; }
endef
