.DEFAULT_GOAL := help
.PHONY: help build test lint bench docs events

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: ## Build the CLI: target/release/rolewatch
	cargo build --release --locked

test: ## Run every test
	cargo test --workspace --locked

lint: ## Check format and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

bench: ## Measure an audit against merely inflating the same files
	cargo bench --locked --bench audit

docs: ## Print docs/rules.md anew from the rules
	cargo run --release --locked --quiet -- rules --format markdown > docs/rules.md.new
	mv docs/rules.md.new docs/rules.md

events: ## Write events/ anew (Python 3)
	python3 events/generate.py
