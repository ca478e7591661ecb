.DEFAULT_GOAL := help
.PHONY: help build test test-rust test-templates test-html test-live test-sam lint simulate demo local bench bench-iam bench-switch bench-lambda bench-load docs events

TARGET := $(or $(CARGO_TARGET_DIR),target)
LIVE := target/venv
TEMPLATES := target/templates
SAM := target/sam

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: ## Build the CLI: target/release/rolewatch
	cargo build --release --locked

test: test-rust test-html test-templates test-live ## Run every test

test-rust: ## Run the Rust tests: engine, CLI, functions and simulation
	cargo test --workspace --locked

test-templates: ## Check the templates (lint, patterns, permissions) and the formats for other tools (downloads about 400 MB of Python packages to target/)
	@sh tests/venv.sh $(TEMPLATES) tests/templates/requirements.txt
	@sh tests/venv.sh $(LIVE) tests/live/requirements.txt
	cargo build --locked --workspace --bins --test simulation
	ROLEWATCH_BIN=$(abspath $(TARGET)/debug/rolewatch) ROLEWATCH_EMULATOR_PYTHON=$(abspath $(LIVE)/bin/python) \
		$(TEMPLATES)/bin/python -m unittest discover -s tests/templates

test-html: ## Check the report's page in a headless Chromium, if there is one
	cargo build --locked --workspace --bins --test simulation
	ROLEWATCH_BIN=$(abspath $(TARGET)/debug/rolewatch) python3 -m unittest discover -s tests/html

test-live: ## Run the whole stack on this machine, end to end
	@sh tests/venv.sh $(LIVE) tests/live/requirements.txt
	$(LIVE)/bin/python tests/live/run.py

test-sam: ## Build, deploy and update with the real sam, as docs/deploy.md says (not part of test; takes an hour and 6 GB)
	@sh tests/venv.sh $(SAM) tests/sam/requirements.txt
	@sh tests/venv.sh $(LIVE) tests/live/requirements.txt
	ROLEWATCH_SAM=$(abspath $(SAM)) $(LIVE)/bin/python -m unittest discover -s tests/sam -t tests/sam

lint: ## Check formatting and run clippy
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy --locked --features aws -- -D warnings

simulate: ## Run the simulation with 10,000 random seeds (the tests use 1,000)
	ROLEWATCH_SEEDS=10000 cargo test --release --locked -p rolewatch-simulation -- --nocapture nothing_lost

demo: ## Watch the whole stack work on this machine, without an AWS account
	@sh tests/venv.sh $(LIVE) tests/live/requirements.txt
	@cd tests/live && $(abspath $(LIVE)/bin/python) -m rolewatch_live.demo

local: ## Run the stack on this machine until you press Ctrl-C; target/local.json says how to reach it
	@sh tests/venv.sh $(LIVE) tests/live/requirements.txt
	@cd tests/live && $(abspath $(LIVE)/bin/python) -m rolewatch_live.local

bench: ## Compare the speed of an audit with only decompressing the same files
	cargo bench --locked --bench audit

bench-iam: ## Measure what one IAM change costs, by number of stored switches (needs 3 GB of memory)
	cargo bench --locked -p rolewatch-simulation --bench iam_change

bench-switch: ## Count what judging one switch costs, by the size of its account
	cargo test --locked -p rolewatch-simulation --test simulation what_a_switch_costs -- --ignored --nocapture

bench-lambda: ## Measure size, cold start and speed of the functions, by the size of an account (needs 4 GB of memory)
	cargo build --profile lambda --locked -p switch-guard -p slack-notifier
	cargo build --profile lambda --locked -p rolewatch-simulation --example tables
	python3 benches/lambda/bench.py switch-guard=$(TARGET)/lambda/switch-guard slack-notifier=$(TARGET)/lambda/slack-notifier
	python3 benches/lambda/sizes.py $(TARGET)/lambda/switch-guard $(TARGET)/lambda/examples/tables

bench-load: ## Measure how many switches two execution environments take, for about ten minutes (needs 6 GB of memory)
	cargo build --profile lambda --locked -p switch-guard
	cargo build --profile lambda --locked -p rolewatch-simulation --example tables
	python3 benches/lambda/load.py $(TARGET)/lambda/switch-guard $(TARGET)/lambda/examples/tables

docs: ## Regenerate docs/rules.md and docs/reference.md from the code
	cargo run --locked --quiet -- rules --format markdown > docs/rules.md.new
	mv docs/rules.md.new docs/rules.md
	ROLEWATCH_WRITE_DOCS=1 cargo test --locked --quiet --test promises the_reference_says_what_the_code_says

events: ## Regenerate events/ (needs Python 3)
	python3 events/generate.py
