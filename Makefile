# An environment for developing.
setup:
	python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[dev]'

# The main job on a real case.
demo:
	.venv/bin/tactful advise examples/two_interviewers_one_wants_email.yaml

# All tests.
test:
	.venv/bin/python -m pytest

# Lint, types and floors.
lint:
	.venv/bin/ruff check src tests benchmarks examples && .venv/bin/mypy && .venv/bin/lint-imports

# How fast a decision is, and what a plan, questions and what-ifs cost.
bench:
	.venv/bin/python benchmarks/decide.py && .venv/bin/python benchmarks/plan.py

# Files that are made from the code: the codes' pages and the schemas for editors.
reference:
	.venv/bin/python docs/make_reference.py && .venv/bin/tactful schema pack > rules/pack.schema.json && .venv/bin/tactful schema examples > rules/examples.schema.json

# The page that decides in browsers, which takes Node 20: then `tactful serve` hands it out.
page:
	cd page && npm ci --no-audit --no-fund && PYTHON=$(CURDIR)/.venv/bin/python npm run build

# The site, from docs/ and the rules, into site/; a link that leads nowhere is an error.
site:
	.venv/bin/pip install -q -c constraints.txt -e '.[site]' && .venv/bin/python docs/make_site.py && .venv/bin/mkdocs build --strict

.PHONY: setup demo test lint bench reference page site
