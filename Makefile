# `survey all` runs the stages whose inputs have other bytes than when they ran (pipeline/project/rebuild.py). What is
# done here is to ask first whether there is anything to do, by a program that starts at once, and to make .venv.
# Works with GNU Make 3.81.

SURVEY ?= open-source-ai
PYTHON ?= python3
VENV ?= .venv

# a draft prints neutral titles where claims fail; it is made again, and tested, without DRAFT
ifneq ($(DRAFT),)
DRAFTING := --draft
endif
ifneq ($(VERBOSE),)
TELLING := --verbose
endif

export SURVEY
.DEFAULT_GOAL := help
.PHONY: all test test-slow faults fuzz viewers spark spark-large java bench simulation notebooks docs help clean setup

all: $(VENV)/.installed ## run every stage whose inputs changed (SURVEY=ospo for another, DRAFT=1, VERBOSE=1)
	@$(VENV)/bin/python -I -S pipeline/project/record.py "raw/$$SURVEY" "outputs/$$SURVEY" \
		"outputs/$$SURVEY/interim/stages.record" $(DRAFTING) || exec $(VENV)/bin/survey all $(DRAFTING) $(TELLING)

# each process takes a run of neighbouring tests, which share what they made, and at the end helps the others
PYTEST := $(VENV)/bin/pytest -n auto --dist worksteal

test: $(VENV)/.developed ## install the development tools, lint, check types and run the tests (8 minutes on 2 cores)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(PYTEST) -m "not slow"

test-slow: $(VENV)/.developed ## run the other tests: kills, fuzz, attacks on many surveys, real surveys
	$(PYTEST) -m slow

fuzz: $(VENV)/.developed ## look for crashes in damaged files, 20 times as long as test-slow (FUZZ=100, SEED=1)
	@FUZZ=$${FUZZ:-20} SEED=$${SEED:-$$(date +%s)}; export FUZZ; echo "FUZZ=$$FUZZ SEED=$$SEED"; \
		$(PYTEST) --hypothesis-seed=$$SEED tests/hostile/test_fuzz.py

faults: $(VENV)/.developed ## kill 200 runs at random moments, and all else that tests/runs/test_faults.py does to them
	FAULTS=200 $(VENV)/bin/pytest tests/runs/test_faults.py

viewers: $(VENV)/.developed ## try page and workbook in Chromium (with axe-core, by npm) and LibreOffice
	@test -d $(VENV)/node_modules/axe-core || npm install --silent --no-save --no-package-lock --no-audit --prefix $(VENV) axe-core@4
	AXE=$(VENV)/node_modules/axe-core/axe.min.js $(PYTEST) tests/viewers

spark: $(VENV)/.spark java ## hold surveys on Spark against DuckDB's, from the raw export on, on this machine (Java; 5 minutes)
	SPARK=1 $(PYTEST) tests/spark

java:
	@command -v java >/dev/null || { \
		echo "adding Java (Debian's openjdk-17-jre-headless)"; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless >/dev/null; \
	} || { echo "Spark wants a Java runtime, version 17 or later: install one" >&2; exit 1; }

spark-large: $(VENV)/.spark java ## the same with a million responses, with times and memory for docs/scale.md (by hand; LARGE=folder)
	$(VENV)/bin/python benchmarks/spark.py $(or $(LARGE),$(shell mktemp -d))

notebooks: $(VENV)/.developed all ## run the notebooks and render them to outputs/notebooks/*.html
	@mkdir -p outputs/notebooks
	@for notebook in notebooks/*.py; do \
		$(VENV)/bin/jupytext --quiet --to ipynb --output - $$notebook | \
		$(VENV)/bin/jupyter-nbconvert --log-level WARN --execute --stdin --to html \
			--output-dir outputs/notebooks --output $$(basename $$notebook .py).html || exit 1; \
		echo "outputs/notebooks/$$(basename $$notebook .py).html"; \
	done

docs: $(VENV)/.installed ## write docs/cli.md from the help of the commands, docs/tables.md from their declarations
	env -u SURVEY $(VENV)/bin/python -m typer pipeline.cli utils docs --name survey --title Commands --output docs/cli.md
	$(VENV)/bin/python -m pipeline.tidy.document > docs/tables.md

bench: $(VENV)/.developed all ## measure the work from export to shares, and drawing, beside the same by hand
	$(VENV)/bin/python benchmarks/performance.py
	$(VENV)/bin/python benchmarks/figures.py

simulation: $(VENV)/.installed ## draw surveys with nothing to find, and write docs/false_headlines.md (20 minutes)
	$(VENV)/bin/python benchmarks/false_headlines.py > $(VENV)/false_headlines.md
	$(VENV)/bin/python benchmarks/headlines.py >> $(VENV)/false_headlines.md
	mv $(VENV)/false_headlines.md docs/false_headlines.md

setup: $(VENV)/.installed ## create .venv from the lock file; `. .venv/bin/activate` puts survey on the path

clean: ## remove everything generated for a survey, private texts included
	@case "$$SURVEY" in *[!A-Za-z0-9._-]* | [!A-Za-z0-9]* | "") \
		echo "SURVEY is '$$SURVEY': a name of letters, digits, '.', '_' and '-' is wanted" >&2; exit 2;; esac
	rm -rf "outputs/$$SURVEY"

help: ## print this
	@echo "make TARGET [SURVEY=name], where TARGET is"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1	\2/p' $(firstword $(MAKEFILE_LIST))

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed, $(PYTHON) is older; say make PYTHON=python3.11" >&2; exit 1; }
	@echo "creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.developed: $(VENV)/.installed requirements-dev.lock
	@echo "adding the development tools to $(VENV)"
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.spark: $(VENV)/.developed requirements-spark.lock
	@echo "adding Spark to $(VENV)"
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	@touch $@
