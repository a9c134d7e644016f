# `env -i make demo` has no PATH at all: give the recipes the system's.
export PATH := $(or $(PATH),/usr/local/bin:/usr/bin:/bin)
UV := $(or $(shell command -v uv),.tools/uv/bin/uv)
RUN := $(UV) run --locked

.PHONY: demo test lint types layers schema policy readings bench

demo: $(UV) ## Start the demo platform: embedded PostgreSQL, seeded, served on http://127.0.0.1:8000.
	$(RUN) sightline serve --demo

test: lint types layers ## Everything: lint, types, layers, migrations, comparisons, tests.
	$(RUN) pytest

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

readings: $(UV) ## Write the README's answers, made on a demo platform.
	$(RUN) python tests/readings.py --into README.md

bench: $(UV) ## Ratios, never times: see benchmarks/.
	$(RUN) python -m benchmarks

.tools/uv/bin/uv:
	python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --root-user-action=ignore --target .tools/uv 'uv>=0.9,<1'
