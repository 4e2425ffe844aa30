# The order of the stages. Timestamps decide when a stage is looked at; content decides twice whether
# what follows must run: the hashes of the raw files, and the md5 of the normalised rows.
# Works with GNU Make 3.81.

SURVEY ?= open-source-ai
PYTHON ?= python3
VENV ?= .venv

# a draft prints neutral titles where claims fail; it is made again, and tested, without DRAFT
ifneq ($(DRAFT),)
DRAFTING := --draft
endif

# the name becomes part of paths, one of which `clean` removes
ifneq ($(shell printf '%s' '$(SURVEY)' | grep -cE '^[A-Za-z0-9][A-Za-z0-9._-]*$$'),1)
$(error SURVEY is '$(SURVEY)': a name of letters, digits, '.', '_' and '-' is wanted)
endif

RAW := raw/$(SURVEY)
OUT := outputs/$(SURVEY)
STATE := $(OUT)/interim
RUN := $(VENV)/bin/survey
CODE := $(wildcard pipeline/*.py pipeline/*/*.py pipeline/sql/*.sql pipeline/sql/*/*.sql pipeline/templates/*)

# what each stage left behind, so that a deleted output is made again
CELLS := $(shell cat $(STATE)/ingest.list 2>/dev/null)
TABLES := $(shell cat $(STATE)/tables.list 2>/dev/null)
FIGURES := $(shell cat $(STATE)/figures.list 2>/dev/null)

export SURVEY
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: all test fuzz viewers bench notebooks docs help clean setup FORCE

all: $(STATE)/report.stamp ## run every stage whose inputs changed (SURVEY=ospo for another, DRAFT=1 for a draft)

test: $(VENV)/.developed ## install the development tools, then lint, check types and run every test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/pytest -n auto

fuzz: $(VENV)/.developed ## look for crashes in damaged files, 20 times as long as test (FUZZ=100, SEED=1)
	@FUZZ=$${FUZZ:-20} SEED=$${SEED:-$$(date +%s)}; export FUZZ; echo "FUZZ=$$FUZZ SEED=$$SEED"; \
		$(VENV)/bin/pytest -n auto --hypothesis-seed=$$SEED tests/test_fuzz.py

viewers: $(VENV)/.developed ## try page and workbook in Chromium (with axe-core, by npm) and LibreOffice
	@test -d $(VENV)/node_modules/axe-core || npm install --silent --no-save --no-package-lock --no-audit --prefix $(VENV) axe-core@4
	AXE=$(VENV)/node_modules/axe-core/axe.min.js $(VENV)/bin/pytest tests/viewers

notebooks: $(VENV)/.developed $(STATE)/normalise.stamp ## run the notebooks and render them to outputs/notebooks/*.html
	@mkdir -p outputs/notebooks
	@for notebook in notebooks/*.py; do \
		$(VENV)/bin/jupytext --quiet --to ipynb --output - $$notebook | \
		$(VENV)/bin/jupyter-nbconvert --log-level WARN --execute --stdin --to html \
			--output-dir outputs/notebooks --output $$(basename $$notebook .py).html || exit 1; \
		echo "outputs/notebooks/$$(basename $$notebook .py).html"; \
	done

docs: $(VENV)/.installed ## write docs/cli.md from the help of the commands
	env -u SURVEY $(VENV)/bin/python -m typer pipeline.cli utils docs --name survey --title Commands --output docs/cli.md

bench: $(VENV)/.developed all ## measure the work from export to shares, and drawing, beside the same by hand
	$(VENV)/bin/python benchmarks/performance.py
	$(VENV)/bin/python benchmarks/figures.py

setup: $(VENV)/.installed ## create .venv from the lock file; `. .venv/bin/activate` puts survey on the path

clean: ## remove everything generated for a survey, private texts included
	rm -rf $(OUT)

help: ## print this
	@echo "make TARGET [SURVEY=name], where TARGET is"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1	\2/p' $(firstword $(MAKEFILE_LIST))

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

# keep $1 as it is where its new content, on standard input, is the same
keep = cat > $(1).new; if cmp -s $(1).new $(1); then rm $(1).new; else mv $(1).new $(1); fi
# the names and hashes of the files that find lists with $1
hashes = LC_ALL=C; export LC_ALL; find $(1) 2>/dev/null | sort > $@.names; { cat $@.names; git hash-object --stdin-paths < $@.names; } | { $(call keep,$@); }; rm $@.names

REPORTED := -name report.toml -o -name published.csv

$(STATE)/raw.sum: FORCE
	@mkdir -p $(STATE)
	@$(call hashes,$(RAW) -maxdepth 1 -type f ! -name assumptions.toml ! -name pseudonyms.key ! \( $(REPORTED) \))

$(STATE)/declared.sum: FORCE
	@mkdir -p $(STATE)
	@$(call hashes,$(RAW) -maxdepth 1 -type f \( $(REPORTED) \))

$(STATE)/ingest.stamp: $(STATE)/raw.sum $(CODE) $(VENV)/.installed $(CELLS)
	@$(RUN) ingest
	@find $(STATE) -name '*.parquet' -o -name '*.headings.json' > $(STATE)/ingest.list
	@touch $@

$(STATE)/normalise.stamp: $(STATE)/ingest.stamp $(OUT)/survey.duckdb
	@$(RUN) normalise
	@touch $@

$(STATE)/normalised.md5: $(STATE)/normalise.stamp
	@:

$(STATE)/draft: FORCE
	@mkdir -p $(STATE)
	@echo '$(DRAFTING)' | { $(call keep,$@); }

$(STATE)/tables.stamp: $(STATE)/normalised.md5 $(STATE)/declared.sum $(STATE)/draft $(CODE) $(VENV)/.installed $(TABLES)
	@$(RUN) tables $(DRAFTING)
	@find $(OUT)/tables $(OUT)/tables.xlsx -type f ! -name verify.csv > $(STATE)/tables.list
	@touch $@

$(STATE)/tables.sum: $(STATE)/tables.stamp
	@$(call hashes,$(OUT)/tables -maxdepth 1 -name '*.csv' ! -name verify.csv)

$(STATE)/figures.stamp: $(STATE)/tables.sum $(CODE) $(VENV)/.installed $(FIGURES)
	@$(RUN) figures
	@find $(OUT)/figures $(OUT)/figures.pdf -type f > $(STATE)/figures.list
	@touch $@

$(STATE)/figures.sum: $(STATE)/figures.stamp
	@$(call hashes,$(OUT)/figures -name '*.svg')

$(STATE)/report.stamp: $(STATE)/tables.sum $(STATE)/figures.sum $(CODE) $(OUT)/report.html
	@$(RUN) report
	@touch $@

# a file that is gone counts as new, so what made it runs again
$(CELLS) $(TABLES) $(FIGURES) $(OUT)/survey.duckdb $(OUT)/report.html:
FORCE:
