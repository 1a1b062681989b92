# The commands of the house. `make` alone lists them.

SHELL := /bin/sh
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/target/tools/bin:$(PATH)

.PHONY: help demo test test-firecracker bench fuzz lint fmt generated deny tools build clean

help: ## List these commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' Makefile

demo: build ## Build, start, deploy examples/hello-node, call it twice, and stop again
	@sh demo/run.sh

test: tools lint ## Install what the tests need, then run them all
	cargo nextest run --workspace --locked
	cargo test --doc --workspace --locked --quiet

test-firecracker: tools ## Run guests in Firecracker, on a machine with KVM (docs/firecracker.md)
	@sh tests/firecracker.sh

bench: build ## Measure against bare Node and AWS's emulator, side by side, in one table
	cargo run --release --locked --package fika-bench

fuzz: ## Feed hostile bytes to each decoder for a minute (fuzz/run.sh)
	@sh fuzz/run.sh

lint: fmt generated deny ## Formatting, clippy, generated code, licenses and bans
	cargo clippy --workspace --all-targets --locked -- -D warnings

fmt:
	cargo fmt --all --check

generated:
	cargo xtask codegen --check

deny: tools
	@sh tests/deny.sh

tools: ## Install what the tests need into target/ (once)
	@sh tests/tools.sh

build: ## Build the release binary, target/release/fika
	cargo build --release --locked --package fika

clean: ## Remove what was built and what the demo keeps in .fika/
	cargo clean
	rm -rf .fika
