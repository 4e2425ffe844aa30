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
# of all stages the last tells what is odd about the files of a survey
RUN := NOTICES_AFTER=report $(VENV)/bin/survey
# at any depth; what is not code of the package, as a compiled file, is none
CODE := $(shell find pipeline -name '*.py' -o -name '*.sql' -o -name '*.j2' -o -name '*.css' -o -name '*.ttf')

# what is done once the first make has its lock; each program that is started costs as much as all that make does
ifneq ($(filter $(STATE)/%.stamp,$(MAKECMDGOALS)),)
# where the clock was set back, nothing would be newer than the stamps: they go, and all else is of now
LATER := find $(OUT) -type f -newer $(STATE)/make.lock
$(shell touch $(STATE)/make.lock && $(LATER) \( -name '*.stamp' -exec rm {} + -o -exec touch {} + \))

# what each stage left behind, so that a deleted output is made again
LISTED := $(shell LC_ALL=C grep -ahE '^$(OUT)/[A-Za-z0-9._/-]+$$' $(STATE)/*.list 2>/dev/null)
CELLS := $(filter $(STATE)/%,$(LISTED))
TABLES := $(filter $(OUT)/tables%,$(LISTED))
FIGURES := $(filter $(OUT)/figures%,$(LISTED))
endif

# a second make waits for the first; the stages have a lock of their own
ALONE := $(VENV)/bin/python -S -m pipeline.project.lock

export SURVEY
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: all test test-slow faults fuzz viewers bench simulation notebooks docs help clean setup FORCE

all: $(VENV)/.installed ## run every stage whose inputs changed (SURVEY=ospo for another, DRAFT=1 for a draft)
	@$(ALONE) $(MAKE) -s $(STATE)/report.stamp

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

notebooks: $(VENV)/.developed ## run the notebooks and render them to outputs/notebooks/*.html
	@$(ALONE) $(MAKE) -s $(STATE)/normalise.stamp
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
	rm -rf $(OUT)

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

# $@ gets the content of $$new, and stays as it is where it has it
keep = { test -f $@ && [ "$$new" = "$$(cat $@ 2>/dev/null)" ]; } || { echo "$$new" > $@.new && mv $@.new $@; }
# the names and hashes of the files that find lists with $1; hidden ones are no inputs
found = names=$$(find $(1) ! -name '.*' 2>/dev/null | LC_ALL=C sort)
hashes = $(call found,$(1)); sums=$$({ test -z "$$names" || echo "$$names"; } | git hash-object --stdin-paths) && new="$$names $$sums" && { $(keep); }
# what a stage left behind; an unfinished list would not miss what is deleted
list = find $(OUT) -type f ! -name '.*' \( $(2) \) > $(STATE)/$(1).list.new && mv $(STATE)/$(1).list.new $(STATE)/$(1).list

REPORTED := -name report.toml -o -name published.csv

$(STATE)/raw.sum: FORCE
	@$(call hashes,$(RAW) -maxdepth 1 -type f ! -name assumptions.toml ! -name pseudonyms.key ! \( $(REPORTED) \))

$(STATE)/declared.sum: FORCE
	@$(call hashes,$(RAW) -maxdepth 1 -type f \( $(REPORTED) \))

$(STATE)/ingest.stamp: $(STATE)/raw.sum $(CODE) $(VENV)/.installed $(CELLS) $(STATE)/ingest.list
	@$(RUN) ingest
	@$(call list,ingest,-path '$(STATE)/*.parquet' -o -path '$(STATE)/*.headings.json')
	@touch $@

$(STATE)/normalise.stamp: $(STATE)/ingest.stamp $(OUT)/survey.duckdb
	@$(RUN) normalise
	@touch $@

$(STATE)/normalised.md5: $(STATE)/normalise.stamp
	@test -f $@ || { $(RUN) normalise && touch $(STATE)/normalise.stamp; }

$(STATE)/draft: FORCE
	@new='$(DRAFTING)'; $(keep)

$(STATE)/tables.stamp: $(STATE)/normalised.md5 $(STATE)/declared.sum $(STATE)/draft $(CODE) $(VENV)/.installed $(TABLES) $(STATE)/tables.list
	@$(RUN) tables $(DRAFTING)
	@$(call list,tables,-path '$(OUT)/tables/*' ! -name verify.csv -o -path $(OUT)/tables.xlsx)
	@touch $@

$(STATE)/tables.sum: $(STATE)/tables.stamp
	@$(call hashes,$(OUT)/tables -maxdepth 1 -name '*.csv' ! -name verify.csv)

$(STATE)/figures.stamp: $(STATE)/tables.sum $(CODE) $(VENV)/.installed $(FIGURES) $(STATE)/figures.list
	@$(RUN) figures
	@$(call list,figures,-path '$(OUT)/figures/*' -o -path $(OUT)/figures.pdf)
	@touch $@

$(STATE)/figures.sum: $(STATE)/figures.stamp
	@$(call hashes,$(OUT)/figures -name '*.svg')

# the page says what is declared beside the tables too, and the manifest names every input
$(STATE)/report.stamp: $(STATE)/raw.sum $(STATE)/declared.sum $(STATE)/tables.sum $(STATE)/figures.sum $(CODE) $(VENV)/.installed $(OUT)/report.html $(OUT)/manifest.json
	@$(RUN) report
	@touch $@

# a file that is gone counts as new, so what made it runs again
$(CELLS) $(TABLES) $(FIGURES) $(OUT)/survey.duckdb $(OUT)/report.html $(OUT)/manifest.json:
$(STATE)/ingest.list $(STATE)/tables.list $(STATE)/figures.list:
FORCE:
