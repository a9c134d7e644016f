# `env -i make demo` has no PATH at all: give the recipes the system's.
export PATH := $(or $(PATH),/usr/local/bin:/usr/bin:/bin)
# Where Python may not keep what it compiled, every process that is started compiles 1,300 modules anew.
unexport PYTHONDONTWRITEBYTECODE
UV := $(or $(shell command -v uv),.tools/uv/bin/uv)
RUN := $(UV) run --locked

# One more than a small machine has processors: some tests wait for a browser, or for a clock.
WORKERS ?= 3
OPERATIONS ?= 100000
SEED ?= 1
REPORTS ?= 20000

.PHONY: demo test suite checks lint types layers schema policy readings pictures soak soak-executors soak-changes agreement mutants bench bench-peers

demo: $(UV) ## Start the demo platform: embedded PostgreSQL, seeded, served on http://127.0.0.1:8000.
	$(RUN) sightline serve --demo

# What takes seconds comes first; types are read beside the tests, or a processor would wait for them.
test: lint layers ## Everything: lint, types, layers, migrations, comparisons, tests.
	$(MAKE) --no-print-directory --jobs 2 types suite

# A file's tests stay together, so that its fixtures are made once; files go out in the order of their names.
suite: $(UV)
	$(RUN) pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

checks: $(UV) ## Lint, types and layers, beside each other.
	$(MAKE) --no-print-directory --jobs 3 --output-sync lint types layers

lint: $(UV)
	$(RUN) ruff check
	$(RUN) ruff format --check

types: $(UV)
	$(RUN) mypy

layers: $(UV)
	$(RUN) lint-imports

schema: $(UV) ## Write what the tests compare: the SDL.
	$(RUN) sightline schema > schema.graphql

policy: $(UV) ## Write who may see what, in words; a test compares it.
	$(RUN) sightline schema --policy > docs/policy.md

readings: $(UV) ## Write the README's answers and the report cookbook, made on a demo platform.
	$(RUN) python tests/readings.py --into README.md --cookbook docs/report-cookbook.md

pictures: $(UV) ## Take the README's pictures of the console, of a demo platform; needs Chromium.
	$(RUN) python tests/pictures.py

soak: $(UV) ## Non-interference for long: OPERATIONS=100000 SEED=1. Stops at a difference.
	PYTHONPATH=tests $(RUN) python tests/engine/soak.py --operations $(OPERATIONS) --seed $(SEED)

soak-executors: $(UV) ## Plans against the standard executor for long: OPERATIONS=100000 SEED=1. Stops at a difference.
	PYTHONPATH=tests $(RUN) python tests/engine/soak.py --operations $(OPERATIONS) --seed $(SEED) --executors

soak-changes: $(UV) ## Non-interference of mutations for long: OPERATIONS=100000 SEED=1. Stops at a difference.
	PYTHONPATH=tests $(RUN) python tests/engine/soak.py --operations $(OPERATIONS) --seed $(SEED) --changes

agreement: $(UV) ## Random reports against Python: REPORTS=20000 SEED=1. Stops at a difference.
	SIGHTLINE_TEST_REPORTS=$(REPORTS) SIGHTLINE_TEST_SEED=$(SEED) $(RUN) pytest -s tests/reports/test_report_agreement.py

mutants: $(UV) ## Every wrong compiler against every comparison; writes down what noticed each.
	SIGHTLINE_RECORD_MUTANTS=1 $(RUN) pytest tests/engine/test_compiler_mutants.py -s

bench: $(UV) ## Ratios, never times: see benchmarks/.
	$(RUN) python -m benchmarks

bench-peers: $(UV) ## Requests over HTTP, also of PostGraphile and yoga, which npm installs; without npm, of ours alone.
	$(RUN) python -m benchmarks.requests --peers

.tools/uv/bin/uv:
	python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --root-user-action=ignore --target .tools/uv 'uv>=0.9,<1'
