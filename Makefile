# The door to the project. Every target does its own set-up and is quick the second time.
#   make quickstart   build everything and run the story in examples/quickstart.py
#   make quickstart-node  the same story in TypeScript, examples/quickstart.ts
#   make test         all that CI runs
#   make test-node    the Node package against a debug build of its addon
#   make test-oidc    a generic OpenID Connect client of Node against the emulator
#   make test-packages  both wheels in an empty environment
#   make test-node-package  the Node package as npm installs it, with a release build of its addon
#   make fuzz         20,000 runs of every fuzz target
#   make bench        the figures, as ratios, into target/bench/results.json
#   make instructions the instructions that the hot paths take, against bench/instructions.json
#   make generate     rewrite every generated file from proto/

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := target/venv
TOOLS := $(VENV)/tools
EMULATOR := target/debug/scalekit-emulator
ATTACKS := target/debug/attack-server
ADDON := libscalekit_node.$(if $(filter Darwin,$(shell uname)),dylib,so)
TSC := node/node_modules/.bin/tsc
export CARGO_TERM_COLOR ?= never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export SCALEKIT_EMULATOR_BIN := $(CURDIR)/$(EMULATOR)

RUST_SOURCES := $(shell find core codegen emulator bindings tests/rust -name '*.rs' -o -path '*/templates/*' -o -path '*/assets/*' -o -name Cargo.toml 2>/dev/null) Cargo.toml Cargo.lock
NODE_SOURCES := $(shell find node/src -type f 2>/dev/null) node/tsconfig.json
PYTHON_SOURCES := $(shell find python -not -path '*/.*' -not -path '*/__pycache__*' -type f 2>/dev/null)

.PHONY: help quickstart quickstart-node quickstart-rust test lint test-rust test-docs test-python test-python-matrix test-oidc test-packages test-node test-node-package fuzz bench instructions generate clean

help:
	@sed -n 's/^#   //p' Makefile

quickstart: $(VENV)/user/.wheel $(EMULATOR)
	$(EMULATOR) run -- $(VENV)/user/bin/python examples/quickstart.py

quickstart-node: node/lib/.built node/scalekit.node examples/node_modules/.installed $(EMULATOR)
	$(TSC) -p examples
	$(EMULATOR) run -- node examples/build/quickstart.js

quickstart-rust: $(EMULATOR)
	$(EMULATOR) run --auto-approve -- cargo run -q -p scalekit-conformance --example quickstart

test: lint test-rust test-docs test-python test-python-matrix test-oidc test-packages test-node test-node-package fuzz quickstart quickstart-node quickstart-rust

# --- checks ---------------------------------------------------------------------------------------------

lint: $(TOOLS)/.installed node/lib/.built
	cargo fmt --all --check
	cargo run -q -p codegen -- --check
	cargo clippy -q --workspace --all-targets -- -D warnings
	$(TOOLS)/bin/ruff check python examples tests bench
	$(TOOLS)/bin/ruff format --check python examples tests bench
	$(TSC) -p node/tests/tsconfig.json

test-rust:
	cargo test --workspace

test-docs:
	RUSTDOCFLAGS="-D warnings" cargo doc -q --workspace --no-deps

# --- Python ---------------------------------------------------------------------------------------------

$(TOOLS)/.installed: python/constraints.txt scripts/venv
	scripts/venv $(TOOLS) maturin ruff
	touch $@

# The wheel users get, but for the optimiser's last word: bench builds the release one.
target/wheels/.debug: $(TOOLS)/.installed $(RUST_SOURCES) $(PYTHON_SOURCES)
	rm -rf target/wheels/debug
	cd python && ../$(TOOLS)/bin/maturin build -q --profile dev --out ../target/wheels/debug --interpreter $(PYTHON)
	touch $@

$(VENV)/user/.wheel: target/wheels/.debug
	scripts/venv $(VENV)/user protobuf
	$(VENV)/user/bin/pip install -q --no-deps --force-reinstall target/wheels/debug/*.whl
	touch $@

$(VENV)/test/.wheel: target/wheels/.debug python/constraints.txt
	scripts/venv $(VENV)/test -r python/tests/requirements.txt
	$(VENV)/test/bin/pip install -q --no-deps --force-reinstall target/wheels/debug/*.whl
	touch $@

# The program as a wheel; cargo has built it already, and packing it well would take longer than all else.
target/wheels/.emulator: $(TOOLS)/.installed $(EMULATOR) emulator/pyproject.toml emulator/README.md
	rm -rf target/wheels/emulator
	cd emulator && ../$(TOOLS)/bin/maturin build -q --profile dev --compression-level 1 --out ../target/wheels/emulator
	touch $@

$(EMULATOR): $(RUST_SOURCES)
	cargo build -q -p scalekit-emulator --bin scalekit-emulator

$(ATTACKS): $(RUST_SOURCES)
	cargo build -q -p scalekit-conformance --bin attack-server

# The emulator's pages are tested in a real browser; python/tests/requirements.txt brings what drives it.
target/.chromium:
	scripts/chromium
	mkdir -p target && touch $@

test-python: $(VENV)/test/.wheel $(EMULATOR) $(ATTACKS) target/.chromium
	scripts/check-types $(VENV)/test
	cd target && venv/test/bin/python -m pytest -q -c ../python/pyproject.toml ../python/tests ../tests/python

# Every major of the protobuf runtime that users have, in C and in pure Python.
test-python-matrix: $(VENV)/test/.wheel $(EMULATOR)
	scripts/protobuf-matrix $(VENV)/test

# A generic OpenID Connect client of Node before the emulator; its twin of Python is among tests/python.
test-oidc: tests/oidc/node_modules/.package-lock.json $(EMULATOR)
	cd tests/oidc && node --test --test-reporter=spec

tests/oidc/node_modules/.package-lock.json: tests/oidc/package-lock.json
	cd tests/oidc && npm ci --silent
	touch $@

# Both wheels as users get them, in an environment that has nothing else.
test-packages: target/wheels/.debug target/wheels/.emulator
	scripts/check-packages $(VENV)/packages

# --- Node -----------------------------------------------------------------------------------------------

node/node_modules/.installed: node/package.json node/package-lock.json
	cd node && npm ci --silent
	touch $@

node/lib/.built: node/node_modules/.installed $(NODE_SOURCES)
	rm -rf node/lib
	$(TSC) -p node/tsconfig.json
	touch $@

node/scalekit.node: $(RUST_SOURCES)
	cargo build -q -p scalekit-node
	cp target/debug/$(ADDON) $@

# The examples find the package of this checkout as users find the installed one.
examples/node_modules/.installed: examples/package.json examples/package-lock.json
	cd examples && npm ci --silent
	ln -sfn ../../node examples/node_modules/scalekit-client
	touch $@

test-node: node/lib/.built node/scalekit.node examples/node_modules/.installed $(EMULATOR) $(ATTACKS)
	cd node && node --test --test-reporter=spec tests/*.test.mjs

# The packages as users get them, in a project that has nothing else.
test-node-package: node/lib/.built $(EMULATOR)
	scripts/check-node-package

# --- the rest -------------------------------------------------------------------------------------------

fuzz:
	scripts/fuzz

bench:
	scripts/bench

instructions:
	scripts/instructions

generate: node/node_modules/.installed
	cargo run -q -p codegen

clean:
	cargo clean
	rm -rf node/lib node/node_modules node/scalekit.node examples/build examples/node_modules
