# Everything starts here. `make` alone prints the targets.
# Paths are relative, so that a folder with spaces in its name works; `exec` makes
# each command a direct child of make, which passes signals on to it.

# The first Python on the PATH that fits; the bootstrap says what to do where none does.
PYTHON := $(shell for name in python3 python3.11 python3.12 python; do \
	"$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null \
	&& echo "$$name" && exit; done; echo python3)
LOCAL = exec $(PYTHON) -I config/local/bootstrap.py

.PHONY: help run test faults bench check lock clean

help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

run: ## start everything on this machine (PORT=8000); Ctrl-C stops it
	@$(LOCAL) run

test: ## run the tests against a database of their own (ARGS="-k name")
	@$(LOCAL) test

faults: ## run the long fault tests, which kill real processes
	@$(LOCAL) faults

bench: ## measure the product beside what it is compared with (ARGS="--projects 5000 --experts 200000")
	@$(LOCAL) bench

check: ## run the static gates: style, types, imports, templates, migrations, texts, API
	@$(LOCAL) check

lock: ## write the requirement files from pyproject.toml (ARGS=--upgrade for newer versions)
	@$(LOCAL) lock

clean: ## remove what can be made again; never var/, which holds what was typed
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	@find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +
